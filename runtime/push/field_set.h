// The fields of a subscription: one list over all its models, and for each model what goes where.
//
// Two models share an entry when name, kind, unit and type agree. Entries are only ever added, so
// an index that a client was told stays true.

#ifndef PUSH_FIELD_SET_H
#define PUSH_FIELD_SET_H

#include "twin/value.h"

#include <stdint.h>

struct buffer;
struct model;
struct selection;
struct twin;

enum item_kind {
    ITEM_SLOT,     // telemetry, reported, desired, derived
    ITEM_ALARM,    // 0 or 1
    ITEM_FORECAST, // [value, low, high]
    ITEM_COMMAND,  // {"id", "state", "result"}, a row for each of that name
    ITEM_WORST,    // "alarm": the worst active severity, 0 to 3
};

struct item {       // one thing of a model that is sent
    uint16_t kind;  // enum item_kind
    uint16_t index; // in the model's list of that kind
    uint32_t field; // in the set
};

struct item_map { // of one model (one layout of it)
    const struct model *model;
    struct item *items;
    int count;
};

struct field_set {
    struct field_entry { // texts are the models', which live as long as the world
        const char *name, *kind, *unit, *type;
    } * fields;
    int count;
    struct item_map *maps;
    int map_count;
};

// The place of `model`'s map in `maps`, made when it is new.
int field_set_map(struct field_set *set, const struct selection *selection,
                  const struct model *model);
void field_set_fini(struct field_set *set);

// Writes entry `index` as {"name","unit","type","kind"}.
void field_set_write(const struct field_set *set, int index, struct buffer *out);

#endif
