// What the kernel alone can do: a UDP server that answers each datagram with an 8-byte CoAP
// ACK, 2.04, and looks at nothing but its message id and token. recvmmsg and sendmmsg, and packet
// info both ways, which a server with many addresses needs to answer from the one it was asked at.
//
//   raw_echo PORT      (0: any) prints `ready coap=127.0.0.1:PORT`, then serves until it is killed

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH 128
#define DATAGRAM 2048
#define ANSWER 8
#define SOCKET_BYTES (4 << 20)

struct batch {
    struct mmsghdr in[BATCH], out[BATCH];
    struct iovec in_parts[BATCH], out_parts[BATCH];
    struct sockaddr_in from[BATCH];
    uint8_t control[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
    uint8_t requests[BATCH][DATAGRAM];
    uint8_t answers[BATCH][ANSWER];
};

static int socket_open(uint16_t port);
static void batch_prepare(struct batch *batch);
static void answer_prepare(struct batch *batch, int i);

int main(int argc, char **argv) {
    int fd = socket_open(argc > 1 ? (uint16_t)atoi(argv[1]) : 0);
    struct batch *batch = calloc(1, sizeof *batch);
    if (fd < 0 || !batch) return 1;
    for (;;) {
        batch_prepare(batch);
        int count = recvmmsg(fd, batch->in, BATCH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < count; i++)
            answer_prepare(batch, i);
        for (int sent = 0; sent < count;) {
            int more = sendmmsg(fd, batch->out + sent, (unsigned)(count - sent), 0);
            sent += more > 0 ? more : 1;
        }
    }
}

static int socket_open(uint16_t port) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0), bytes = SOCKET_BYTES, on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t length = sizeof address;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        perror("raw_echo");
        return -1;
    }
    printf("ready coap=127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void batch_prepare(struct batch *batch) {
    for (int i = 0; i < BATCH; i++) {
        batch->in_parts[i] = (struct iovec){batch->requests[i], DATAGRAM};
        batch->in[i].msg_hdr = (struct msghdr){
            .msg_name = &batch->from[i],
            .msg_namelen = sizeof batch->from[i],
            .msg_iov = &batch->in_parts[i],
            .msg_iovlen = 1,
            .msg_control = batch->control[i],
            .msg_controllen = sizeof batch->control[i],
        };
    }
}

// The control message that came in names the address to answer from as it stands, but for the
// interface, which the kernel is to choose.
static void answer_prepare(struct batch *batch, int i) {
    const uint8_t *request = batch->requests[i];
    uint8_t *answer = batch->answers[i];
    memcpy(answer, request, ANSWER);
    answer[0] = (uint8_t)(0x60 | (request[0] & 15)); // version 1, ACK
    answer[1] = 2 << 5 | 4;
    struct cmsghdr *control = CMSG_FIRSTHDR(&batch->in[i].msg_hdr);
    if (control) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(control), sizeof info);
        info.ipi_ifindex = 0;
        info.ipi_spec_dst = info.ipi_addr;
        memcpy(CMSG_DATA(control), &info, sizeof info);
    }
    batch->out_parts[i] = (struct iovec){answer, ANSWER};
    batch->out[i].msg_hdr = batch->in[i].msg_hdr;
    batch->out[i].msg_hdr.msg_iov = &batch->out_parts[i];
}
