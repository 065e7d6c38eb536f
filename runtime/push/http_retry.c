// What is run again is the door's business; here it is asked for.

#include "push/http_retry.h"

#include "base/err.h"
#include "base/json.h"
#include "push/service.h"
#include "twin/world.h"

bool http_retry_post(struct service *service, const struct http_request *request,
                     const struct route_match *match, struct http_response *response,
                     struct err *err) {
    const struct door *door = service->options.door;
    const struct route_part *id = &match->parts[0];
    struct twin *twin = world_find(service->world, id->text, id->length);
    char why[sizeof err->text];
    if (!twin) return err_set(err, ERR_NOT_FOUND, "there is no twin '%.64s'", id->text);
    if (!door->retry(door->context, twin, &request->actor, &response->wait_rev, why, sizeof why,
                     err))
        return false;
    struct buffer *out = &response->body;
    json_open(out, '{');
    json_key(out, "ok");
    json_boolean(out, why[0] == 0);
    if (why[0]) {
        json_key(out, "why");
        json_string(out, why);
    }
    json_key(out, "rev");
    json_unsigned(out, response->wait_rev);
    json_close(out, '}');
    return true;
}
