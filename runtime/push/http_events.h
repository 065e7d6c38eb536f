// What happens, as Server-Sent Events: GET /api/v1/events?twin=GLOB&kind=GLOB&since=REV.
//
// `id` is the revision, `event` the kind (alarm, command, desired, created, retired, lifecycle,
// replaced, failed, amended, version; gap where some were missed), `data` JSON. It goes on from the
// header Last-Event-ID, or from `since`, as far back as some thousand events.

#ifndef PUSH_HTTP_EVENTS_H
#define PUSH_HTTP_EVENTS_H

#include "push/route.h"

route_handler http_events_get;

#endif
