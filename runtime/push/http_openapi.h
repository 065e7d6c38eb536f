// GET /openapi.json: the routes that there are, as OpenAPI 3.1 has them, so that a client can be
// made of it. Bodies are told by the headers of push/ and by the manuals.

#ifndef PUSH_HTTP_OPENAPI_H
#define PUSH_HTTP_OPENAPI_H

#include "push/route.h"

route_handler http_openapi_get;

#endif
