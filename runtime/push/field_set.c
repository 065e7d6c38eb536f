// Lists are short (a few dozen fields), so they are searched from the front.

#include "push/field_set.h"

#include "base/json.h"
#include "base/memory.h"
#include "push/selection.h"
#include "twin/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MAPS_MAX 65535 // the map's number has 16 bits in each watched twin

static uint32_t place_of(struct field_set *set, struct field_entry entry) {
    int i = 0;
    for (; i < set->count; i++) {
        const struct field_entry *known = &set->fields[i];
        if (strcmp(known->name, entry.name) == 0 && strcmp(known->kind, entry.kind) == 0 &&
            strcmp(known->unit, entry.unit) == 0 && strcmp(known->type, entry.type) == 0)
            return (uint32_t)i;
    }
    set->fields = xrealloc(set->fields, sizeof *set->fields * (size_t)(i + 1));
    set->fields[i] = entry;
    set->count++;
    return (uint32_t)i;
}

static void add(struct field_set *set, struct item_map *map, const struct selection *selection,
                enum item_kind kind, int index, struct field_entry entry) {
    if (!selection_has_field(selection, entry.name)) return;
    map->items[map->count++] = (struct item){
        .kind = (uint16_t)kind, .index = (uint16_t)index, .field = place_of(set, entry)};
}

int field_set_map(struct field_set *set, const struct selection *selection,
                  const struct model *model) {
    for (int i = 0; i < set->map_count; i++)
        if (set->maps[i].model == model) return i;
    assert(set->map_count < MAPS_MAX);
    set->maps = xrealloc(set->maps, sizeof *set->maps * (size_t)(set->map_count + 1));
    struct item_map *map = &set->maps[set->map_count];
    int room = model->field_count + model->alarm_count + model->prediction_count +
               model->command_count + 1;
    *map = (struct item_map){.model = model, .items = xcalloc((size_t)room, sizeof *map->items)};
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (field->kind == FIELD_PARAMETER || field->kind == FIELD_STATE) continue;
        add(set, map, selection, ITEM_SLOT, i,
            (struct field_entry){field->name, field_kind_name(field->kind), field->unit,
                                 value_type_name(field->type)});
    }
    for (int i = 0; i < model->alarm_count; i++)
        add(set, map, selection, ITEM_ALARM, i,
            (struct field_entry){model->alarms[i].name, "alarm", "", "number"});
    for (int i = 0; i < model->prediction_count; i++)
        add(set, map, selection, ITEM_FORECAST, i,
            (struct field_entry){model->predictions[i].name, "prediction",
                                 model->predictions[i].unit, "number"});
    for (int i = 0; i < model->command_count; i++)
        add(set, map, selection, ITEM_COMMAND, i,
            (struct field_entry){model->commands[i].name, "command", "", "command"});
    add(set, map, selection, ITEM_WORST, 0, (struct field_entry){"alarm", "alarm", "", "number"});
    return set->map_count++;
}

void field_set_fini(struct field_set *set) {
    for (int i = 0; i < set->map_count; i++)
        free(set->maps[i].items);
    free(set->maps);
    free(set->fields);
    *set = (struct field_set){0};
}

void field_set_write(const struct field_set *set, int index, struct buffer *out) {
    const struct field_entry *entry = &set->fields[index];
    json_open(out, '{');
    json_key(out, "name");
    json_string(out, entry->name);
    json_key(out, "unit");
    json_string(out, entry->unit);
    json_key(out, "type");
    json_string(out, entry->type);
    json_key(out, "kind");
    json_string(out, entry->kind);
    json_close(out, '}');
}
