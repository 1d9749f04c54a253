#include "COpenSSL.h"
#include "ContextIndex.h"

// The contexts among which the name chooses that a client asks for (RFC 6066 section 3), in their
// order. They lie in the context that a session begins with, and live as long as it does.
struct choice {
    SSL_CTX *context;
    struct choice *next;
};

static void free_choices(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number,
                         void *pointer) {
    (void)parent, (void)data, (void)index, (void)number, (void)pointer;
    struct choice *choice = value;
    while (choice) {
        struct choice *next = choice->next;
        SSL_CTX_free(choice->context);
        OPENSSL_free(choice);
        choice = next;
    }
}

CONTEXT_INDEX(choices_index, free_choices)

static int has_name(const SSL_CTX *context, const char *name) {
    X509 *certificate = SSL_CTX_get0_certificate(context);
    return certificate && X509_check_host(certificate, name, 0, 0, NULL) == 1;
}

/// Without a name, or with one that nobody has, the first certificate is shown.
static int choose_certificate(SSL *session, int *alert, void *argument) {
    (void)alert, (void)argument;
    const SSL_CTX *first = SSL_get_SSL_CTX(session);
    const char *name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    if (!name || has_name(first, name)) return SSL_TLSEXT_ERR_OK;
    const struct choice *choice = SSL_CTX_get_ex_data(first, choices_index);
    while (choice && !has_name(choice->context, name)) choice = choice->next;
    if (!choice || SSL_set_SSL_CTX(session, choice->context)) return SSL_TLSEXT_ERR_OK;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int cossl_add_choice(SSL_CTX *context, SSL_CTX *other) {
    if (!has_choices_index()) return 0;
    struct choice *added = OPENSSL_zalloc(sizeof *added);
    if (!added) return 0;
    struct choice *last = SSL_CTX_get_ex_data(context, choices_index);
    while (last && last->next) last = last->next;
    if (!last && !SSL_CTX_set_ex_data(context, choices_index, added)) {
        OPENSSL_free(added);
        return 0;
    }
    if (last) last->next = added;
    added->context = other;
    SSL_CTX_set_tlsext_servername_callback(context, choose_certificate);
    return 1;
}
