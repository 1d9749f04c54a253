// liburing, and the Linux calls that Swift's Glibc module lacks.
//
// <features.h> must come first: liburing.h sets _XOPEN_SOURCE, and that would change fd_set for
// every other C module that Swift imports into the same world.
#include <features.h>

#ifndef CIOURING_H
#define CIOURING_H

#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

/// accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC): a descriptor, or -errno.
int ciouring_accept(int fd);

/// TCP_INFO's count of acknowledged bytes, or 0.
uint64_t ciouring_acknowledged(int fd);

/// Bytes of memory that the kernel holds for what was sent and not yet taken (SIOCOUTQ), or 0.
unsigned ciouring_queued(int fd);

/// Whether the other end of a socket has ended its side, or has reset the connection.
int ciouring_peer_ended(int fd);

/// Names the calling thread, at most 15 bytes, for ps and debuggers.
void ciouring_name_thread(const char *name);

/// Say to ThreadSanitizer that a lock was entered, or is about to be left; nothing elsewhere.
void ciouring_lock_entered(uintptr_t lock);
void ciouring_lock_leaves(uintptr_t lock);

/// The processors that this thread may run on (sched_getaffinity), or 1 when it cannot be told.
int ciouring_usable_processors(void);

/// recv(fd, …, MSG_DONTWAIT): a byte count, 0 at the end of the stream, or -errno.
static inline int ciouring_receive(int fd, void *buffer, unsigned capacity) {
    ssize_t count = recv(fd, buffer, capacity, MSG_DONTWAIT);
    return count < 0 ? -errno : (int)count;
}

/// sendmsg(fd, …, MSG_DONTWAIT | MSG_NOSIGNAL): a byte count, or -errno.
static inline int ciouring_send(int fd, const struct msghdr *message) {
    ssize_t count = sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 ? -errno : (int)count;
}

/// send(fd, …, MSG_DONTWAIT | MSG_NOSIGNAL): a byte count, or -errno.
static inline int ciouring_send_bytes(int fd, const void *bytes, size_t count) {
    ssize_t sent = send(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? -errno : (int)sent;
}

/// epoll_ctl with the descriptor itself as the event's data: 0, or -errno.
static inline int ciouring_epoll_control(int epoll, int operation, int fd, unsigned events) {
    struct epoll_event event = {.events = events, .data = {.u64 = (unsigned)fd}};
    return epoll_ctl(epoll, operation, fd, &event) < 0 ? -errno : 0;
}

static inline int ciouring_event_fd(const struct epoll_event *event) {
    return (int)(unsigned)event->data.u64;
}

/// What became ready, as EPOLL… bits.
static inline unsigned ciouring_event_mask(const struct epoll_event *event) {
    return event->events;
}

/// A multishot receive that lets the kernel pick a buffer of the group when bytes are there.
static inline void ciouring_prepare_receive(struct io_uring_sqe *sqe, int fd, unsigned short group) {
    io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = group;
}

/// A single receive of up to `byteCount` bytes into a buffer of the group.
static inline void ciouring_prepare_receive_once(struct io_uring_sqe *sqe, int fd,
                                                 unsigned short group, size_t byteCount) {
    io_uring_prep_recv(sqe, fd, NULL, byteCount, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = group;
}

#endif
