// A pass tells what is new in the dictionary, then who is gone, then goes on with the snapshot,
// then sends the twins that are dirty as it starts to; marks that come meanwhile are for the next
// pass.

#include "push/frame.h"

#include "base/json.h"
#include "base/memory.h"
#include "push/subscription.h"
#include "push/twin_json.h"
#include "twin/world.h"

#include <string.h>

#define TAIL_MAX 64     // what closes a message behind its last row
#define SCAN_MAX 4096   // twins of a snapshot that one message looks at, rows or not
#define ENTRY_MAX 512   // a dictionary entry: an id, or a field's four texts
#define NULL_ROW_MAX 64 // a row without a value

static void open_message(struct buffer *out, const char *op, const struct subscription *of) {
    json_open(out, '{');
    json_key(out, "op");
    json_string(out, op);
    json_key(out, "sid");
    json_unsigned(out, of->sid);
}

// ---- the dictionary ----

static void tell_fields(struct subscription *of, size_t end, struct buffer *out) {
    json_key(out, "fields");
    json_open(out, '[');
    while (of->told_fields < of->fields.count && out->length + ENTRY_MAX < end)
        field_set_write(&of->fields, of->told_fields++, out);
    json_close(out, ']');
}

static void tell_twins(struct subscription *of, const struct world *world, size_t end,
                       struct buffer *out) {
    json_key(out, "twins");
    json_open(out, '[');
    while (of->told_twins < of->count && of->told_fields == of->fields.count &&
           out->length + ENTRY_MAX < end) {
        uint32_t place = of->told_twins++;
        const struct twin *twin = world_twin(world, of->twins[place].twin);
        json_string(out, twin->id);
        if (place >= of->snapshot_end && twin->rev > of->twins[place].sent_rev)
            subscription_mark(of, place);
    }
    json_close(out, ']');
}

void frame_write_dictionary(struct subscription *subscription, const struct world *world,
                            size_t room, struct buffer *out) {
    size_t end = out->length + room;
    tell_fields(subscription, end, out);
    tell_twins(subscription, world, end, out);
}

static void write_dictionary(struct subscription *of, const struct world *world,
                             struct buffer *out) {
    size_t end = out->length + FRAME_MAX;
    open_message(out, "dict", of);
    json_key(out, "from");
    json_unsigned(out, of->told_twins);
    if (of->told_fields < of->fields.count) {
        json_key(out, "fields_from");
        json_integer(out, of->told_fields);
        tell_fields(of, end, out);
    }
    tell_twins(of, world, end, out);
    json_close(out, '}');
}

static void write_gone(struct subscription *of, struct buffer *out) {
    size_t end = out->length + FRAME_MAX;
    uint32_t told = 0;
    open_message(out, "gone", of);
    json_key(out, "twins");
    json_open(out, '[');
    while (told < of->gone_count && out->length + TAIL_MAX < end)
        json_unsigned(out, of->gone[told++]);
    json_close(out, ']');
    json_close(out, '}');
    of->gone_count -= told;
    memmove(of->gone, of->gone + told, sizeof *of->gone * of->gone_count);
}

// ---- rows ----

static void open_row(struct buffer *out, uint32_t place, uint32_t field) {
    json_open(out, '[');
    json_unsigned(out, place);
    json_unsigned(out, field);
}

static void close_row(struct buffer *out, int64_t at, enum quality quality) {
    json_seconds(out, at);
    json_string(out, quality_name(quality));
    json_close(out, ']');
}

static bool write_slot(struct buffer *out, uint32_t place, const struct item *item,
                       const struct twin *twin, uint64_t since) {
    const struct slot *slot = twin_shown(twin, item->index);
    if (since ? slot->rev <= since : slot->type == VALUE_NONE) return false;
    open_row(out, place, item->field);
    value_row_write(slot_value(slot), out);
    close_row(out, slot->at, slot->quality);
    return true;
}

static bool write_alarm(struct buffer *out, uint32_t place, const struct item *item,
                        const struct twin *twin, uint64_t since) {
    const struct alarm *alarm = &twin->alarms[item->index];
    if (since && alarm->rev <= since) return false;
    open_row(out, place, item->field);
    json_unsigned(out, alarm->state == ALARM_ACTIVE);
    close_row(out, alarm->rev ? alarm->since : twin->created_at, QUALITY_GOOD);
    return true;
}

