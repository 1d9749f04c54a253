#include "COpenSSL.h"
#include "ContextIndex.h"
#include <openssl/x509_vfy.h>
#include <string.h>

// What a client's context knows beside OpenSSL's own settings. It lies in the context, whose
// sessions may outlive whoever made it.
struct client {
    unsigned char wanted[32];
    /// Of the certificate that was refused last.
    unsigned char seen[32];
    /// What the next session may resume; a share of it.
    SSL_SESSION *newest;
};

static void free_client(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number,
                        void *pointer) {
    (void)parent, (void)data, (void)index, (void)number, (void)pointer;
    struct client *client = value;
    if (client) SSL_SESSION_free(client->newest);
    OPENSSL_free(client);
}

CONTEXT_INDEX(client_index, free_client)

static struct client *client_of(const SSL_CTX *context) {
    return SSL_CTX_get_ex_data(context, client_index);
}

/// Keeps the newest session; it takes the share that OpenSSL gives.
static int keep_session(SSL *session, SSL_SESSION *resumable) {
    struct client *client = client_of(SSL_get_SSL_CTX(session));
    SSL_SESSION_free(client->newest);
    client->newest = resumable;
    return 1;
}

int cossl_configure_client(SSL_CTX *context) {
    static const unsigned char protocols[] = "\x08http/1.1";
    if (!has_client_index()) return 0;
    struct client *client = OPENSSL_zalloc(sizeof *client);
    if (!client || !SSL_CTX_set_ex_data(context, client_index, client)) {
        OPENSSL_free(client);
        return 0;
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_session);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
           SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols - 1) == 0;
}

/// Takes the place of OpenSSL's whole verification of the chain.
static int verify_pin(X509_STORE_CTX *store, void *argument) {
    struct client *client = client_of(argument);
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    if (certificate && cossl_fingerprint(certificate, client->seen) &&
        CRYPTO_memcmp(client->seen, client->wanted, sizeof client->seen) == 0) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

void cossl_pin(SSL_CTX *context, const unsigned char digest[32]) {
    struct client *client = client_of(context);
    memcpy(client->wanted, digest, sizeof client->wanted);
    // The context is the callback's own argument, and so there as long as it is.
    SSL_CTX_set_cert_verify_callback(context, verify_pin, context);
}

void cossl_seen(const SSL_CTX *context, unsigned char digest[32]) {
    memcpy(digest, client_of(context)->seen, 32);
}

/// What the server's certificate must be made out to; a pinned one may be made out to anything.
static int expect(SSL *session, const char *host) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host)) return 1;
    ERR_clear_error();
    // Names only are told to the server (RFC 6066 section 3).
    return SSL_set1_host(session, host) && SSL_set_tlsext_host_name(session, host);
}

SSL *cossl_connect(SSL_CTX *context, struct cossl_memory *memory, const char *host, int resumes) {
    SSL *session = cossl_session(context, memory);
    if (!session) return NULL;
    struct client *client = client_of(context);
    SSL_set_connect_state(session);
    if (!expect(session, host) ||
        (resumes && client->newest && !SSL_set_session(session, client->newest))) {
        SSL_free(session);
        return NULL;
    }
    return session;
}
