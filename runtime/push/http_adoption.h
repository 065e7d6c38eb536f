// GET /api/v1/adoptions: ids that devices send under and that nothing may create, newest first.
//
// {"adoptions": [{"id", "model", "count", "first_at", "at", "peer"}, ...], "forgotten": 0}; "model"
// is the one that a PUT without a model would make of it, null when none fits or several do.
// "forgotten" is how many have made room for others.

#ifndef PUSH_HTTP_ADOPTION_H
#define PUSH_HTTP_ADOPTION_H

#include "push/route.h"

route_handler http_adoption_list;

#endif
