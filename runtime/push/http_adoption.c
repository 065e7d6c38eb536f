// Which model fits is looked up when it is asked for: a new version may have changed it.

#include "push/http_adoption.h"

#include "base/json.h"
#include "push/service.h"
#include "twin/adoption.h"
#include "twin/world.h"

#include <stdlib.h>
#include <string.h>

static int by_newest(const void *left, const void *right) {
    const struct adoption *a = *(const struct adoption *const *)left;
    const struct adoption *b = *(const struct adoption *const *)right;
    if (a->at != b->at) return a->at < b->at ? 1 : -1;
    return strcmp(a->id, b->id);
}

static void write_one(const struct world *world, const struct adoption *one, struct buffer *out) {
    struct err unused;
    const struct model *model = world_fit(world, one->id, strlen(one->id), &unused);
    json_open(out, '{');
    json_key(out, "id");
    json_string(out, one->id);
    json_key(out, "model");
    if (model)
        json_string(out, model->name);
    else
        json_null(out);
    json_key(out, "count");
    json_unsigned(out, one->count);
    json_key(out, "first_at");
    json_time(out, one->first_at);
    json_key(out, "at");
    json_time(out, one->at);
    json_key(out, "peer");
    json_text(out, (const char *)one->actor.bytes, one->actor.length);
    json_close(out, '}');
}

bool http_adoption_list(struct service *service, const struct http_request *request,
                        const struct route_match *match, struct http_response *response,
                        struct err *err) {
    (void)request, (void)match, (void)err;
    const struct adoptions *adoptions = service->options.door->adoptions;
    const struct adoption *order[ADOPTIONS_MAX];
    struct buffer *out = &response->body;
    for (int i = 0; i < adoptions->count; i++)
        order[i] = &adoptions->list[i];
    if (adoptions->count) qsort(order, (size_t)adoptions->count, sizeof *order, by_newest);
    response->cache = "no-store";
    json_open(out, '{');
    json_key(out, "adoptions");
    json_open(out, '[');
    for (int i = 0; i < adoptions->count; i++) {
        // Another version may have let a sample create it meanwhile.
        if (world_find(service->world, order[i]->id, strlen(order[i]->id))) continue;
        write_one(service->world, order[i], out);
    }
    json_close(out, ']');
    json_key(out, "forgotten");
    json_unsigned(out, adoptions->forgotten);
    json_close(out, '}');
    return true;
}
