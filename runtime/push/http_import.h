// POST /api/v1/twins/import[?model=NAME&dry_run=true&only=twins|relationships]: creates and changes
// twins, a line each (push/import_text.h says what a line is), at most 1,000 lines.
//
// First every twin is created or changed, then relationships are made, so a line may name a twin
// that comes later. A line that is refused does not stop the others. `model` is what a new twin is
// that does not say. For a file in slices: all of them with only=twins, then all with
// only=relationships. Answered when all of it is on disk:
//
//     {"created":1,"updated":0,"unchanged":0,"refused":1,"lines":[
//       {"line":2,"id":"pump-1","model":"pump","result":"created"},
//       {"line":3,"id":"pump-2","model":"pump","result":"refused","reason":"...",
//        "missing":[{"twin":"tank-9","takes":["tank"]}]}]}

#ifndef PUSH_HTTP_IMPORT_H
#define PUSH_HTTP_IMPORT_H

#include "push/route.h"

route_handler http_import_post;

#endif
