// Paths, methods and twins. What the resources do stands in delivery.c (what a device sends),
// command.c (what it says of commands),
// gateway.c (what a gateway sends), reading.c (what they ask for) and link.c (what there is).

#include "ingest/resource.h"

#include "base/err.h"
#include "ingest/answer.h"
#include "ingest/command.h"
#include "ingest/delivery.h"
#include "ingest/gateway.h"
#include "ingest/link.h"
#include "ingest/pack.h"
#include "ingest/peer.h"
#include "ingest/reading.h"
#include "ingest/request.h"
#include "twin/input.h"
#include "twin/model.h"
#include "twin/world.h"

#include <stdio.h>

#define METHODS (METHOD_IPATCH + 1)

typedef void handler(struct resources *resources, const struct request *request,
                     struct answer *answer);

struct resource {
    const char *path[4]; // NULL: any segment
    int path_count;
    const char *title; // for sentences
    handler *handlers[METHODS];
};

// In order: `desired` before any field.
static const struct resource table[] = {
    {{"t", NULL}, 2, "/t/{twin}", {[METHOD_GET] = reading_twin, [METHOD_POST] = delivery_pack}},
    {{"t", NULL, "desired"}, 3, "/t/{twin}/desired", {[METHOD_GET] = reading_desired}},
    {{"t", NULL, "commands", NULL},
     4,
     "/t/{twin}/commands/{id}",
     {[METHOD_POST] = command_take_result}},
    {{"t", NULL, NULL},
     3,
     "/t/{twin}/{field}",
     {[METHOD_GET] = reading_field, [METHOD_PUT] = delivery_value}},
    {{"senml"}, 1, "/senml", {[METHOD_POST] = gateway_pack}},
    {{".well-known", "core"}, 2, "/.well-known/core", {[METHOD_GET] = link_list}},
};

static const char *const methods[METHODS] = {
    "?", "GET", "POST", "PUT", "DELETE", "FETCH", "PATCH", "iPATCH",
};

void resources_init(struct resources *resources, const struct door *door) {
    *resources = (struct resources){.door = door};
    buffer_reserve(&resources->body, 1); // so that an empty body is no NULL
}

void resources_fini(struct resources *resources) {
    region_fini(&resources->region);
    buffer_fini(&resources->body);
}

static bool is_path(const struct resource *resource, const struct request *request) {
    if (request->path_count != resource->path_count) return false;
    for (int i = 0; i < resource->path_count; i++)
        if (resource->path[i] && !slice_is(request->path[i], resource->path[i])) return false;
    return true;
}

static void refuse_method(struct resources *resources, const struct resource *resource,
                          const struct request *request, struct answer *answer) {
    char allowed[40] = "";
    for (int i = METHOD_GET; i < METHODS; i++)
        if (resource->handlers[i])
            snprintf(allowed + strlen(allowed), sizeof allowed - strlen(allowed), "%s%s",
                     allowed[0] ? " or " : "", methods[i]);
    answer_refuse(answer, CODE_METHOD, &resources->region, "%s is not a method of %s: use %s",
                  request->method < METHODS ? methods[request->method] : "this", resource->title,
                  allowed);
}

void resources_answer(struct resources *resources, const struct request *request,
                      struct answer *answer) {
    region_reset(&resources->region);
    resources->body.length = 0;
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (!is_path(&table[i], request)) continue;
        if (request->method < METHODS && table[i].handlers[request->method])
            table[i].handlers[request->method](resources, request, answer);
        else
            refuse_method(resources, &table[i], request, answer);
        return;
    }
    answer_refuse(answer, CODE_NOT_FOUND, &resources->region,
                  "no such resource: there are /t/{twin}, /t/{twin}/{field}, /t/{twin}/desired, "
                  "/t/{twin}/commands/{id}, /senml and /.well-known/core");
}

static bool is_id(struct slice id, struct err *err) {
    char shown[SHOWN_MAX];
    if (twin_id_is_valid(id.bytes, id.length)) return true;
    if (id.length > TWIN_ID_MAX)
        return err_set(err, ERR_INVALID, "the twin id \"%s...\" has %u characters, the limit is %d",
                       resource_show(id, shown), id.length, TWIN_ID_MAX);
    return err_set(err, ERR_INVALID, "\"%s\" is no twin id: use 1 to %d of A-Z a-z 0-9 . _ ~ : -",
                   resource_show(id, shown), TWIN_ID_MAX);
}

bool resource_find_twin(const struct resources *resources, const struct request *request,
                        struct slice id, struct target *target, struct err *err) {
    const struct world *world = resources->door->world;
    target->id = id;
    target->twin = world_find(world, id.bytes, id.length);
    if (target->twin) {
        target->model = world_model_of(world, target->twin);
        return true;
    }
    if (!is_id(id, err)) return false;
    target->model = world_match(world, id.bytes, id.length, err);
    if (target->model) return true;
    struct actor actor;
    peer_actor(request->peer, &actor);
    resources->door->refused(resources->door->context, id.bytes, id.length, &actor);
    return false;
}

bool resource_need_twin(const struct resources *resources, struct slice id, struct target *target,
                        struct err *err) {
    char shown[SHOWN_MAX];
    target->id = id;
    target->twin = world_find(resources->door->world, id.bytes, id.length);
    target->model = target->twin ? target->twin->model : NULL;
    if (target->twin) return true;
    return is_id(id, err) &&
           err_set(err, ERR_NOT_FOUND, "there is no twin %s", resource_show(id, shown));
}

const char *resource_show(struct slice slice, char shown[SHOWN_MAX]) {
    uint32_t length = slice.length < 40 ? slice.length : 40;
    for (uint32_t i = 0; i < length; i++)
        shown[i] = slice.bytes[i] >= ' ' && slice.bytes[i] < 0x7f ? slice.bytes[i] : '?';
    shown[length] = 0;
    return shown;
}
