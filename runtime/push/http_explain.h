// GET /api/v1/twins/{id}/explain?rev=N&field=NAME: how a revision came about, line by line.
//
// Without rev the newest revision that set the field or alarm; with neither the twin's newest. The
// turn is run again by the archive's worker (fork/explain.h has the answer's form).

#ifndef PUSH_HTTP_EXPLAIN_H
#define PUSH_HTTP_EXPLAIN_H

#include "push/route.h"

route_handler http_explain_get;

#endif
