#include "CCurl.h"
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

/// Takes the place of OpenSSL's whole verification of the chain.
static int verify(X509_STORE_CTX *context, void *argument) {
    struct ccurl_pin *pin = argument;
    unsigned size = 0;
    X509 *certificate = X509_STORE_CTX_get0_cert(context);
    if (certificate && X509_digest(certificate, EVP_sha256(), pin->seen, &size) && size == 32 &&
        CRYPTO_memcmp(pin->seen, pin->wanted, 32) == 0) {
        X509_STORE_CTX_set_error(context, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

static CURLcode prepare(CURL *easy, void *ssl_context, void *argument) {
    (void)easy;
    SSL_CTX_set_cert_verify_callback(ssl_context, verify, argument);
    return CURLE_OK;
}

CURLcode ccurl_set_pin(CURL *easy, struct ccurl_pin *pin) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, pin);
    return code ? code : curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, prepare);
}
