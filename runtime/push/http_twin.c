// Writes go through the door; what is answered then is the twin as it stands after that turn.

#include "push/http_twin.h"

#include "base/json.h"
#include "push/configuration.h"
#include "push/http_past.h"
#include "push/service.h"
#include "push/settings.h"
#include "push/twin_json.h"
#include "push/where.h"
#include "twin/name.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_USUAL 100
#define LIMIT_MOST 1000
#define SCAN_MAX 10000 // twins that one request looks at: about 2 ms of the loop

static void write_etag(const struct twin *twin, char *etag, size_t size) {
    snprintf(etag, size, "\"%llu\"", (unsigned long long)twin->rev);
}

struct twin *http_twin_find(const struct service *service, const struct route_match *match,
                            struct err *err) {
    const struct route_part *id = &match->parts[0];
    struct twin *twin = world_find(service->world, id->text, id->length);
    if (!twin) err_set(err, ERR_NOT_FOUND, "there is no twin '%s'", id->text);
    return twin;
}

static bool check_model(const struct service *service, const char *name, struct err *err) {
    if (!name || world_model(service->world, name, strlen(name))) return true;
    return err_set(err, ERR_INVALID, "there is no model '%.64s'", name);
}

bool http_twin_list(struct service *service, const struct http_request *request,
                    const struct route_match *match, struct http_response *response,
                    struct err *err) {
    (void)match;
    const struct world *world = service->world;
    const char *model = http_query(request, "model"), *expression = http_query(request, "where");
    struct buffer *out = &response->body;
    struct where *where = NULL;
    uint32_t limit, number, count = 0;
    if (!http_limit(request, LIMIT_USUAL, LIMIT_MOST, &limit, err) ||
        !http_cursor(request, &number, err) || !check_model(service, model, err))
        return false;
    if (expression && !(where = where_parse(expression, world, err))) return false;
    json_open(out, '{');
    json_key(out, "twins");
    json_open(out, '[');
    for (int looked = 0; number < world->number_capacity && count < limit && looked < SCAN_MAX;
         number++) {
        const struct twin *twin = world->by_number[number];
        if (!twin) continue;
        looked++;
        if (model && strcmp(model, twin->model->name) != 0) continue;
        if (!where_fits(where, twin)) continue;
        twin_json_write(world, twin, http_query(request, "fields"), out);
        count++;
    }
    json_close(out, ']');
    if (number < world->next_number) {
        json_key(out, "cursor");
        buffer_printf(out, "\"%u\"", number);
    }
    json_close(out, '}');
    where_free(where);
    return true;
}

bool http_twin_answer(const struct service *service, const struct http_request *request,
                      const struct twin *twin, struct http_response *response) {
    write_etag(twin, response->etag, sizeof response->etag);
    twin_json_write(service->world, twin, http_query(request, "fields"), &response->body);
    return true;
}

bool http_twin_get(struct service *service, const struct http_request *request,
                   const struct route_match *match, struct http_response *response,
                   struct err *err) {
    const struct twin *twin = http_twin_find(service, match, err);
    bool is_past;
    char etag[sizeof response->etag];
    if (!twin || !http_past_ask(service, request, twin, response, &is_past, err)) return false;
    if (is_past) return true;
    write_etag(twin, etag, sizeof etag);
    return http_is_known(request, response, etag) ||
           http_twin_answer(service, request, twin, response);
}

bool http_twin_predictions(struct service *service, const struct http_request *request,
                           const struct route_match *match, struct http_response *response,
                           struct err *err) {
    const struct twin *twin = http_twin_find(service, match, err);
    char etag[sizeof response->etag];
    if (!twin) return false;
    write_etag(twin, etag, sizeof etag);
    if (!http_is_known(request, response, etag))
        twin_json_predictions(service->world, twin, &response->body);
    return true;
}

bool http_twin_put(struct service *service, const struct http_request *request,
                   const struct route_match *match, struct http_response *response,
                   struct err *err) {
    const struct route_part *id = &match->parts[0];
    const struct door *door = service->options.door;
    struct configuration configuration = {0};
    bool is_new;
    if (!configuration_id(id->text, err)) return false;
    cJSON *body = document_parse("the body", request->body, request->body_length, err);
    bool is_done = body && configuration_read(&configuration, service->world, body, id->text, err);
    configuration.input.actor = request->actor;
    is_done = is_done && door->configure(door->context, &configuration.input, &is_new,
                                         &response->wait_rev, err);
    configuration_fini(&configuration);
    cJSON_Delete(body);
    if (!is_done) return false;
    response->status = is_new ? 201 : 200;
    if (is_new)
        snprintf(response->location, sizeof response->location, "/api/v1/twins/%.64s", id->text);
    return http_twin_answer(service, request, world_find(service->world, id->text, id->length),
                            response);
}

bool http_twin_delete(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    const struct door *door = service->options.door;
    struct twin *twin = http_twin_find(service, match, err);
    if (!twin) return false;
    response->status = 204;
    return door->retire(door->context, twin, &request->actor, &response->wait_rev, err);
}

// If-Match: a rev in quotes, as ETag gives it, or *.
static bool read_if_match(const char *header, uint64_t *if_rev, struct err *err) {
    char *end;
    *if_rev = 0;
    if (!header[0] || strcmp(header, "*") == 0) return true;
    if (header[0] == '"' && header[1] >= '0' && header[1] <= '9') {
        *if_rev = strtoull(header + 1, &end, 10);
        if (strcmp(end, "\"") == 0) return true;
    }
    return err_set(err, ERR_INVALID,
                   "If-Match must be one ETag that a twin had, like \"81230\" with its quotes");
}

bool http_twin_patch_desired(struct service *service, const struct http_request *request,
                             const struct route_match *match, struct http_response *response,
                             struct err *err) {
    const struct door *door = service->options.door;
    struct twin *twin = http_twin_find(service, match, err);
    struct settings settings = {0};
    uint64_t if_rev;
    if (!twin || !read_if_match(request->if_match, &if_rev, err)) return false;
    cJSON *patch = document_parse("the body", request->body, request->body_length, err);
    bool is_done =
        patch &&
        settings_parse_desired(patch, settings_model(service->world, twin), &settings, err) &&
        door->desired(door->context, twin, settings.list, settings.count, if_rev, &request->actor,
                      &response->wait_rev, err);
    settings_fini(&settings);
    cJSON_Delete(patch);
    return is_done && http_twin_answer(service, request, twin, response);
}
