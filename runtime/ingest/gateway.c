// Two passes. The first reads every record, finds its twin (a small hash table of this message's
// twins) and makes its sample; the second hands the samples in, twin by twin in the order of their
// first record, and lists what was refused.

#include "ingest/gateway.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "ingest/answer.h"
#include "ingest/pack.h"
#include "ingest/position.h"
#include "ingest/request.h"
#include "ingest/resource.h"
#include "ingest/sample.h"
#include "twin/model.h"

#include <stdio.h>

#define BODY_LIST_MAX 600 // bytes of refused records in the answer, so that it fits one datagram
#define REASON_MAX 160    // bytes of one reason there
#define FIRST_GROUPS 16

struct group { // the records of one twin
    struct target target;
    struct err *err; // of the twin itself: all its records are refused
    struct sample_list list;
    int accepted; // records, of which several may be one sample
    bool is_stored;
};

struct item { // one record that has a value
    int index;
    int group; // NONE when its name has no twin
    struct slice id, field;
    struct err *err;           // why it is refused
    struct position *position; // that it is a part of, or NULL
};

struct gateway {
    struct resources *resources;
    const struct request *request;
    struct group *groups;
    int group_count, group_capacity;
    int *table; // group by id, NONE when free; a power of two, at most half full
    int table_size;
    struct item *items;
    int item_count, item_capacity;
};

static bool read_items(struct gateway *gateway, struct err *err);
static void refuse_torn(struct gateway *gateway);
static int find_group(struct gateway *gateway, struct slice id);
static uint64_t deliver(struct gateway *gateway, int *accepted);
static void answer_list(struct gateway *gateway, int accepted, uint64_t rev, struct answer *answer);

void gateway_pack(struct resources *resources, const struct request *request,
                  struct answer *answer) {
    struct gateway gateway = {.resources = resources, .request = request};
    struct err err;
    if (request->format != FORMAT_SENML_JSON && request->format != FORMAT_SENML_CBOR) {
        answer_refuse(answer, CODE_FORMAT, &resources->region,
                      "say by Content-Format what this is: 110 SenML JSON or 112 SenML CBOR");
        return;
    }
    if (!read_items(&gateway, &err)) {
        answer_error(answer, &err, &resources->region);
        return;
    }
    if (gateway.item_count == 0) {
        answer_refuse(answer, CODE_BAD_REQUEST, &resources->region, "the pack has no value in it");
        return;
    }
    int accepted = 0;
    uint64_t rev = deliver(&gateway, &accepted);
    answer_list(&gateway, accepted, rev, answer);
}

static struct err *keep(struct gateway *gateway, const struct err *err) {
    struct err *kept = region_alloc(&gateway->resources->region, sizeof *kept);
    *kept = *err;
    return kept;
}

static struct item *add_item(struct gateway *gateway) {
    if (gateway->item_count == gateway->item_capacity) {
        int capacity = gateway->item_capacity ? gateway->item_capacity * 4 : 64;
        struct item *items =
            region_alloc(&gateway->resources->region, (size_t)capacity * sizeof *items);
        if (gateway->item_count)
            memcpy(items, gateway->items, (size_t)gateway->item_count * sizeof *items);
        gateway->items = items;
        gateway->item_capacity = capacity;
    }
    return &gateway->items[gateway->item_count++];
}

static void read_item(struct gateway *gateway, const struct record *record) {
    struct region *region = &gateway->resources->region;
    struct err err;
    struct item *item = add_item(gateway);
    *item = (struct item){.index = record->index, .group = NONE};
    sample_split_name(record, region, &item->id, &item->field);
    if (item->id.length == 0) {
        err_set(&err, ERR_INVALID, "the name is not {twin}/{field}");
        item->err = keep(gateway, &err);
        return;
    }
    struct item *before = item > gateway->items ? item - 1 : NULL;
    bool is_same = before && before->id.length == item->id.length &&
                   memcmp(before->id.bytes, item->id.bytes, item->id.length) == 0;
    item->group = is_same ? before->group : find_group(gateway, item->id);
    struct group *group = &gateway->groups[item->group];
    item->err = group->err;
    if (item->err) return;
    if (sample_from_record(record, item->field, group->target.model, region, &group->list,
                           &item->position, &err))
        group->accepted++;
    else
        item->err = keep(gateway, &err);
}

static bool read_items(struct gateway *gateway, struct err *err) {
    const struct request *request = gateway->request;
    struct pack pack;
    struct record record;
    enum pack_next next;
    pack_init(&pack, request->format, request->payload, request->length, request->received,
              &gateway->resources->region);
    while ((next = pack_next(&pack, &record, err)) == PACK_RECORD)
        if (record.value.type != VALUE_NONE || record.fault) read_item(gateway, &record);
    if (next == PACK_END) refuse_torn(gateway);
    return next == PACK_END;
}

// Locations of which a part is missing; each of their records is refused.
static void refuse_torn(struct gateway *gateway) {
    struct err err;
    bool is_any = false;
    for (int i = 0; i < gateway->group_count; i++) {
        struct group *group = &gateway->groups[i];
        int records = group->list.positions ? position_drop_torn(&group->list) : 0;
        group->accepted -= records;
        is_any |= records > 0;
    }
    for (int i = 0; i < gateway->item_count && is_any; i++) {
        struct item *item = &gateway->items[i];
        if (item->position && !position_check(item->position, item->id, &err))
            item->err = keep(gateway, &err);
    }
}