static bool write_worst(struct buffer *out, uint32_t place, const struct item *item,
                        const struct twin *twin, uint64_t since) {
    uint64_t rev = 0;
    int64_t at = twin->created_at;
    for (int i = 0; i < twin->model->alarm_count; i++) {
        if (twin->alarms[i].rev <= rev) continue;
        rev = twin->alarms[i].rev;
        at = twin->alarms[i].since;
    }
    if (since && rev <= since) return false;
    open_row(out, place, item->field);
    json_unsigned(out, twin_severity(twin));
    close_row(out, at, QUALITY_GOOD);
    return true;
}

static bool write_forecast(struct buffer *out, uint32_t place, const struct item *item,
                           const struct twin *twin, uint64_t since) {
    const struct forecast *forecast = &twin->forecasts[item->index];
    if (since ? forecast->rev <= since : !forecast->is_present) return false;
    open_row(out, place, item->field);
    if (forecast->is_present) {
        json_open(out, '[');
        json_number(out, forecast->value);
        json_number(out, forecast->low);
        json_number(out, forecast->high);
        json_close(out, ']');
    } else {
        json_null(out);
    }
    close_row(out, forecast->at, QUALITY_GOOD);
    return true;
}

// A row of each command that moved, so that none is missed when two of one name do.
static bool write_commands(struct buffer *out, uint32_t place, const struct item *item,
                           const struct twin *twin, uint64_t since) {
    bool is_any = false;
    for (uint32_t i = 0; i < twin->command_count; i++) {
        const struct command *command = &twin->commands[i];
        if (command->index != item->index || (since && command->rev <= since)) continue;
        open_row(out, place, item->field);
        json_open(out, '{');
        json_key(out, "id");
        json_unsigned(out, command->id);
        json_key(out, "state");
        json_string(out, command_state_name((enum command_state)command->state));
        json_key(out, "result");
        json_string(out, command->result);
        json_close(out, '}');
        close_row(out, command->at, QUALITY_GOOD);
        is_any = true;
    }
    return is_any;
}

// One row of what is newer than `since`; of everything there is when that is 0.
static bool write_row(struct buffer *out, uint32_t place, const struct item *item,
                      const struct twin *twin, uint64_t since) {
    switch ((enum item_kind)item->kind) {
    case ITEM_SLOT:
        return write_slot(out, place, item, twin, since);
    case ITEM_ALARM:
        return write_alarm(out, place, item, twin, since);
    case ITEM_FORECAST:
        return write_forecast(out, place, item, twin, since);
    case ITEM_COMMAND:
        return write_commands(out, place, item, twin, since);
    case ITEM_WORST:
        return write_worst(out, place, item, twin, since);
    }
    return false;
}

struct part { // the data message being built
    struct subscription *of;
    const struct world *world;
    struct buffer *out;
    size_t end; // rows may reach to here
    uint64_t rows;
};

static bool has_field(const struct item_map *map, uint32_t field) {
    for (int i = 0; i < map->count; i++)
        if (map->items[i].field == field) return true;
    return false;
}

// When the twin has another layout than when it was last sent: what that does not have any more is
// null, and the rest is sent anew. False when that does not fit behind what is in the part.
static bool change_map(struct part *part, uint32_t place, const struct twin *twin) {
    struct subscription *of = part->of;
    struct watched *watched = &of->twins[place];
    if (of->fields.maps[watched->map].model == twin->model) return true;
    int map = field_set_map(&of->fields, &of->selection, twin->model);
    const struct item_map *old = &of->fields.maps[watched->map], *now = &of->fields.maps[map];
    size_t needed = (size_t)old->count * NULL_ROW_MAX;
    if (part->rows > 0 && part->out->length + needed > part->end) return false;
    for (int i = 0; i < old->count && watched->sent_rev; i++) {
        if (has_field(now, old->items[i].field)) continue;
        open_row(part->out, place, old->items[i].field);
        json_null(part->out);
        close_row(part->out, part->world->clock, QUALITY_GOOD);
        part->rows++;
    }
    watched->map = (uint16_t)map;
    watched->sent_rev = 0;
    of->next_item = 0;
    return true;
}

