// What a twin was: /api/v1/twins/{id}?rev=N or ?at=TIME, and /api/v1/twins/{id}/revisions.
//
// Revisions come newest first, from ?from=N or ?at=TIME back, at most ?limit=20; `cursor` is the
// next page's `from` (push/revision_json.h has their form).

#ifndef PUSH_HTTP_PAST_H
#define PUSH_HTTP_PAST_H

#include "push/route.h"

struct twin;

// `is_past`: the response will be the twin as it was; else it is asked for as it is now. False when
// the query is wrong.
bool http_past_ask(struct service *service, const struct http_request *request,
                   const struct twin *twin, struct http_response *response, bool *is_past,
                   struct err *err);

route_handler http_past_revisions;

#endif
