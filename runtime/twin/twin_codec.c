// Slots that are missing cost one byte. Estimators go as their bytes: they are plain structs.

#include "twin/twin_codec.h"

#include "base/err.h"
#include "base/memory.h"
#include "predict/window.h"
#include "twin/change_codec.h"
#include "twin/forecast.h"
#include "twin/twin.h"

#include <stdlib.h>
#include <string.h>

static void slot_encode(const struct slot *slot, struct buffer *out) {
    buffer_byte(out, (uint8_t)(slot->type | slot->quality << 4));
    if (slot->type == VALUE_NONE) return;
    struct value value = slot_value(slot);
    buffer_u64(out, (uint64_t)slot->at);
    buffer_varint(out, slot->rev);
    if (value.type == VALUE_NUMBER) buffer_double(out, value.number);
    if (value.type == VALUE_BOOLEAN) buffer_byte(out, value.boolean);
    if (value.type == VALUE_TEXT) buffer_text(out, value.text, value.length);
    if (value.type == VALUE_LOCATION) location_encode(value.location, out);
}

static void slot_decode(struct slot *slot, struct reader *in) {
    uint8_t head = read_byte(in);
    enum value_type type = head & 15;
    if (type == VALUE_NONE) return;
    int64_t at = (int64_t)read_u64(in);
    uint64_t rev = read_varint(in);
    struct value value = value_none();
    struct location location;
    size_t length;
    if (type == VALUE_NUMBER) {
        value = value_number(read_double(in));
    } else if (type == VALUE_BOOLEAN) {
        value = value_boolean(read_byte(in));
    } else if (type == VALUE_TEXT) {
        const char *text = read_text(in, &length);
        value = value_text(text, (uint32_t)length);
    } else if (type == VALUE_LOCATION) {
        location = location_decode(in);
        value = value_location(&location);
    } else {
        in->is_bad = 1;
    }
    if (!in->is_bad) slot_set(slot, value, at, head >> 4 & 3, rev);
}

static void alarms_encode(const struct twin *twin, struct buffer *out) {
    for (int i = 0; i < twin->model->alarm_count; i++) {
        const struct alarm *alarm = &twin->alarms[i];
        buffer_varint(out, alarm->rev);
        if (alarm->rev == 0) continue; // never moved
        buffer_byte(out, (uint8_t)(alarm->state | alarm->is_acked << 4));
        buffer_u64(out, (uint64_t)alarm->since);
        buffer_double(out, alarm->value);
    }
}

static void alarms_decode(struct twin *twin, struct reader *in) {
    for (int i = 0; i < twin->model->alarm_count; i++) {
        struct alarm *alarm = &twin->alarms[i];
        alarm->rev = read_varint(in);
        if (alarm->rev == 0) continue;
        uint8_t head = read_byte(in);
        alarm->state = head & 15;
        alarm->is_acked = head >> 4;
        alarm->since = (int64_t)read_u64(in);
        alarm->value = read_double(in);
    }
}

static void windows_encode(const struct twin *twin, struct buffer *out) {
    for (int i = 0; i < twin->model->window_count; i++) {
        buffer_byte(out, twin->windows[i] != NULL);
        if (twin->windows[i]) window_encode(twin->windows[i], out);
    }
}

static void windows_decode(struct twin *twin, struct reader *in) {
    for (int i = 0; i < twin->model->window_count; i++)
        if (read_byte(in)) twin->windows[i] = window_decode(in);
}

static void lists_encode(const struct twin *twin, struct buffer *out) {
    buffer_varint(out, twin->bad_count);
    for (uint32_t i = 0; i < twin->bad_count; i++) {
        buffer_varint(out, (uint64_t)twin->bads[i].field);
        slot_encode(&twin->bads[i].slot, out);
    }
    buffer_varint(out, twin->timer_count);
    for (uint32_t i = 0; i < twin->timer_count; i++) {
        buffer_text(out, twin->timers[i].name, strlen(twin->timers[i].name));
        buffer_u64(out, (uint64_t)twin->timers[i].due);
    }
    uint32_t outgoing = 0;
    for (uint32_t i = 0; i < twin->link_count; i++)
        outgoing += !twin->links[i].is_incoming;
    buffer_varint(out, outgoing);
    for (uint32_t i = 0; i < twin->link_count; i++) {
        if (twin->links[i].is_incoming) continue;
        buffer_varint(out, twin->links[i].relationship);
        buffer_varint(out, twin->links[i].other);
    }
}

