// A request as the resources see it, whichever way it came.

#ifndef INGEST_REQUEST_H
#define INGEST_REQUEST_H

#include "ingest/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer;

enum method {
    METHOD_GET = 1,
    METHOD_POST,
    METHOD_PUT,
    METHOD_DELETE,
    METHOD_FETCH,
    METHOD_PATCH,
    METHOD_IPATCH,
};

#define PATH_MAX_SEGMENTS 5 // one more than any resource has; longer paths name nothing
#define QUERY_MAX 8         // further ones are ignored

struct request {
    uint8_t method;
    struct slice path[PATH_MAX_SEGMENTS];
    int path_count; // may be larger than the array
    struct slice query[QUERY_MAX];
    int query_count;
    int format;                             // Content-Format, FORMAT_NONE when not given
    int accept;                             // FORMAT_NONE when not given
    int64_t observe, block1, block2, size1; // option values, -1 when not given
    uint32_t no_response;
    const uint8_t *payload;
    size_t length;
    const struct peer *peer;
    uint64_t key; // of the message, for duplicates
    int64_t received;
};

void request_init(struct request *request, uint8_t method);

// Takes one option. False when it is critical and this server has no use for it (4.02).
bool request_option(struct request *request, uint16_t number, const uint8_t *value,
                    uint16_t length);

bool request_is_write(const struct request *request); // changes something: POST, PUT

#endif
