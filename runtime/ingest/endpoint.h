// Lets libcoap create and bind the UDP socket, and finds out which descriptor that is.

#ifndef INGEST_ENDPOINT_H
#define INGEST_ENDPOINT_H

#include <coap3/coap.h>

struct err;
struct sockaddr_storage;

// The descriptor, which stays libcoap's; -1 with a sentence when the address cannot be had.
int endpoint_open(coap_context_t *context, const struct sockaddr_storage *address, struct err *err);

#endif
