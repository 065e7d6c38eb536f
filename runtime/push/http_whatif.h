// What would come, and what if: the future of a twin and of all it reaches, in branches.
//
// POST /api/v1/twins/{id}/whatif takes
//   {"at": "now" or a revision's number, "horizon": "2h", "step": "10s", "emit": ["level", ...],
//    "samples": 40, "branches": [{"name": "slow", "set": {"speed": 900, "tank-1/height": 3},
//                                 "faults": {"level": "silent", "flow": {"off": -2}}}]}
// and answers as fork/whatif.h says. A name is the twin's own, or "TWIN/NAME" of one that is
// reached. A fault is "silent", "frozen", {"off": BY} or {"noise": BY}. Only horizon must be there.

#ifndef PUSH_HTTP_WHATIF_H
#define PUSH_HTTP_WHATIF_H

#include "push/route.h"

#include <cjson/cJSON.h>

struct later;
struct twin;

route_handler http_whatif_post;

// The same of a body, or of a message that has its members. NULL: `err` says why not.
struct later *http_whatif_ask(struct service *service, const struct twin *twin, const cJSON *body,
                              const struct actor *actor, struct err *err);

#endif
