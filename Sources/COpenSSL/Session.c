// A BIO over plain memory: a session reads the receive buffer in place and writes its records
// straight into the frame that is sent. OpenSSL's own memory BIO would copy both once more and keep
// a buffer for each connection.
#include "COpenSSL.h"
#include <string.h>

static int memory_read(BIO *bio, char *bytes, size_t count, size_t *read) {
    struct cossl_memory *memory = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *read = count < memory->input_count ? count : memory->input_count;
    if (*read == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    memcpy(bytes, memory->input, *read);
    memory->input += *read;
    memory->input_count -= *read;
    return 1;
}

static int memory_write(BIO *bio, const char *bytes, size_t count, size_t *written) {
    struct cossl_memory *memory = BIO_get_data(bio);
    size_t room = memory->output_capacity - memory->output_count;
    BIO_clear_retry_flags(bio);
    *written = count < room ? count : room;
    if (*written == 0) {
        BIO_set_retry_write(bio);
        return 0;
    }
    memcpy(memory->output + memory->output_count, bytes, *written);
    memory->output_count += *written;
    return 1;
}

static long memory_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *memory_method;
static CRYPTO_ONCE memory_once = CRYPTO_ONCE_STATIC_INIT;

static void make_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "memory");
    if (!method) return;
    BIO_meth_set_read_ex(method, memory_read);
    BIO_meth_set_write_ex(method, memory_write);
    BIO_meth_set_ctrl(method, memory_control);
    memory_method = method;
}

SSL *cossl_session(SSL_CTX *context, struct cossl_memory *memory) {
    if (!CRYPTO_THREAD_run_once(&memory_once, make_method) || !memory_method) return NULL;
    SSL *session = SSL_new(context);
    BIO *bio = BIO_new(memory_method);
    if (!session || !bio) {
        SSL_free(session);
        BIO_free(bio);
        return NULL;
    }
    BIO_set_data(bio, memory);
    BIO_set_init(bio, 1);
    SSL_set_bio(session, bio, bio);
    return session;
}

SSL *cossl_accept(SSL_CTX *context, struct cossl_memory *memory) {
    SSL *session = cossl_session(context, memory);
    if (session) SSL_set_accept_state(session);
    return session;
}
