#pragma once
#include <openssl/crypto.h>
#include <openssl/ssl.h>

// A place in every SSL_CTX for something of ours, freed with it: `NAME` is its index, and
// `has_NAME()` makes it once, in whichever thread comes first, and tells whether there is one.
#define CONTEXT_INDEX(NAME, FREE)                                                                  \
    static int NAME = -1;                                                                          \
    static CRYPTO_ONCE NAME##_once = CRYPTO_ONCE_STATIC_INIT;                                      \
    static void make_##NAME(void) {                                                                \
        NAME = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, FREE);                                \
    }                                                                                              \
    static int has_##NAME(void) {                                                                  \
        return CRYPTO_THREAD_run_once(&NAME##_once, make_##NAME) && NAME >= 0;                     \
    }
