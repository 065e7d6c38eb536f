// GET /api/v1/twins/{id}/history?fields=NAME,...&from=TIME&to=TIME&points=N&agg=NAME answers
// columns, in the form that push/series.h has; or CSV, when Accept names text/csv.
//
// GET /api/v1/series?sel=GLOB,...&model=NAME&fields=...&limit=N&cursor=N is the same of all twins
// that fit,
// {"series": [...], "cursor"}; a CSV has the twin in front.
//
// Without `fields` it is all telemetry, reported and derived fields; `points` is 1000 when it is
// not given. `agg` (mean, min, max, last, count) divides the span into so many stretches and tells
// that of each which has samples. A TIME is Unix seconds or ISO 8601 (UTC when it names no zone),
// both ends included.

#ifndef PUSH_HTTP_HISTORY_H
#define PUSH_HTTP_HISTORY_H

#include "push/route.h"

route_handler http_history_get, http_history_series;

#endif
