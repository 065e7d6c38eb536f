// Puts us between libcoap and its UDP socket.
//
// libcoap reads and writes with recvmsg and sendmsg. This file defines both for the whole program:
// on a socket that is attached here they take from and add to our own queues, on every other they
// do the system call. The library cannot be given a datagram in any other way: nothing that would
// take one is exported.

#ifndef INGEST_SHIM_H
#define INGEST_SHIM_H

#include <stdbool.h>
#include <stdint.h>

struct datagram;
struct outbox;
struct peer;

struct shim {
    int fd;
    const struct peer *bound; // our own address, for datagrams that do not say where they came to
    const struct datagram *incoming; // what recvmsg gives next, in order
    int incoming_count;
    int taken; // of them; the last one taken is being handled
    struct outbox *outgoing;
};

// At most four sockets of a process. False when there is no place.
bool shim_attach(struct shim *shim);
void shim_detach(struct shim *shim);

#endif
