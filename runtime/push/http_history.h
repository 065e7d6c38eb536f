// GET /api/v1/twins/{id}/history?fields=NAME,...&from=TIME&to=TIME answers
// {"twin": ID, "fields": {NAME: {"unit", "time": [seconds], "value": [...], "quality": [...]}}}.
//
// It is the recent past, not all of it: twind keeps a window of a field only where a prediction
// needs one (predict/window.h), at most 128 points, of samples that were not bad; neighbours are
// merged as the window grows. A field without a window has empty lists and a "note". The full
// history comes with stored series, which is a later issue, in this same shape.
//
// Without `fields` it is all telemetry, reported and derived fields. A TIME is Unix seconds or ISO
// 8601 (UTC when it names no zone), both ends included.

#ifndef PUSH_HTTP_HISTORY_H
#define PUSH_HTTP_HISTORY_H

#include "push/route.h"

route_handler http_history_get;

#endif
