// GET /api/v1/audit: who changed what, newest first.
//
// {"entries": [...], "cursor": "81230.7"}: what persons and programs did to twins, as a revision
// with the twin's id (push/revision_json.h), and what happened to script versions. A page that ends
// early because much was looked through has a cursor and few entries.

#ifndef PUSH_HTTP_AUDIT_H
#define PUSH_HTTP_AUDIT_H

#include "push/http.h"
#include "push/route.h"

route_handler http_audit_get; // ?from=&to=&twin=&actor=&limit=&cursor=

#endif
