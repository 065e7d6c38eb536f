// A time in a request.

#ifndef PUSH_HTTP_TIME_H
#define PUSH_HTTP_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct http_request;

// Unix seconds, or ISO 8601: 2026-11-22, 2026-11-22T18:00:00.123Z, 2026-11-22T19:00+01:00. `us` is
// microseconds UTC, `usual` when it is not given; `name` is told in the error.
bool http_time_read(const char *text, const char *name, int64_t *us, struct err *err);
// That of a request's query.
bool http_time(const struct http_request *request, const char *name, int64_t usual, int64_t *us,
               struct err *err);

#endif
