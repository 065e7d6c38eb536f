// /api/v1/twins: list, read, create, change, delete.
//
// GET /twins?model=NAME&where=EXPRESSION&fields=NAME,...&limit=100&cursor=N answers {"twins":
// [...], "cursor": "..."} in the order of creation; without a cursor that was the last page.
// `fields=` with nothing behind it gives what a twin is without its values. A page may hold fewer
// twins than `limit`, even none, and still have a cursor: one request looks at no more than so many
// twins (where.h says what `where` may be).
//
// GET /twins/{id}?rev=N or ?at=TIME answers what the twin was then (push/http_past.h).
//
// GET /twins/{id}/predictions answers {"twin", "rev", "predictions": {...}}.
//
// PUT takes {"model", "parameters", "attributes", "relationships", "lifecycle"}; a member that is
// there replaces all of that part, one that is not leaves it. Without a model it is the one that
// the twin has or whose `match` fits its id. So what GET gave can be PUT back.

#ifndef PUSH_HTTP_TWIN_H
#define PUSH_HTTP_TWIN_H

#include "push/route.h"

struct twin;

route_handler http_twin_list, http_twin_get, http_twin_predictions, http_twin_put, http_twin_delete,
    http_twin_patch_desired;

// The twin that the path's first part names.
struct twin *http_twin_find(const struct service *service, const struct route_match *match,
                            struct err *err);
// Answers it as it stands, with its ETag. Gives true.
bool http_twin_answer(const struct service *service, const struct http_request *request,
                      const struct twin *twin, struct http_response *response);

#endif
