// POST /api/v1/series: a recorded past, as what its devices would have sent.
//
// NDJSON, a line a twin and moment, {"twin": ID, "time": SECONDS, "values": {FIELD: VALUE, ...}},
// at most 1,000 of them. Each line goes through the door as the samples of a message: judged, run,
// kept, durable before the answer; what is older than what is there joins the series and changes
// nothing else. A twin that is not there is made as CoAP would make it, or of ?model=. A line that
// is refused stops no other; the same sample again is no second one. Answers
//
//     {"stored":998,"refused":2,"lines":[{"line":17,"reason":"..."}]}

#ifndef PUSH_HTTP_SAMPLES_H
#define PUSH_HTTP_SAMPLES_H

#include "push/route.h"

route_handler http_samples_post;

#endif
