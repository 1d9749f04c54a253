// The floor of ingest: a server that takes POSTs and does nothing with them.
//
// One thread, level-triggered epoll, one read and one send for each request. It looks for the end of
// the head and for Content-Length, takes the body, and answers with 401 and a body of --answer-bytes
// in all, so that it sends as many bytes as what it is compared with. No limits, no time limits, no
// other method, nothing parsed that it does not need.
//
//     cc -O2 -o ingest-floor ingest-floor.c
//     ./ingest-floor --answer-bytes 500 [--port 0]
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 20000, REQUEST_MAX = 65536, BATCH = 1024 };

struct client {
    size_t length;
    char request[REQUEST_MAX];
};

static struct client *clients[CLIENTS_MAX];
static char answer[REQUEST_MAX];
static size_t answer_bytes = 500;
static volatile sig_atomic_t stopping;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void stop(int number) {
    (void)number;
    stopping = 1;
}

static void make_answer(void) {
    char head[256];
    int count = 0;
    // The length of the head depends on the digits of the length of the body.
    for (size_t body = answer_bytes; body > 0; body--) {
        count = snprintf(head, sizeof head,
                         "HTTP/1.1 401 Unauthorized\r\nContent-Length: %zu\r\n\r\n", body);
        if ((size_t)count + body <= answer_bytes) break;
    }
    memset(answer, 'x', answer_bytes);
    memcpy(answer, head, (size_t)count);
}

/// Bytes of the first request that is whole, or 0.
static size_t whole_request(const struct client *client) {
    const char *end = memmem(client->request, client->length, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = (size_t)(end - client->request) + 4, body = 0;
    const char *field = memmem(client->request, head, "\r\nContent-Length:", 17);
    if (field) body = strtoul(field + 17, NULL, 10);
    return client->length >= head + body ? head + body : 0;
}

static void end(int fd) {
    close(fd);
    free(clients[fd]);
    clients[fd] = NULL;
}

static void serve(int fd) {
    struct client *client = clients[fd];
    ssize_t got = recv(fd, client->request + client->length, REQUEST_MAX - client->length, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) end(fd);
        return;
    }
    client->length += (size_t)got;
    size_t taken;
    while ((taken = whole_request(client)) > 0) {
        memmove(client->request, client->request + taken, client->length - taken);
        client->length -= taken;
        if (send(fd, answer, answer_bytes, MSG_NOSIGNAL) != (ssize_t)answer_bytes) {
            end(fd);
            return;
        }
    }
    if (client->length == REQUEST_MAX) end(fd);
}

static void take(int listening, int queue) {
    for (;;) {
        int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0) return;
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (fd >= CLIENTS_MAX || !(clients[fd] = calloc(1, sizeof **clients))) {
            close(fd);
            continue;
        }
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
    }
}

int main(int count, char **words) {
    int port = 0;
    for (int index = 1; index + 1 < count; index += 2) {
        if (!strcmp(words[index], "--answer-bytes")) answer_bytes = strtoul(words[index + 1], 0, 10);
        if (!strcmp(words[index], "--port")) port = atoi(words[index + 1]);
    }
    if (answer_bytes < 64 || answer_bytes > sizeof answer) {
        fprintf(stderr, "--answer-bytes takes 64 to %zu\n", sizeof answer);
        return 2;
    }
    make_answer();
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listening, (struct sockaddr *)&address, size) || listen(listening, 4096) ||
        getsockname(listening, (struct sockaddr *)&address, &size))
        fail("listen");
    int queue = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listening};
    if (queue < 0 || epoll_ctl(queue, EPOLL_CTL_ADD, listening, &event)) fail("epoll");
    fprintf(stderr, "listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    static struct epoll_event events[BATCH];
    while (!stopping) {
        int ready = epoll_wait(queue, events, BATCH, -1);
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int index = 0; index < ready; index++) {
            int fd = events[index].data.fd;
            if (fd == listening)
                take(listening, queue);
            else if (clients[fd])
                serve(fd);
        }
    }
}
