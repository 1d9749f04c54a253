// The generator of ingest: the same POST over and over, on connections that are kept.
//
// Every --pause-us it sends one request on each of the next --burst connections, as agents do whose
// reports fall together, and takes the answers meanwhile. A connection whose answer is still to come
// is passed over and counted as late. All answers have to be as long as the first and have --status.
//
//     cc -O2 -o posts posts.c
//     ./posts --port P --request FILE --status 401 --clients 256 --burst 128 --pause-us 8000
//         --seconds 3
//
// Says on standard output, as JSON: requests answered, sends that were late, bytes of one answer,
// and the part of the time in which it had nothing to do.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 4096, REQUEST_MAX = 1 << 20, ANSWER_MAX = 65536 };

static char request[REQUEST_MAX], answer[ANSWER_MAX];
static size_t request_bytes, answer_bytes;
static int sockets[CLIENTS_MAX];
static bool waits[CLIENTS_MAX];
static size_t received[CLIENTS_MAX];
static unsigned long long answered, late;
static const char *status;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static long long nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void give(int index) {
    if (waits[index]) {
        late++;
        return;
    }
    if (send(sockets[index], request, request_bytes, MSG_NOSIGNAL) != (ssize_t)request_bytes)
        fail("send");
    waits[index] = true;
    received[index] = 0;
}

static void take(int index) {
    ssize_t got = recv(sockets[index], answer, sizeof answer, 0);
    if (got <= 0) fail("an answer");
    if (answer_bytes == 0) {
        // The first answer, which is alone on its way, comes whole.
        answer_bytes = (size_t)got;
        if (strncmp(answer, "HTTP/1.1 ", 9) || strncmp(answer + 9, status, strlen(status))) {
            fprintf(stderr, "unexpected: %.*s\n", (int)got, answer);
            exit(1);
        }
    }
    received[index] += (size_t)got;
    if (received[index] > answer_bytes) {
        fprintf(stderr, "an answer has another length than the first\n");
        exit(1);
    }
    if (received[index] == answer_bytes) {
        waits[index] = false;
        answered++;
    }
}

static void read_request(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    request_bytes = fread(request, 1, sizeof request, file);
    fclose(file);
}

int main(int count, char **words) {
    int port = 0, clients = 256, burst = 128;
    long long pause = 8000000, seconds = 3;
    for (int index = 1; index + 1 < count; index += 2) {
        const char *value = words[index + 1];
        if (!strcmp(words[index], "--port")) port = atoi(value);
        if (!strcmp(words[index], "--request")) read_request(value);
        if (!strcmp(words[index], "--status")) status = value;
        if (!strcmp(words[index], "--clients")) clients = atoi(value);
        if (!strcmp(words[index], "--burst")) burst = atoi(value);
        if (!strcmp(words[index], "--pause-us")) pause = atoll(value) * 1000;
        if (!strcmp(words[index], "--seconds")) seconds = atoll(value);
    }
    if (!port || !status || !request_bytes || clients > CLIENTS_MAX || burst > clients) return 2;
    int queue = epoll_create1(0);
    for (int index = 0; index < clients; index++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((unsigned short)port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        sockets[index] = socket(AF_INET, SOCK_STREAM, 0);
        int on = 1;
        setsockopt(sockets[index], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(sockets[index], (struct sockaddr *)&address, sizeof address)) fail("connect");
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (unsigned)index};
        if (epoll_ctl(queue, EPOLL_CTL_ADD, sockets[index], &event)) fail("epoll_ctl");
    }
    // One of each first: connections are open, and buffers have their size.
    for (int index = 0; index < clients; index++) {
        give(index);
        while (waits[index]) take(index);
    }
    answered = 0;
    fprintf(stderr, "begins\n");
    long long start = nanoseconds(CLOCK_MONOTONIC), due = start, end = start + seconds * 1000000000;
    long long busy = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    int next = 0, open = 0;
    static struct epoll_event events[CLIENTS_MAX];
    for (;;) {
        long long now = nanoseconds(CLOCK_MONOTONIC);
        if (now >= due && now < end) {
            for (int index = 0; index < burst; index++, next = (next + 1) % clients) give(next);
            due += pause;
        }
        open = 0;
        for (int index = 0; index < clients; index++) open += waits[index];
        if (now >= end && open == 0) break;
        long long rest = now >= end ? 1000000 : due - now;
        struct timespec wait = {.tv_sec = 0, .tv_nsec = rest > 0 ? rest : 0};
        int ready = epoll_pwait2(queue, events, CLIENTS_MAX, &wait, NULL);
        if (ready < 0 && errno != EINTR) fail("epoll_pwait2");
        for (int index = 0; index < ready; index++) take((int)events[index].data.u32);
    }
    long long elapsed = nanoseconds(CLOCK_MONOTONIC) - start;
    busy = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - busy;
    printf("{\"answered\":%llu,\"late\":%llu,\"answerBytes\":%zu,\"idle\":%.3f}\n", answered, late,
           answer_bytes, 1 - (double)busy / (double)elapsed);
    fflush(stdout);
    // Whoever measures the server looks at it before the connections end.
    if (getchar() == EOF) return 0;
}
