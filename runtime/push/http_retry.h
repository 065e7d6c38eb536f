// POST /twins/{id}/retry: runs the input again whose behaviour failed, {"ok": true} or
// {"ok": false, "why": sentence}.

#ifndef PUSH_HTTP_RETRY_H
#define PUSH_HTTP_RETRY_H

#include "push/route.h"

route_handler http_retry_post;

#endif
