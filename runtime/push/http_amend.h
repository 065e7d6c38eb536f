// A bad sample is corrected, or taken away.
//
// POST /api/v1/twins/{id}/amend takes
//   {"field": NAME, "time": Unix seconds or ISO 8601, "value": as its device should have sent it,
//   or
//    null, "was": what it said, where two have that time, "why": text, "apply": false,
//    "dry_run": false}
// and answers, once it is on disk, {"twin", "field", "time", "was", "value", "of_rev",
// "revisions" that were run again, "values": {FIELD: how many of its history are others now},
// "rev": of the amendment, "applied", "current": [{"field", "was", "value"}]}. What the twin shows
// changes with "apply" alone, and no handler runs and no alarm moves then; "current" is what that
// is, or would be.

#ifndef PUSH_HTTP_AMEND_H
#define PUSH_HTTP_AMEND_H

#include "push/route.h"

route_handler http_amend_post;

#endif
