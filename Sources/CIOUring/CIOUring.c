// accept4 and affinities need _GNU_SOURCE, which no header may define: here it reaches nobody else.
#define _GNU_SOURCE
#include "CIOUring.h"
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>

int ciouring_accept(int fd) {
    int accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return accepted < 0 ? -errno : accepted;
}

unsigned ciouring_queued(int fd) {
    int count = 0;
    return ioctl(fd, SIOCOUTQ, &count) == 0 ? (unsigned)count : 0;
}

int ciouring_peer_ended(int fd) {
    struct pollfd socket = {.fd = fd, .events = POLLRDHUP};
    return poll(&socket, 1, 0) == 1;
}

void ciouring_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int ciouring_usable_processors(void) {
    cpu_set_t set;
    // A kernel of more than 1,024 processors refuses a set of that size.
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}
