// Writes go through the door; what is answered then is the twin as it stands after that turn.

#include "push/http_twin.h"

#include "base/json.h"
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
#define ATTRIBUTES_MAX 65536

static void write_etag(const struct twin *twin, char *etag, size_t size) {
    snprintf(etag, size, "\"%llu\"", (unsigned long long)twin->rev);
}

static struct twin *find(const struct service *service, const struct route_match *match,
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

static bool answer_twin(const struct service *service, const struct http_request *request,
                        const struct twin *twin, struct http_response *response) {
    write_etag(twin, response->etag, sizeof response->etag);
    twin_json_write(service->world, twin, http_query(request, "fields"), &response->body);
    return true;
}

bool http_twin_get(struct service *service, const struct http_request *request,
                   const struct route_match *match, struct http_response *response,
                   struct err *err) {
    const struct twin *twin = find(service, match, err);
    char etag[sizeof response->etag];
    if (!twin) return false;
    write_etag(twin, etag, sizeof etag);
    return http_is_known(request, response, etag) || answer_twin(service, request, twin, response);
}

// The model that a PUT is about: the named one, the twin's own, or the one that fits the id.
static const struct model *model_for(const struct service *service, const cJSON *body,
                                     const struct route_part *id, struct err *err) {
    const struct twin *twin = world_find(service->world, id->text, id->length);
    if (!document_member(body, "model"))
        return twin ? settings_model(service->world, twin)
                    : world_match(service->world, id->text, id->length, err);
    const char *name = document_text(body, "model", err);
    const struct model *model = name ? world_model(service->world, name, strlen(name)) : NULL;
    if (name && !model) err_set(err, ERR_INVALID, "there is no model '%.64s'", name);
    return model;
}

struct configuration { // a PUT's body, read
    struct configure_input input;
    struct settings settings;
    char *attributes;
};

static void configuration_fini(struct configuration *configuration) {
    settings_fini(&configuration->settings);
    cJSON_free(configuration->attributes);
}

static bool read_attributes(const cJSON *body, struct configuration *configuration,
                            struct err *err) {
    const cJSON *attributes = document_member(body, "attributes");
    if (!attributes) return true;
    if (!cJSON_IsObject(attributes))
        return err_set(err, ERR_INVALID,
                       "'attributes' must be an object, like {\"site\": \"north\"}");
    configuration->attributes = cJSON_PrintUnformatted(attributes);
    size_t length = strlen(configuration->attributes);
    if (length > ATTRIBUTES_MAX)
        return err_set(err, ERR_TOO_LARGE, "'attributes' has %zu bytes; %d is the limit", length,
                       ATTRIBUTES_MAX);
    configuration->input.attributes = configuration->attributes;
    return true;
}

static bool read_configuration(const struct service *service, const cJSON *body,
                               const struct route_part *id, struct configuration *configuration,
                               struct err *err) {
    struct configure_input *input = &configuration->input;
    struct settings *settings = &configuration->settings;
    const struct model *model = model_for(service, body, id, err);
    const cJSON *parameters = document_member(body, "parameters");
    const cJSON *links = document_member(body, "relationships");
    if (!model || !read_attributes(body, configuration, err)) return false;
    if (parameters && !settings_parse_parameters(parameters, model, settings, err)) return false;
    if (links && !settings_parse_links(links, service->world, model, settings, err)) return false;
    input->id = id->text;
    input->id_length = id->length;
    input->model = model;
    input->parameters = settings->list;
    input->parameter_count = settings->count;
    input->links = settings->links;
    input->link_count = settings->link_count;
    input->has_links = links != NULL;
    return true;
}

bool http_twin_put(struct service *service, const struct http_request *request,
                   const struct route_match *match, struct http_response *response,
                   struct err *err) {
    const struct route_part *id = &match->parts[0];
    const struct door *door = service->options.door;
    struct configuration configuration = {0};
    bool is_new;
    if (!twin_id_is_valid(id->text, id->length))
        return err_set(err, ERR_INVALID,
                       "twin id '%.80s' is not allowed: 1 to %d of letters, digits and ._~:-, this "
                       "is %zu",
                       id->text, TWIN_ID_MAX, id->length);
    cJSON *body = document_parse("the body", request->body, request->body_length, err);
    bool is_done = body && read_configuration(service, body, id, &configuration, err);
    configuration.input.actor = request->actor;
    is_done = is_done && door->configure(door->context, &configuration.input, &is_new,
                                         &response->wait_rev, err);
    configuration_fini(&configuration);
    cJSON_Delete(body);
    if (!is_done) return false;
    response->status = is_new ? 201 : 200;
    if (is_new)
        snprintf(response->location, sizeof response->location, "/api/v1/twins/%.64s", id->text);
    return answer_twin(service, request, world_find(service->world, id->text, id->length),
                       response);
}

bool http_twin_delete(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    const struct door *door = service->options.door;
    struct twin *twin = find(service, match, err);
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
    struct twin *twin = find(service, match, err);
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
    return is_done && answer_twin(service, request, twin, response);
}
