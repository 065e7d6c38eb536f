// Which set-points cost least over what comes.
//
// POST /api/v1/twins/{id}/optimise takes
//   {"horizon": "1h", "step": "10s", "samples": 40, "vary": {"pump-1/speed": [600, 1450]},
//    "minimise": "line-1/power" or {"pump-1/power": 1, "pump-2/power": 1},
//    "keep": {"tank-1/level": [0.8, 2.7]}}
// and answers as fork/optimum.h says. An end of `keep` may be null. Nothing is set: who accepts the
// answer sets what it says as desired.

#ifndef PUSH_HTTP_OPTIMISE_H
#define PUSH_HTTP_OPTIMISE_H

#include "push/route.h"

#include <cjson/cJSON.h>

struct actor;
struct later;
struct twin;

// The same by the runtime itself. NULL: `err` says why not.
struct later *http_optimise_ask(struct service *service, const struct twin *twin, const cJSON *body,
                                const struct actor *actor, struct err *err);

route_handler http_optimise_post;

#endif
