// The floor: a server that only sends.
//
// It speaks as much of the stream (docs/protocol.md) as a load generator needs: it upgrades every
// connection, says hello, answers nothing, and sends the same frame of --bytes to every client
// at every tick. There is no state, no encoding but of two numbers, no slow client (one that does
// not take its frame is closed). What it costs per message is what the kernel costs.
//
//     cc -O2 -o floor floor.c -luring -lcrypto
//     ./floor --bytes 4096 --interval-ms 1000 --io send|uring [--port 0]
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 20000, REQUEST_MAX = 4096, BATCH = 1024 };

struct client {
    bool subscribed;
    size_t length;
    char request[REQUEST_MAX];
};

static struct client *clients[CLIENTS_MAX];
static int highest = -1;
static char *frame;
static size_t frame_bytes;
static unsigned long long generation = 1;
static volatile sig_atomic_t stopping;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void stop(int number) {
    (void)number;
    stopping = 1;
}

static long long wall_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void drop(int fd) {
    free(clients[fd]);
    clients[fd] = NULL;
    close(fd);
}

// Writes a text frame's head (RFC 6455, 5.2); returns its length.
static size_t head(unsigned char *out, size_t length) {
    out[0] = 0x81;
    if (length < 126) {
        out[1] = (unsigned char)length;
        return 2;
    }
    if (length < 65536) {
        out[1] = 126;
        out[2] = (unsigned char)(length >> 8);
        out[3] = (unsigned char)length;
        return 4;
    }
    out[1] = 127;
    for (int i = 0; i < 8; i++) out[2 + i] = (unsigned char)(length >> (56 - 8 * i));
    return 10;
}

static void send_text(int fd, const char *text) {
    unsigned char bytes[1024];
    size_t length = strlen(text), start = head(bytes, length);
    memcpy(bytes + start, text, length);
    if (send(fd, bytes, start + length, MSG_NOSIGNAL) < 0) drop(fd);
}

static bool upgrade(int fd, struct client *client) {
    const char *name = strcasestr(client->request, "sec-websocket-key:");
    if (!name) return false;
    char key[128] = "", answer[64], response[512];
    sscanf(name + 18, " %63[^\r\n ]", key);
    strcat(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1((unsigned char *)key, strlen(key), digest);
    EVP_EncodeBlock((unsigned char *)answer, digest, sizeof digest);
    // Who may compress need not (RFC 7692, section 6): what is sent is as many bytes either way.
    const char *extensions =
        strcasestr(client->request, "permessage-deflate")
            ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
              "client_no_context_takeover\r\n"
            : "";
    int length = snprintf(response, sizeof response,
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                          answer, extensions);
    if (send(fd, response, (size_t)length, MSG_NOSIGNAL) != length) return false;
    char text[512];
    snprintf(text, sizeof text,
             "{\"type\":\"hello\",\"ts\":%lld,\"protocol\":1,\"version\":\"floor\",\"epoch\":"
             "\"floor\",\"interval\":1000,\"demo\":false,\"streams\":[\"hosts\"],\"units\":{}}",
             wall_ms());
    send_text(fd, text);
    if (!clients[fd]) return true;
    snprintf(text, sizeof text,
             "{\"type\":\"snapshot\",\"ts\":%lld,\"stream\":\"hosts\",\"epoch\":\"floor\","
             "\"generation\":%llu,\"part\":1,\"parts\":1,\"fields\":[\"h\"],\"rows\":[]}",
             wall_ms(), generation);
    send_text(fd, text);
    if (clients[fd]) clients[fd]->subscribed = true;
    return true;
}

// Reads what a client says: its request, and later commands, which are not looked at.
static void receive(int fd) {
    struct client *client = clients[fd];
    char rest[REQUEST_MAX];
    char *into = client->subscribed ? rest : client->request + client->length;
    size_t room = client->subscribed ? sizeof rest : REQUEST_MAX - 1 - client->length;
    ssize_t count = recv(fd, into, room, 0);
    if (count <= 0) {
        if (count < 0 && errno == EAGAIN) return;
        return drop(fd);
    }
    if (client->subscribed) return;
    client->length += (size_t)count;
    client->request[client->length] = 0;
    if (!strstr(client->request, "\r\n\r\n")) {
        if (client->length == REQUEST_MAX - 1) drop(fd);
        return;
    }
    if (!upgrade(fd, client)) drop(fd);
}

// Builds the frame of a tick: --bytes of JSON that begin as every delta does.
static size_t build(long long ts, size_t bytes) {
    char text[256];
    int length = snprintf(text, sizeof text,
                          "{\"type\":\"delta\",\"ts\":%lld,\"stream\":\"hosts\",\"generation\":%llu,"
                          "\"since\":%llu,\"fields\":[\"h\"],\"rows\":[],\"pad\":\"",
                          ts, generation, generation - 1);
    size_t start = head((unsigned char *)frame, bytes);
    memcpy(frame + start, text, (size_t)length);
    // Other digits in each tick, of the same length.
    memset(frame + start + length, '0' + (int)(generation % 10), bytes - (size_t)length - 2);
    memcpy(frame + start + bytes - 2, "\"}", 2);
    return start + bytes;
}

static void broadcast_send(void) {
    for (int fd = 0; fd <= highest; fd++) {
        if (!clients[fd] || !clients[fd]->subscribed) continue;
        if (send(fd, frame, frame_bytes, MSG_NOSIGNAL) != (ssize_t)frame_bytes) drop(fd);
    }
}

static void reap(struct io_uring *ring, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        struct io_uring_cqe *cqe;
        if (io_uring_wait_cqe(ring, &cqe) < 0) fail("io_uring_wait_cqe");
        int fd = (int)cqe->user_data;
        bool whole = cqe->res == (int)frame_bytes;
        io_uring_cqe_seen(ring, cqe);
        if (!whole) drop(fd);
    }
}