static void commands_encode(const struct twin *twin, struct buffer *out) {
    buffer_varint(out, twin->command_id);
    buffer_varint(out, twin->command_count);
    for (uint32_t i = 0; i < twin->command_count; i++) {
        const struct command *command = &twin->commands[i];
        buffer_varint(out, command->id);
        buffer_varint(out, command->index);
        buffer_byte(out, command->state);
        buffer_u64(out, (uint64_t)command->queued_at);
        buffer_u64(out, (uint64_t)command->at);
        buffer_varint(out, command->rev);
        buffer_text(out, command->result, strlen(command->result));
        buffer_varint(out, (uint64_t)command->argument_count);
        for (int j = 0; j < command->argument_count; j++)
            value_encode(command->arguments[j], out);
    }
}

static void incident_encode(const struct incident *incident, struct buffer *out) {
    buffer_byte(out, incident != NULL);
    if (!incident) return;
    buffer_varint(out, incident->rev);
    buffer_u64(out, incident->version);
    buffer_u64(out, incident->layout);
    buffer_u64(out, (uint64_t)incident->at);
    buffer_varint(out, incident->failures);
    buffer_byte(out, incident->outcome);
    buffer_u64(out, (uint64_t)incident->until);
    buffer_text(out, incident->text, strlen(incident->text));
}

// A count of things that take a byte each at least, so a damaged one cannot ask for much memory.
static uint32_t read_count(struct reader *in) {
    uint64_t count = read_varint(in);
    if (count > (uint64_t)(in->end - in->at)) in->is_bad = 1;
    return in->is_bad ? 0 : (uint32_t)count;
}

static void lists_decode(struct twin *twin, struct reader *in) {
    uint32_t bads = read_count(in);
    twin->bads = bads ? xcalloc(bads, sizeof *twin->bads) : NULL;
    for (; twin->bad_count < bads && !in->is_bad; twin->bad_count++) {
        struct bad_sample *bad = &twin->bads[twin->bad_count];
        uint64_t field = read_varint(in);
        if (field >= (uint64_t)twin->model->field_count) in->is_bad = 1;
        bad->field = (int)field;
        slot_decode(&bad->slot, in);
    }
    uint32_t timers = read_count(in);
    twin->timers = timers ? xcalloc(timers, sizeof *twin->timers) : NULL;
    for (; twin->timer_count < timers && !in->is_bad; twin->timer_count++) {
        size_t length;
        const char *name = read_text(in, &length);
        twin->timers[twin->timer_count].name = xstrndup(name, length);
        twin->timers[twin->timer_count].due = (int64_t)read_u64(in);
    }
    uint32_t links = read_count(in);
    twin->links = links ? xcalloc(links, sizeof *twin->links) : NULL;
    for (; twin->link_count < links && !in->is_bad; twin->link_count++) {
        struct link *link = &twin->links[twin->link_count];
        uint64_t relationship = read_varint(in);
        if (relationship >= (uint64_t)twin->model->relationship_count) in->is_bad = 1;
        link->relationship = (uint16_t)relationship;
        link->other = (uint32_t)read_varint(in);
    }
}

static void commands_decode(struct twin *twin, struct reader *in) {
    struct region region = {0};
    size_t length;
    twin->command_id = (uint32_t)read_varint(in);
    uint32_t count = read_count(in);
    twin->commands = count ? xcalloc(count, sizeof *twin->commands) : NULL;
    while (twin->command_count < count && !in->is_bad) {
        struct command *command = &twin->commands[twin->command_count++];
        command->id = (uint32_t)read_varint(in);
        uint64_t index = read_varint(in);
        if (index >= (uint64_t)twin->model->command_count) in->is_bad = 1;
        command->index = (uint16_t)index;
        command->state = read_byte(in) % (COMMAND_TIMED_OUT + 1);
        command->queued_at = (int64_t)read_u64(in);
        command->at = (int64_t)read_u64(in);
        command->rev = read_varint(in);
        const char *text = read_text(in, &length);
        command->result = xstrndup(text, length);
        uint32_t arguments = read_count(in);
        command->arguments = xcalloc(arguments + 1, sizeof *command->arguments);
        for (; (uint32_t)command->argument_count < arguments; command->argument_count++)
            command->arguments[command->argument_count] = value_keep(value_decode(in, &region));
    }
    region_fini(&region);
}

