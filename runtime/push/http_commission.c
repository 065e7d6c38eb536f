// Each is one input through the door; what it means for the twin is the turn's to say.

#include "push/http_commission.h"

#include "push/configuration.h"
#include "push/http_twin.h"
#include "push/service.h"
#include "twin/name.h"
#include "twin/world.h"

#include <string.h>

static int find_relationship(const struct model *model, const struct route_part *name,
                             struct err *err) {
    int relationship = model_relationship(model, name->text, name->length);
    if (relationship != NONE) return relationship;
    struct suggestion near = {name->text, name->length, NULL, 0};
    for (int i = 0; i < model->relationship_count; i++)
        suggestion_try(&near, model->relationships[i].name);
    err_set(err, ERR_NOT_FOUND, "a %s has no relationship '%.64s'%s%s%s", model->name, name->text,
            near.best ? "; did you mean '" : "", near.best ? near.best : "", near.best ? "'?" : "");
    return NONE;
}

static bool set_link(struct service *service, const struct http_request *request,
                     const struct route_match *match, bool is_there, struct twin **from,
                     struct http_response *response, struct err *err) {
    const struct door *door = service->options.door;
    const struct route_part *id = &match->parts[2];
    *from = http_twin_find(service, match, err);
    if (!*from) return false;
    int relationship =
        find_relationship(settings_model(service->world, *from), &match->parts[1], err);
    if (relationship == NONE) return false;
    struct twin *to = world_find(service->world, id->text, id->length);
    if (!to) return err_set(err, ERR_NOT_FOUND, "there is no twin '%s'", id->text);
    return door->link(door->context, *from, relationship, to, is_there, &request->actor,
                      &response->wait_rev, err);
}

bool http_commission_link(struct service *service, const struct http_request *request,
                          const struct route_match *match, struct http_response *response,
                          struct err *err) {
    struct twin *from;
    return set_link(service, request, match, true, &from, response, err) &&
           http_twin_answer(service, request, from, response);
}

bool http_commission_unlink(struct service *service, const struct http_request *request,
                            const struct route_match *match, struct http_response *response,
                            struct err *err) {
    struct twin *from;
    response->status = 204;
    return set_link(service, request, match, false, &from, response, err);
}

bool http_commission_attributes(struct service *service, const struct http_request *request,
                                const struct route_match *match, struct http_response *response,
                                struct err *err) {
    const struct door *door = service->options.door;
    struct twin *twin = http_twin_find(service, match, err);
    struct configuration configuration = {0};
    bool is_new;
    if (!twin) return false;
    cJSON *patch = document_parse("the body", request->body, request->body_length, err);
    bool is_done =
        patch && configuration_merge_attributes(&configuration, service->world, twin, patch, err);
    configuration.input.actor = request->actor;
    is_done = is_done && door->configure(door->context, &configuration.input, &is_new,
                                         &response->wait_rev, err);
    configuration_fini(&configuration);
    cJSON_Delete(patch);
    return is_done && http_twin_answer(service, request, twin, response);
}

bool http_commission_lifecycle(struct service *service, const struct http_request *request,
                               const struct route_match *match, struct http_response *response,
                               struct err *err) {
    const struct door *door = service->options.door;
    struct twin *twin = http_twin_find(service, match, err);
    enum lifecycle lifecycle;
    if (!twin) return false;
    cJSON *body = document_parse("the body", request->body, request->body_length, err);
    bool is_done =
        body && configuration_lifecycle(body, &lifecycle, err) &&
        door->live(door->context, twin, lifecycle, &request->actor, &response->wait_rev, err);
    cJSON_Delete(body);
    return is_done && http_twin_answer(service, request, twin, response);
}

bool http_commission_replace(struct service *service, const struct http_request *request,
                             const struct route_match *match, struct http_response *response,
                             struct err *err) {
    const struct door *door = service->options.door;
    struct twin *twin = http_twin_find(service, match, err);
    return twin && door->replace(door->context, twin, &request->actor, &response->wait_rev, err) &&
           http_twin_answer(service, request, twin, response);
}