static void broadcast_uring(struct io_uring *ring) {
    unsigned queued = 0;
    for (int fd = 0; fd <= highest; fd++) {
        if (!clients[fd] || !clients[fd]->subscribed) continue;
        struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
        io_uring_prep_send(sqe, fd, frame, frame_bytes, MSG_NOSIGNAL | MSG_WAITALL);
        sqe->user_data = (unsigned)fd;
        if (++queued < BATCH) continue;
        io_uring_submit_and_wait(ring, queued);
        reap(ring, queued);
        queued = 0;
    }
    if (!queued) return;
    io_uring_submit_and_wait(ring, queued);
    reap(ring, queued);
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 4096) < 0) fail("listen");
    getsockname(fd, (struct sockaddr *)&address, &length);
    fprintf(stderr, "listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    return fd;
}

static void accept_all(int listener, int poll) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        int yes = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (fd >= CLIENTS_MAX || !(clients[fd] = calloc(1, sizeof(struct client)))) {
            close(fd);
            continue;
        }
        if (fd > highest) highest = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int count, char **arguments) {
    size_t bytes = 4096;
    int interval = 1000, port = 0;
    bool uring = false;
    for (int i = 1; i + 1 < count; i += 2) {
        if (!strcmp(arguments[i], "--bytes")) bytes = strtoul(arguments[i + 1], NULL, 10);
        if (!strcmp(arguments[i], "--interval-ms")) interval = atoi(arguments[i + 1]);
        if (!strcmp(arguments[i], "--port")) port = atoi(arguments[i + 1]);
        if (!strcmp(arguments[i], "--io")) uring = !strcmp(arguments[i + 1], "uring");
    }
    if (bytes < 256 || interval < 1) return fprintf(stderr, "--bytes from 256 on\n"), 2;
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    frame = malloc(bytes + 16);
    struct io_uring ring;
    if (uring) {
        struct io_uring_params parameters = {
            .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN};
        if (io_uring_queue_init_params(BATCH, &ring, &parameters) < 0) fail("io_uring");
    }
    int poll = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    int listener = listen_on(port);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    event.data.fd = timer;
    epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event);
    // Ticks lie on multiples of the interval; ts is the intended moment.
    long long next = (wall_ms() / interval + 1) * interval;
    struct itimerspec due = {.it_value = {next / 1000, next % 1000 * 1000000},
                             .it_interval = {interval / 1000, interval % 1000 * 1000000L}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &due, NULL);
    while (!stopping) {
        struct epoll_event events[256];
        int ready = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            unsigned long long ticks;
            if (fd == listener) {
                accept_all(listener, poll);
            } else if (fd == timer) {
                if (read(timer, &ticks, sizeof ticks) != sizeof ticks) continue;
                generation += 1;
                frame_bytes = build(next, bytes);
                next += (long long)ticks * interval;
                if (uring) broadcast_uring(&ring);
                else broadcast_send();
            } else if (clients[fd]) {
                receive(fd);
            }
        }
    }
    return 0;
}