static void incident_decode(struct twin *twin, struct reader *in) {
    size_t length;
    if (!read_byte(in)) return;
    struct incident *incident = twin->incident = xcalloc(1, sizeof *incident);
    incident->rev = read_varint(in);
    incident->version = read_u64(in);
    incident->layout = read_u64(in);
    incident->at = (int64_t)read_u64(in);
    incident->failures = (uint32_t)read_varint(in);
    incident->outcome = read_byte(in);
    incident->until = (int64_t)read_u64(in);
    const char *text = read_text(in, &length);
    incident->text = xstrndup(text, length);
}

// Estimators and sensors are plain structs, whose bytes are their checkpoint.
static void read_block(struct reader *in, uint8_t *block, size_t size) {
    if ((size_t)(in->end - in->at) < size) in->is_bad = 1;
    if (in->is_bad) return;
    memcpy(block, in->at, size);
    in->at += size;
}

void twin_encode_memory(const struct twin *twin, struct buffer *out) {
    buffer_add(out, twin->estimators, twin->model->estimator_bytes);
    buffer_add(out, twin->sensors, twin->model->sensor_bytes);
    windows_encode(twin, out);
}

static void memory_decode(struct twin *twin, struct reader *in) {
    const struct model *model = twin->model;
    read_block(in, twin->estimators, model->estimator_bytes);
    read_block(in, twin->sensors, model->sensor_bytes);
    for (int i = 0; i < model->sensor_count; i++)
        if (!sensor_is_sound(twin_sensor(twin, i), &model->sensors[i].spec)) in->is_bad = 1;
    windows_decode(twin, in);
}

void twin_decode_memory(struct twin *twin, const void *bytes, size_t length) {
    struct reader in = {.at = bytes, .end = (const uint8_t *)bytes + length};
    struct twin *copy = twin_new(twin->number, twin->id, twin->model);
    memory_decode(copy, &in);
    if (!in.is_bad && in.at == in.end) {
        memcpy(twin->estimators, copy->estimators, twin->model->estimator_bytes);
        memcpy(twin->sensors, copy->sensors, twin->model->sensor_bytes);
        for (int i = 0; i < twin->model->window_count; i++) {
            struct window *before = twin->windows[i];
            twin->windows[i] = copy->windows[i];
            copy->windows[i] = before;
        }
    }
    twin_free(copy);
}

void twin_encode(const struct twin *twin, struct buffer *out) {
    buffer_varint(out, twin->number);
    buffer_text(out, twin->id, strlen(twin->id));
    buffer_u64(out, twin->model->layout);
    buffer_varint(out, twin->rev);
    buffer_u64(out, twin->version);
    buffer_u64(out, twin->held);
    buffer_u64(out, (uint64_t)twin->created_at);
    buffer_text(out, twin->attributes, strlen(twin->attributes));
    for (int i = 0; i < twin->model->field_count; i++)
        slot_encode(&twin->slots[i], out);
    alarms_encode(twin, out);
    forecast_encode(twin, out);
    twin_encode_memory(twin, out);
    lists_encode(twin, out);
    buffer_byte(out, twin->lifecycle);
    commands_encode(twin, out);
    incident_encode(twin->incident, out);
}

struct twin *twin_decode(struct reader *in,
                         const struct model *(*find_model)(void *context, uint64_t layout),
                         void *context, struct err *err) {
    size_t length;
    uint32_t number = (uint32_t)read_varint(in);
    const char *text = read_text(in, &length);
    char id[TWIN_ID_MAX + 1] = "";
    if (length > TWIN_ID_MAX) length = 0, in->is_bad = 1;
    memcpy(id, text, length);
    uint64_t layout = read_u64(in);
    const struct model *model = in->is_bad ? NULL : find_model(context, layout);
    if (!model) {
        err_set(err, ERR_INTERNAL, "the stored twin %u '%s' has an unknown layout %016llx", number,
                id, (unsigned long long)layout);
        return NULL;
    }
    struct twin *twin = twin_new(number, id, model);
    twin->rev = read_varint(in);
    twin->version = read_u64(in);
    twin->held = read_u64(in);
    twin->created_at = (int64_t)read_u64(in);
    text = read_text(in, &length);
    free(twin->attributes);
    twin->attributes = xstrndup(text, length);
    for (int i = 0; i < model->field_count; i++)
        slot_decode(&twin->slots[i], in);
    alarms_decode(twin, in);
    forecast_decode(twin, in);
    memory_decode(twin, in);
    lists_decode(twin, in);
    twin->lifecycle = read_byte(in) & 3;
    commands_decode(twin, in);
    incident_decode(twin, in);
    if (!in->is_bad) return twin;
    err_set(err, ERR_INTERNAL, "the stored twin %u '%s' is cut short or damaged", number, id);
    twin_free(twin);
    return NULL;
}
