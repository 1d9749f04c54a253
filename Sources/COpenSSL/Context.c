#include "COpenSSL.h"
#include <string.h>

/// Suites of version 1.2: forward secrecy and authenticated encryption only.
static const char suites[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                             "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                             "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

/// The same in version 1.3; the cheapest comes first, since every update is encrypted per client.
static const char suites13[] = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                               "TLS_CHACHA20_POLY1305_SHA256";

/// RFC 7301: a client that offers protocols and not ours is told so.
static int choose_protocol(SSL *session, const unsigned char **chosen, unsigned char *chosen_count,
                           const unsigned char *offered, unsigned offered_count, void *argument) {
    static const unsigned char ours[] = "\x08http/1.1";
    (void)session, (void)argument;
    unsigned char *match = NULL;
    int code = SSL_select_next_proto(&match, chosen_count, ours, sizeof ours - 1, offered,
                                     offered_count);
    if (code != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = match;
    return SSL_TLSEXT_ERR_OK;
}

int cossl_configure(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // A write takes one record at a time, and an idle connection keeps no buffers.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    // Tickets keep the state of a session at the client; no cache of ours grows with the clients.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
           SSL_CTX_set_cipher_list(context, suites) &&
           SSL_CTX_set_ciphersuites(context, suites13) &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
}

int cossl_make_ticket_keys(unsigned char *keys) {
    return RAND_bytes(keys, COSSL_TICKET_KEY_BYTES) == 1;
}

int cossl_use_ticket_keys(SSL_CTX *context, const unsigned char *keys) {
    return SSL_CTX_set_tlsext_ticket_keys(context, (void *)keys, COSSL_TICKET_KEY_BYTES) == 1;
}

int cossl_no_passphrase(char *buffer, int size, int writing, void *argument) {
    (void)buffer, (void)size, (void)writing, (void)argument;
    return -1;
}

int cossl_give_passphrase(char *buffer, int size, int writing, void *argument) {
    const struct cossl_passphrase *passphrase = argument;
    (void)writing;
    if (passphrase->count > (size_t)size) return -1;
    memcpy(buffer, passphrase->bytes, passphrase->count);
    return (int)passphrase->count;
}
