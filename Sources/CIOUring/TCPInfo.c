// <linux/tcp.h> has the fields that glibc's <netinet/tcp.h> lacks, and the two cannot be mixed.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

uint64_t ciouring_acknowledged(int fd) {
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    int code = getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
    size_t needed = offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked;
    return code == 0 && length >= needed ? info.tcpi_bytes_acked : 0;
}
