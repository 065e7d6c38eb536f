// A span of the log as a request names it: from=REV, to=REV, from_time=TIME, to_time=TIME.

#ifndef PUSH_SPAN_H
#define PUSH_SPAN_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct http_request;
struct log;

struct span {
    uint64_t from, to;          // revs, both ends included
    int64_t from_time, to_time; // microseconds UTC, 0 = not given
};

// On the loop's thread: `newest` is the newest rev there is. Reversed or beyond it: a sentence.
bool span_read(const struct http_request *request, uint64_t newest, struct span *span,
               struct err *err);
// Makes revs of the times, for which it reads the log, so on another thread. ERR_INVALID when
// nothing is left between.
bool span_find(struct span *span, struct log *log, struct err *err);

#endif
