// The parts of a position are found by field and time, through a few chains: a pack may be a track
// of a thousand places.

#include "ingest/position.h"

#include "base/err.h"
#include "base/memory.h"
#include "ingest/pack.h"
#include "ingest/resource.h"
#include "twin/location.h"
#include "twin/model.h"
#include "twin/unit.h"

#include <string.h>

#define CHAINS 64 // a power of two

enum part { PART_LAT = 1, PART_LON = 2, PART_ALT = 4, PART_NONE = 0 };

struct position {
    struct location location; // the sample borrows it
    unsigned parts;           // that came
    int record_count;
    int record; // the first
    int sample; // in the list
    const struct field *field;
    int64_t at;
    struct position *chained; // of the same chain, an earlier one
    struct position *next;    // in the order of the first records
};

struct positions {
    struct position *chains[CHAINS];
    struct position *first, *last;
};

// By time alone: few fields of a model are locations.
static struct position **chain_of(struct positions *positions, int64_t at) {
    uint64_t key = (uint64_t)at * 0x9e3779b97f4a7c15u; // Knuth, TAOCP 3, 6.4
    return &positions->chains[key >> 58];
}

static struct position *find(struct sample_list *list, const struct field *field, int64_t at) {
    if (!list->positions) return NULL;
    struct position *position = *chain_of(list->positions, at);
    while (position && (position->at != at || position->field != field))
        position = position->chained;
    return position;
}

static struct position *add(struct sample_list *list, int index, const struct field *field,
                            const struct record *record, struct region *region) {
    if (!list->positions) {
        list->positions = region_alloc(region, sizeof *list->positions);
        *list->positions = (struct positions){0};
    }
    struct positions *positions = list->positions;
    struct position **chain = chain_of(positions, record->at);
    struct position *position = region_alloc(region, sizeof *position);
    *position = (struct position){.record = record->index,
                                  .sample = list->count,
                                  .field = field,
                                  .at = record->at,
                                  .chained = *chain};
    *chain = position;
    if (positions->last)
        positions->last->next = position;
    else
        positions->first = position;
    positions->last = position;
    *sample_list_add(list, region) =
        (struct sample){index, value_location(&position->location), record->at};
    return position;
}

// Which part a number with this unit is; an altitude is converted to metres.
static enum part find_part(const struct field *field, struct slice unit, double *number,
                           struct err *err) {
    struct unit_conversion conversion;
    char shown[SHOWN_MAX];
    if (slice_is(unit, "lat")) return PART_LAT;
    if (slice_is(unit, "lon")) return PART_LON;
    if (unit.length == 0) {
        err_set(err, ERR_INVALID,
                "%s is a location: the unit lat, lon or m says what its number is", field->name);
        return PART_NONE;
    }
    if (unit_convert(unit.bytes, unit.length, "m", &conversion)) {
        *number = unit_apply(&conversion, *number);
        return PART_ALT;
    }
    err_set(err, ERR_INVALID, "%s is a location: its units are lat, lon and m, not \"%s\"",
            field->name, resource_show(unit, shown));
    return PART_NONE;
}

static const char *part_name(enum part part) {
    return part == PART_LAT ? "lat" : part == PART_LON ? "lon" : "altitude";
}

struct position *position_join(struct sample_list *list, int index, const struct field *field,
                               const struct record *record, struct region *region,
                               struct err *err) {
    double number = record->value.number;
    enum part part = find_part(field, record->unit, &number, err);
    if (part == PART_NONE) return NULL;
    struct location alone = {part == PART_LAT ? number : 0, part == PART_LON ? number : 0,
                             part == PART_ALT ? number : 0, part == PART_ALT};
    if (!location_check(&alone, field->name, err)) return NULL;
    struct position *position = find(list, field, record->at);
    if (position && position->parts & part) {
        err_set(err, ERR_INVALID, "%s has a second %s for the same time", field->name,
                part_name(part));
        return NULL;
    }
    if (!position) position = add(list, index, field, record, region);
    position->parts |= part;
    position->record_count++;
    position->location.lat += alone.lat;
    position->location.lon += alone.lon;
    position->location.alt += alone.alt;
    position->location.has_alt |= alone.has_alt;
    return position;
}

static bool is_whole(const struct position *position) {
    return position->parts & PART_LAT && position->parts & PART_LON;
}

bool position_check(const struct position *position, struct slice id, struct err *err) {
    char shown[SHOWN_MAX];
    if (is_whole(position)) return true;
    const char *here = "altitude", *missing = "lat and lon";
    if (position->parts & PART_LAT) here = "lat", missing = "lon";
    if (position->parts & PART_LON) here = "lon", missing = "lat";
    return err_set(err, ERR_INVALID, "%s of %s has %s but no %s: send all in one pack for one time",
                   position->field->name, resource_show(id, shown), here, missing);
}

bool position_check_all(const struct sample_list *list, struct slice id, struct err *err) {
    const struct position *position = list->positions ? list->positions->first : NULL;
    for (; position; position = position->next)
        if (!position_check(position, id, err))
            return err_prefix(err, "record %d (%s): ", position->record, position->field->name);
    return true;
}

int position_drop_torn(struct sample_list *list) {
    int records = 0, kept = 0;
    const struct position *position = list->positions ? list->positions->first : NULL;
    for (; position; position = position->next) {
        if (is_whole(position)) continue;
        list->items[position->sample].field = NONE;
        records += position->record_count;
    }
    if (records == 0) return 0;
    for (int i = 0; i < list->count; i++)
        if (list->items[i].field != NONE) list->items[kept++] = list->items[i];
    list->count = kept;
    return records;
}
