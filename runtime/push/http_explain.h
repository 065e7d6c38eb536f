// GET /api/v1/twins/{id}/explain?rev=N&field=NAME: why a twin is as it is (fork/explain.h).
//
// With `field`, a field's or an alarm's name, it is the newest revision at or before `rev` that set
// it; else the twin's newest one at or before `rev`. Without `rev`, of now. Answers {"twin", "rev",
// "received", "input", "actor", "from", "version", "equal", "difference", "missing", "lines":
// [{file, line, text, locals}], "dropped", "writes": [{subject, before, after, given}]}.

#ifndef PUSH_HTTP_EXPLAIN_H
#define PUSH_HTTP_EXPLAIN_H

#include "push/route.h"

route_handler http_explain_get;

#endif