// False when the part is full before all of the twin's rows are in.
static bool add_twin(struct part *part, uint32_t place, const struct twin *twin) {
    struct subscription *of = part->of;
    struct watched *watched = &of->twins[place];
    if (!change_map(part, place, twin)) return false;
    if (of->next_item == 0) of->item_rev = part->world->rev;
    const struct item_map *map = &of->fields.maps[watched->map];
    for (int i = of->next_item; i < map->count; i++) {
        size_t before = part->out->length;
        if (!write_row(part->out, place, &map->items[i], twin, watched->sent_rev)) continue;
        if (part->out->length > part->end) {
            part->out->length = before;
            of->next_item = i;
            return false;
        }
        part->rows++;
    }
    watched->sent_rev = of->item_rev & 0xffffffffffffu;
    of->next_item = 0;
    return true;
}

static struct part open_part(struct subscription *of, const struct world *world,
                             struct buffer *out) {
    struct part part = {.of = of, .world = world, .out = out};
    part.end = out->length + FRAME_MAX - TAIL_MAX;
    open_message(out, "data", of);
    json_key(out, "full");
    json_boolean(out, of->is_full);
    json_key(out, "rows");
    json_open(out, '[');
    return part;
}

static void close_part(struct part *part, bool is_done) {
    json_close(part->out, ']');
    json_key(part->out, "rev");
    json_unsigned(part->out, part->of->complete_rev);
    if (is_done) {
        json_key(part->out, "done");
        json_boolean(part->out, true);
    }
    json_close(part->out, '}');
}

static void write_snapshot(struct part *part) {
    struct subscription *of = part->of;
    for (int scanned = 0; of->snapshot_at < of->snapshot_end && scanned < SCAN_MAX; scanned++) {
        const struct twin *twin = world_twin(part->world, of->twins[of->snapshot_at].twin);
        if (!twin)
            of->next_item = 0; // it went while it was being sent
        else if (!add_twin(part, of->snapshot_at, twin))
            break;
        of->snapshot_at++;
    }
    bool is_done = of->snapshot_at == of->snapshot_end;
    close_part(part, is_done);
    of->is_full = !is_done;
}

static void write_dirty(struct part *part) {
    struct subscription *of = part->of;
    while (of->drain_left > 0) {
        uint32_t place = subscription_first_dirty(of);
        const struct twin *twin = world_twin(part->world, of->twins[place].twin);
        if (!twin)
            of->next_item = 0;
        else if (twin->rev > of->twins[place].sent_rev && !add_twin(part, place, twin))
            break;
        subscription_drop_first_dirty(of);
        of->drain_left--;
        if (twin && twin->rev > of->twins[place].sent_rev) subscription_mark(of, place);
    }
    if (of->drain_left == 0) {
        of->is_draining = false;
        of->is_pass_over = true;
        of->complete_rev = of->drain_rev;
    }
    close_part(part, false);
}

// False when nothing of what changed is sent.
static bool write_changes(struct subscription *of, const struct world *world, struct buffer *out,
                          uint64_t *rows) {
    if (!of->is_draining) {
        of->is_draining = true;
        of->drain_left = of->dirty_count;
        of->drain_rev = world->rev;
    }
    size_t before = out->length;
    struct part part = open_part(of, world, out);
    write_dirty(&part);
    *rows += part.rows;
    if (part.rows > 0 || of->owes_rev) {
        if (!of->is_draining) of->owes_rev = false;
        return true;
    }
    out->length = before;
    return false;
}

bool frame_next(struct subscription *subscription, const struct world *world, struct buffer *out,
                uint64_t *rows) {
    struct subscription *of = subscription;
    if (of->is_pass_over) {
        of->is_pass_over = false;
        return false;
    }
    if (of->told_twins < of->count || of->told_fields < of->fields.count) {
        write_dictionary(of, world, out);
        return true;
    }
    if (of->gone_count > 0) {
        write_gone(of, out);
        return true;
    }
    if (of->is_full) {
        struct part part = open_part(of, world, out);
        write_snapshot(&part);
        *rows += part.rows;
        return true;
    }
    if (of->dirty_count == 0 && !of->owes_rev) return false;
    if (write_changes(of, world, out, rows)) return true;
    of->is_pass_over = false;
    return false;
}
