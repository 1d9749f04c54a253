#pragma once
#include <features.h>
#include <stddef.h>
#include <openssl/evp.h>

// EVP_Digest takes a null engine and the algorithm as an opaque pointer; these give Swift one typed
// call each. They return 1, or 0 where the library's configuration forbids the algorithm.

static inline int cossl_sha1(const void *bytes, size_t byteCount, unsigned char digest[20]) {
    return EVP_Digest(bytes, byteCount, digest, NULL, EVP_sha1(), NULL);
}

static inline int cossl_sha256(const void *bytes, size_t byteCount, unsigned char digest[32]) {
    return EVP_Digest(bytes, byteCount, digest, NULL, EVP_sha256(), NULL);
}
