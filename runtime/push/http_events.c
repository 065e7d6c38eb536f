#include "push/http_events.h"

#include "push/events.h"
#include "push/service.h"

#include <errno.h>
#include <stdlib.h>

// A browser sends the header when it comes back, and the address is what it was.
static bool read_since(const struct http_request *request, uint64_t *since, struct err *err) {
    bool is_back = request->last_event && request->last_event[0];
    const char *text = is_back ? request->last_event : http_query(request, "since");
    char *end;
    *since = 0;
    if (!text) return true;
    errno = 0;
    *since = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    return (*since > 0 && *end == 0 && errno == 0) ||
           err_set(err, ERR_INVALID, "since and Last-Event-ID are a revision's number, not '%.40s'",
                   text);
}

bool http_events_get(struct service *service, const struct http_request *request,
                     const struct route_match *match, struct http_response *response,
                     struct err *err) {
    struct events_wish wish = {.twin = http_query(request, "twin"),
                               .kind = http_query(request, "kind")};
    (void)match;
    if (!read_since(request, &wish.since, err)) return false;
    if (!service->events) return err_set(err, ERR_UNAVAILABLE, "this program tells no events");
    response->type = "text/event-stream";
    response->cache = "no-store";
    if (request->is_head) return true;
    response->stream = events_read(service->events, &wish, err);
    return response->stream != NULL;
}
