// One UDP socket that sends and receives in batches, from one source address or from thousands.
//
// What is queued is not copied: it must stay as it is until udp_flush or until the batch is full.

#ifndef SIM_UDP_H
#define SIM_UDP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct err;
struct udp;

// `peers` distinct source addresses, 127.1.0.1 and on, when it is above 1; then the server must be
// on this machine. 1 leaves the source to the kernel.
struct udp *udp_open(const struct sockaddr *server, socklen_t server_length, uint32_t peers,
                     struct err *err);
void udp_close(struct udp *udp);

void udp_queue(struct udp *udp, uint32_t peer, const void *bytes, size_t length);
// The same for a CoAP message without anything but a header: 4 bytes, copied.
void udp_queue_empty(struct udp *udp, uint32_t peer, const uint8_t header[4]);
void udp_flush(struct udp *udp);

// Calls back for each datagram of a batch that has come, with the peer it came to; how many there
// were.
typedef void udp_on_datagram(void *context, uint32_t peer, const uint8_t *bytes, size_t length);
int udp_receive(struct udp *udp, udp_on_datagram *on_datagram, void *context);

// Sleeps for `us` at most, until a datagram or an event on `other_fd` (-1: none).
void udp_wait(struct udp *udp, int64_t us, int other_fd);

uint64_t udp_unreachable(const struct udp *udp); // ICMP errors: nobody listens there

#endif
