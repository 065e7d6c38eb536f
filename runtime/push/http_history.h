// GET /api/v1/twins/{id}/history?fields=NAME,...&from=TIME&to=TIME&points=N answers columns, in the
// form that push/series.h has; or CSV, when Accept names text/csv.
//
// Read from the log, newest first, at most so many revisions of the twin that one request costs its
// worker some tens of milliseconds; "read_from" says how far that went back when it was not all of
// the span, and is what `to` of the next request may be. Before it a field has points when a
// prediction keeps its recent window. With `to`, samples that came in after it are not found,
// however old they say they are.
//
// Without `fields` it is all telemetry, reported and derived fields; `points` is 1000 when it is
// not given. A TIME is Unix seconds or ISO 8601 (UTC when it names no zone), both ends included.

#ifndef PUSH_HTTP_HISTORY_H
#define PUSH_HTTP_HISTORY_H

#include "push/route.h"

route_handler http_history_get;

#endif
