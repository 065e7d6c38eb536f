// One link for the gateway resource, one for each twin; what a filter sees is what is written.

#include "ingest/link.h"

#include "ingest/answer.h"
#include "ingest/block.h"
#include "ingest/pack.h"
#include "ingest/request.h"
#include "ingest/resource.h"
#include "twin/input.h"
#include "twin/model.h"
#include "twin/twin.h"
#include "twin/world.h"

#define LOOKED_AT_MAX 100000 // twins in one request; a link takes 50 ns
#define PAGE_MAX 1000
#define LINK_MAX 300 // bytes of one link

struct entry {
    const char *prefix; // of the path: prefix, then id
    const char *id;
    const char *rt, *model; // the resource types
    bool is_observable;
};

static bool fits(const struct request *request, const struct entry *entry);
static void write_link(struct buffer *out, const struct entry *entry);

static bool is_parameter(struct slice query, const char *name, uint32_t *value) {
    size_t length = strlen(name);
    if (query.length <= length || memcmp(query.bytes, name, length) != 0 ||
        query.bytes[length] != '=')
        return false;
    *value = 0;
    for (uint32_t i = (uint32_t)length + 1; i < query.length; i++) {
        if (query.bytes[i] < '0' || query.bytes[i] > '9' || *value > 100000) return false;
        *value = *value * 10 + (uint32_t)(query.bytes[i] - '0');
    }
    return true;
}

// Which twin numbers to look at.
static void find_window(const struct request *request, uint32_t *from, uint32_t *count) {
    uint32_t page = 0, size = PAGE_MAX;
    bool is_paged = false;
    for (int i = 0; i < request->query_count; i++) {
        is_paged |= is_parameter(request->query[i], "page", &page);
        is_paged |= is_parameter(request->query[i], "count", &size);
    }
    if (size > PAGE_MAX) size = PAGE_MAX;
    *from = is_paged ? page * size : 0;
    *count = is_paged ? size : LOOKED_AT_MAX;
}

void link_list(struct resources *resources, const struct request *request, struct answer *answer) {
    const struct world *world = resources->door->world;
    struct buffer *out = &resources->body;
    if (request->accept != FORMAT_NONE && request->accept != FORMAT_LINKS) {
        answer_refuse(answer, CODE_NOT_ACCEPTABLE, &resources->region,
                      "this is there as 40 link-format, not as %d", request->accept);
        return;
    }
    uint32_t from, count;
    find_window(request, &from, &count);
    struct entry gateway = {.prefix = "/senml", .id = "", .rt = "senml", .model = ""};
    if (from == 0 && fits(request, &gateway)) write_link(out, &gateway);
    for (uint32_t i = from; i < world->next_number && i - from < count; i++) {
        const struct twin *twin = world_twin(world, i);
        if (!twin) continue;
        struct entry entry = {"/t/", twin->id, "twin", twin->model->name, true};
        if (!fits(request, &entry)) continue;
        if (out->length + LINK_MAX > BODY_MAX) break;
        write_link(out, &entry);
    }
    answer_init(answer, CODE_CONTENT);
    answer->format = FORMAT_LINKS;
    answer->payload = out->bytes;
    answer->length = out->length;
}

// `pattern` may end in `*`. The text comes in two parts.
static bool matches(struct slice pattern, const char *first, const char *second) {
    bool is_prefix = pattern.length > 0 && pattern.bytes[pattern.length - 1] == '*';
    size_t wanted = pattern.length - is_prefix;
    size_t first_length = strlen(first), length = first_length + strlen(second);
    if (is_prefix ? length < wanted : length != wanted) return false;
    size_t head = wanted < first_length ? wanted : first_length;
    return memcmp(pattern.bytes, first, head) == 0 &&
           memcmp(pattern.bytes + head, second, wanted - head) == 0;
}

static bool fits_one(struct slice query, const struct entry *entry) {
    uint32_t number;
    if (is_parameter(query, "page", &number) || is_parameter(query, "count", &number)) return true;
    const char *sign = query.length ? memchr(query.bytes, '=', query.length) : NULL;
    struct slice name = {query.bytes, sign ? (uint32_t)(sign - query.bytes) : query.length};
    struct slice value = {sign ? sign + 1 : "*", sign ? query.length - name.length - 1 : 1};
    if (slice_is(name, "href")) return matches(value, entry->prefix, entry->id);
    if (slice_is(name, "rt")) // a list of words; any of them may fit
        return matches(value, entry->rt, "") ||
               (entry->model[0] && matches(value, entry->model, ""));
    if (slice_is(name, "ct")) return matches(value, "110", "") || matches(value, "112", "");
    if (slice_is(name, "obs")) return entry->is_observable;
    return false; // no link has such an attribute
}

static bool fits(const struct request *request, const struct entry *entry) {
    for (int i = 0; i < request->query_count; i++)
        if (!fits_one(request->query[i], entry)) return false;
    return true;
}

static void write_link(struct buffer *out, const struct entry *entry) {
    buffer_printf(out, "%s<%s%s>;rt=\"%s%s%s\";ct=\"110 112\"%s", out->length ? "," : "",
                  entry->prefix, entry->id, entry->rt, entry->model[0] ? " " : "", entry->model,
                  entry->is_observable ? ";obs" : "");
}