static void grow_groups(struct gateway *gateway) {
    struct region *region = &gateway->resources->region;
    int capacity = gateway->group_capacity ? gateway->group_capacity * 4 : FIRST_GROUPS;
    struct group *groups = region_alloc(region, (size_t)capacity * sizeof *groups);
    if (gateway->group_count)
        memcpy(groups, gateway->groups, (size_t)gateway->group_count * sizeof *groups);
    gateway->groups = groups;
    gateway->group_capacity = capacity;
    gateway->table_size = capacity * 2;
    gateway->table = region_alloc(region, (size_t)gateway->table_size * sizeof(int));
    memset(gateway->table, 0xff, (size_t)gateway->table_size * sizeof(int)); // all NONE
    for (int i = 0; i < gateway->group_count; i++) {
        struct slice id = groups[i].target.id;
        uint64_t place = hash64(0, id.bytes, id.length);
        while (gateway->table[place & (uint64_t)(gateway->table_size - 1)] != NONE)
            place++;
        gateway->table[place & (uint64_t)(gateway->table_size - 1)] = i;
    }
}

static int find_group(struct gateway *gateway, struct slice id) {
    if (gateway->group_count == gateway->group_capacity) grow_groups(gateway);
    uint64_t place = hash64(0, id.bytes, id.length);
    int *entry;
    for (;; place++) {
        entry = &gateway->table[place & (uint64_t)(gateway->table_size - 1)];
        if (*entry == NONE) break;
        struct slice other = gateway->groups[*entry].target.id;
        if (other.length == id.length && memcmp(other.bytes, id.bytes, id.length) == 0)
            return *entry;
    }
    struct err err;
    *entry = gateway->group_count++;
    struct group *group = &gateway->groups[*entry];
    *group = (struct group){0};
    if (!resource_find_twin(gateway->resources, gateway->request, id, &group->target, &err))
        group->err = keep(gateway, &err);
    return *entry;
}

// Returns the newest revision that was made.
static uint64_t deliver(struct gateway *gateway, int *accepted) {
    uint64_t newest = 0;
    int last = NONE;
    for (int i = 0; i < gateway->group_count; i++)
        if (gateway->groups[i].list.count > 0) last = i;
    for (int i = 0; i <= last; i++) {
        struct group *group = &gateway->groups[i];
        uint64_t rev = 0;
        struct err err;
        if (group->list.count == 0) continue;
        group->is_stored = sample_deliver(gateway->resources, &group->target, &group->list,
                                          gateway->request, i == last, &rev, &err);
        if (!group->is_stored) {
            group->err = keep(gateway, &err);
            continue;
        }
        *accepted += group->accepted;
        if (rev > newest) newest = rev;
    }
    return newest;
}

// Why a record is not stored; NULL when it is.
static const struct err *refusal(const struct gateway *gateway, const struct item *item) {
    if (item->err) return item->err;
    return gateway->groups[item->group].err;
}

static void list_refused(struct buffer *out, const struct item *item, const struct err *err) {
    char name[2 * SHOWN_MAX], shown[SHOWN_MAX], code[8];
    uint8_t number = answer_code(err);
    snprintf(code, sizeof code, "%d.%02d", number >> 5, number & 31);
    int length =
        item->id.length ? snprintf(name, sizeof name, "%s/", resource_show(item->id, shown)) : 0;
    snprintf(name + length, sizeof name - (size_t)length, "%s", resource_show(item->field, shown));
    json_open(out, '{');
    json_key(out, "index");
    json_integer(out, item->index);
    json_key(out, "name");
    json_string(out, name);
    json_key(out, "code");
    json_string(out, code);
    json_key(out, "reason");
    json_text(out, err->text, strnlen(err->text, REASON_MAX));
    json_close(out, '}');
}

static void answer_list(struct gateway *gateway, int accepted, uint64_t rev,
                        struct answer *answer) {
    struct buffer *out = &gateway->resources->body;
    const struct item *first = NULL;
    int unlisted = 0;
    json_open(out, '{');
    json_key(out, "accepted");
    json_integer(out, accepted);
    json_key(out, "refused");
    json_open(out, '[');
    for (int i = 0; i < gateway->item_count; i++) {
        const struct item *item = &gateway->items[i];
        const struct err *err = refusal(gateway, item);
        if (!err) continue;
        if (!first) first = item;
        if (out->length < BODY_LIST_MAX)
            list_refused(out, item, err);
        else
            unlisted++;
    }
    json_close(out, ']');
    if (unlisted) {
        json_key(out, "unlisted");
        json_integer(out, unlisted);
    }
    json_close(out, '}');
    if (accepted == 0) {
        struct err err = *refusal(gateway, first);
        char shown[SHOWN_MAX];
        err_prefix(&err, "record %d (%s): ", first->index, resource_show(first->field, shown));
        answer_error(answer, &err, &gateway->resources->region);
        return;
    }
    answer_init(answer, CODE_CHANGED);
    answer->format = FORMAT_JSON;
    answer->payload = out->bytes;
    answer->length = out->length;
    answer->rev = rev;
}
