// libcrypto's digests, and what Swift cannot reach of libssl and libcrypto: macros, variadic calls,
// and the BIO through which a session reads and writes plain memory.
#include <features.h>

#ifndef COPENSSL_H
#define COPENSSL_H

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stddef.h>

// Digests.
//
// EVP_Digest takes a null engine and the algorithm as an opaque pointer; these give Swift one typed
// call each. They return 1, or 0 where the library's configuration forbids the algorithm.

static inline int cossl_sha1(const void *bytes, size_t byteCount, unsigned char digest[20]) {
    return EVP_Digest(bytes, byteCount, digest, NULL, EVP_sha1(), NULL);
}

static inline int cossl_sha256(const void *bytes, size_t byteCount, unsigned char digest[32]) {
    return EVP_Digest(bytes, byteCount, digest, NULL, EVP_sha256(), NULL);
}

/// A context for many digests by SHA-256, or NULL without memory: EVP_sha256() is a name, and each
/// use of it looks the algorithm up anew, which costs more than the digest of a few words.
static inline EVP_MD_CTX *cossl_sha256_context(void) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1) return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

/// SHA-256 by such a context: 1, or 0.
static inline int cossl_sha256_with(EVP_MD_CTX *context, const void *bytes, size_t byteCount,
                                    unsigned char digest[32]) {
    return EVP_DigestInit_ex(context, NULL, NULL) == 1 &&
           EVP_DigestUpdate(context, bytes, byteCount) == 1 &&
           EVP_DigestFinal_ex(context, digest, NULL) == 1;
}

/// SHA-256 of two pieces, one behind the other: 1, or 0; also without memory.
static inline int cossl_sha256_pair(const void *first, size_t firstCount, const void *second,
                                    size_t secondCount, unsigned char digest[32]) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int done = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
               EVP_DigestUpdate(context, first, firstCount) == 1 &&
               EVP_DigestUpdate(context, second, secondCount) == 1 &&
               EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    return done;
}

/// SHA-256 of the certificate's DER, its fingerprint: 1, or 0.
static inline int cossl_fingerprint(const X509 *certificate, unsigned char digest[32]) {
    return X509_digest(certificate, EVP_sha256(), digest, NULL);
}

// Sessions.

/// What a session reads from and writes to while a call of OpenSSL runs, and only then.
///
/// All sessions of a thread share one: their calls come one after the other.
struct cossl_memory {
    const unsigned char *input;
    size_t input_count;
    unsigned char *output;
    size_t output_capacity;
    size_t output_count;
};

/// An end of a new connection, which reads and writes `memory`; NULL without memory.
SSL *cossl_session(SSL_CTX *context, struct cossl_memory *memory);

/// The server's end; NULL without memory.
SSL *cossl_accept(SSL_CTX *context, struct cossl_memory *memory);

/// The client's end, for a server at `host`, a name or an address; it may resume the newest session
/// of the context. NULL without memory.
SSL *cossl_connect(SSL_CTX *context, struct cossl_memory *memory, const char *host, int resumes);

/// Sets what every server's context of ours has: versions, suites, groups, tickets, ALPN: 1, or 0.
int cossl_configure(SSL_CTX *context);

/// Sets what every client's context of ours has: versions, ALPN, a certificate that must be
/// verified, and that the newest session is kept: 1, or 0.
int cossl_configure_client(SSL_CTX *context);

/// Takes nothing but the certificate with this digest, whatever its issuer, names and dates.
void cossl_pin(SSL_CTX *context, const unsigned char digest[32]);

/// The digest of the certificate that did not have the pinned one.
void cossl_seen(const SSL_CTX *context, unsigned char digest[32]);

/// A name of 16 bytes, and two keys of 32.
enum { COSSL_TICKET_KEY_BYTES = 80 };

/// Draws keys for session tickets at random: 1, or 0.
int cossl_make_ticket_keys(unsigned char *keys);

/// Encrypts new session tickets with these keys; those of other keys are no longer taken: 1, or 0.
int cossl_use_ticket_keys(SSL_CTX *context, const unsigned char *keys);

/// Takes the certificate into the chain that is sent with the leaf: 1, or 0 and it stays the
/// caller's.
static inline int cossl_add_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add0_chain_cert(context, certificate);
}

/// Lets the context show the certificate of `other` to a client that asks for a name which this one
/// has, and neither the context's own nor one that was added before: 1 and it is the context's, or 0
/// and it stays the caller's.
int cossl_add_choice(SSL_CTX *context, SSL_CTX *other);

/// A passphrase that is never known: without it, OpenSSL would ask at the terminal.
int cossl_no_passphrase(char *buffer, int size, int writing, void *argument);

/// What a private key is encrypted with.
struct cossl_passphrase {
    const unsigned char *bytes;
    size_t count;
};

/// Gives the passphrase that the argument points to.
int cossl_give_passphrase(char *buffer, int size, int writing, void *argument);

// Certificates.

/// A fresh key pair on P-256, or NULL.
static inline EVP_PKEY *cossl_make_key(void) {
    return EVP_EC_gen("P-256");
}

/// Adds a DNS name to the list of alternative names: 1, or 0.
int cossl_add_name(GENERAL_NAMES *names, const char *name);

/// Adds an IP address in its text form: 1, or 0 when it is none.
int cossl_add_address(GENERAL_NAMES *names, const char *address);

static inline GENERAL_NAMES *cossl_make_names(void) {
    return sk_GENERAL_NAME_new_null();
}

/// What a memory BIO holds; valid until the BIO is written to or freed.
static inline size_t cossl_content(BIO *bio, const unsigned char **bytes) {
    char *data = NULL;
    long count = BIO_get_mem_data(bio, &data);
    *bytes = (const unsigned char *)data;
    return count > 0 ? (size_t)count : 0;
}

#endif
