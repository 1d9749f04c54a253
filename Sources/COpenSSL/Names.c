#include "COpenSSL.h"
#include <string.h>

/// Takes the value, whatever becomes of it.
static int add(GENERAL_NAMES *names, int type, ASN1_STRING *value) {
    GENERAL_NAME *name = GENERAL_NAME_new();
    if (!name || !value) {
        GENERAL_NAME_free(name);
        ASN1_STRING_free(value);
        return 0;
    }
    GENERAL_NAME_set0_value(name, type, value);
    if (sk_GENERAL_NAME_push(names, name) > 0) return 1;
    GENERAL_NAME_free(name);
    return 0;
}

int cossl_add_name(GENERAL_NAMES *names, const char *name) {
    ASN1_IA5STRING *value = ASN1_IA5STRING_new();
    if (value && !ASN1_STRING_set(value, name, (int)strlen(name))) {
        ASN1_STRING_free(value);
        value = NULL;
    }
    return add(names, GEN_DNS, value);
}

int cossl_add_address(GENERAL_NAMES *names, const char *address) {
    ASN1_OCTET_STRING *value = a2i_IPADDRESS(address);
    return value ? add(names, GEN_IPADD, value) : 0;
}
