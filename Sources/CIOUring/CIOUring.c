// accept4 needs _GNU_SOURCE, which no header may define: here it reaches nobody else.
#define _GNU_SOURCE
#include "CIOUring.h"
#include <pthread.h>

int ciouring_accept(int fd) {
    int accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return accepted < 0 ? -errno : accepted;
}

void ciouring_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}
