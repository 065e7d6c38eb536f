// Section by section, in the model's order.

#include "push/twin_json.h"

#include "base/json.h"
#include "base/memory.h"
#include "push/alarm_text.h"
#include "push/command_json.h"
#include "twin/world.h"

#include <stdio.h>
#include <string.h>

#define DUE_FURTHEST_US 3e15 // a hundred years; beyond it nobody waits

struct writer {
    const struct world *world;
    const struct twin *twin;
    const struct model *model;
    const char *fields; // NULL = all
    struct buffer *out;
    size_t before; // length of the text before the open section
    size_t start;  // and where its first member would be
};

void value_json_write(struct value value, struct buffer *out) {
    switch (value.type) {
    case VALUE_NUMBER:
        json_number(out, value.number);
        break;
    case VALUE_BOOLEAN:
        json_boolean(out, value.boolean);
        break;
    case VALUE_TEXT:
        json_text(out, value.text, value.length);
        break;
    case VALUE_LOCATION:
        json_open(out, '{');
        json_key(out, "lat");
        json_number(out, value.location->lat);
        json_key(out, "lon");
        json_number(out, value.location->lon);
        if (value.location->has_alt) {
            json_key(out, "alt");
            json_number(out, value.location->alt);
        }
        json_close(out, '}');
        break;
    case VALUE_NONE:
        json_null(out);
        break;
    }
}

void value_row_write(struct value value, struct buffer *out) {
    if (value.type != VALUE_LOCATION) {
        value_json_write(value, out);
        return;
    }
    json_open(out, '[');
    json_number(out, value.location->lat);
    json_number(out, value.location->lon);
    if (value.location->has_alt) json_number(out, value.location->alt);
    json_close(out, ']');
}

static bool is_wanted(const struct writer *writer, const char *name) {
    if (!writer->fields) return true;
    size_t length = strlen(name);
    for (const char *at = writer->fields; *at;) {
        size_t word = strcspn(at, ",");
        if (word == length && strncmp(at, name, length) == 0) return true;
        at += word + (at[word] == ',');
    }
    return false;
}

static void open_section(struct writer *writer, const char *name) {
    writer->before = writer->out->length;
    json_key(writer->out, name);
    json_open(writer->out, '{');
    writer->start = writer->out->length;
}

static void close_section(struct writer *writer) {
    if (writer->fields && writer->out->length == writer->start)
        writer->out->length = writer->before;
    else
        json_close(writer->out, '}');
}

static void write_slot(struct writer *writer, int field) {
    const struct slot *slot = twin_shown(writer->twin, field);
    json_key(writer->out, "value");
    value_json_write(slot_value(slot), writer->out);
    json_member(writer->out, "unit", writer->model->fields[field].unit);
    if (slot->type == VALUE_NONE) return;
    json_member_time(writer->out, "at", slot->at);
    if (writer->model->fields[field].kind == FIELD_TELEMETRY)
        json_member(writer->out, "quality", quality_name(slot->quality));
}

static void write_fields(struct writer *writer, const char *section, enum field_kind kind) {
    open_section(writer, section);
    for (int i = 0; i < writer->model->field_count; i++) {
        const struct field *field = &writer->model->fields[i];
        if (field->kind != kind || !is_wanted(writer, field->name)) continue;
        json_key(writer->out, field->name);
        json_open(writer->out, '{');
        if (kind == FIELD_PARAMETER) {
            json_key(writer->out, "value");
            value_json_write(twin_value(writer->twin, i), writer->out);
            json_member(writer->out, "unit", field->unit);
        } else {
            write_slot(writer, i);
        }
        json_close(writer->out, '}');
    }
    close_section(writer);
}

static void write_properties(struct writer *writer) {
    struct buffer *out = writer->out;
    open_section(writer, "properties");
    for (int i = 0; i < writer->model->field_count; i++) {
        const struct field *field = &writer->model->fields[i];
        if (field->kind != FIELD_REPORTED || !is_wanted(writer, field->name)) continue;
        const struct slot *reported = twin_shown(writer->twin, i);
        json_key(out, field->name);
        json_open(out, '{');
        json_key(out, "reported");
        value_json_write(slot_value(reported), out);
        if (field->pair != NONE) {
            json_key(out, "desired");
            value_json_write(slot_value(&writer->twin->slots[field->pair]), out);
        }
        json_member(out, "unit", field->unit);
        if (reported->type != VALUE_NONE) {
            json_member_time(out, "at", reported->at);
            json_member(out, "quality", quality_name(reported->quality));
        }
        json_close(out, '}');
    }
    close_section(writer);
}

static void write_alarms(struct writer *writer) {
    struct buffer *out = writer->out;
    open_section(writer, "alarms");
    for (int i = 0; i < writer->model->alarm_count; i++) {
        const struct alarm_spec *spec = &writer->model->alarms[i];
        const struct alarm *alarm = &writer->twin->alarms[i];
        if (!is_wanted(writer, spec->name)) continue;
        json_key(out, spec->name);
        json_open(out, '{');
        json_member(out, "severity", severity_name(spec->severity));
        json_key(out, "active");
        json_boolean(out, alarm->state == ALARM_ACTIVE);
        json_key(out, "acked");
        json_boolean(out, alarm->is_acked);
        json_key(out, "muted");
        json_boolean(out, twin_is_muted(writer->twin));
        if (alarm->state == ALARM_ACTIVE) {
            json_member_time(out, "since", alarm->since);
            json_key(out, "text");
            alarm_text_write(spec->text, writer->twin, out);
            json_key(out, "advice");
            alarm_text_write(spec->advice, writer->twin, out);
        }
        json_close(out, '}');
    }
    close_section(writer);
}

static void write_due(const struct prediction_spec *spec, const struct forecast *forecast,
                      struct buffer *out) {
    double ahead = spec->has_limit ? forecast->value * spec->unit_us : (double)spec->horizon_us;
    if (ahead >= 0 && ahead < DUE_FURTHEST_US && (!spec->has_limit || spec->unit_us > 0))
        json_member_time(out, "due", forecast->at + (int64_t)ahead);
}

// How the forecasts before it did: means of distances and of said - came, in the unit.
static void write_record(const struct track *track, struct buffer *out) {
    if (track->count == 0) return;
    json_key(out, "record");
    json_open(out, '{');
    json_key(out, "count");
    json_unsigned(out, track->count);
    json_key(out, "held");
    json_number(out, (double)track->held / track->count);
    json_key(out, "error");
    json_number(out, track->error / track->count);
    json_key(out, "bias");
    json_number(out, track->bias / track->count);
    if (track->naive > 0) {
        json_key(out, "naive_error");
        json_number(out, track->naive / track->count);
    }
    json_key(out, "missed");
    json_unsigned(out, track->missed);
    json_close(out, '}');
}

static void write_predictions(struct writer *writer) {
    struct buffer *out = writer->out;
    open_section(writer, "predictions");
    for (int i = 0; i < writer->model->prediction_count; i++) {
        const struct prediction_spec *spec = &writer->model->predictions[i];
        const struct forecast *forecast = &writer->twin->forecasts[i];
        if (!is_wanted(writer, spec->name)) continue;
        json_key(out, spec->name);
        json_open(out, '{');
        json_key(out, "value");
        if (forecast->is_present) {
            json_number(out, forecast->value);
            json_key(out, "low");
            json_number(out, forecast->low);
            json_key(out, "high");
            json_number(out, forecast->high);
        } else {
            json_null(out);
        }
        json_member(out, "unit", spec->unit);
        if (forecast->is_present) json_member_time(out, "at", forecast->at);
        if (forecast->is_present) write_due(spec, forecast, out);
        if (spec->field != NONE) json_member(out, "of", writer->model->fields[spec->field].name);
        write_record(&forecast->track, out);
        json_key(out, "band");
        json_number(out, spec->band);
        json_close(out, '}');
    }
    close_section(writer);
}

static void write_relationships(struct writer *writer) {
    struct buffer *out = writer->out;
    const struct twin *twin = writer->twin;
    json_key(out, "relationships");
    json_open(out, '{');
    for (int i = 0; i < writer->model->relationship_count; i++) {
        bool is_open = false;
        for (uint32_t j = 0; j < twin->link_count; j++) {
            const struct link *link = &twin->links[j];
            if (link->is_incoming || link->relationship != i) continue;
            const struct twin *other = world_twin(writer->world, link->other);
            if (!other) continue;
            if (!is_open) {
                json_key(out, writer->model->relationships[i].name);
                json_open(out, '[');
                is_open = true;
            }
            json_string(out, other->id);
        }
        if (is_open) json_close(out, ']');
    }
    json_close(out, '}');
}

static void write_commands(struct writer *writer) {
    if (writer->fields) return;
    json_key(writer->out, "commands");
    command_json_write_all(writer->twin, writer->out);
}

// A part is a twin of its own, "pump-7:motor".
static void write_parts(struct writer *writer) {
    struct buffer *out = writer->out;
    size_t before = out->length;
    bool is_any = false;
    json_key(out, "parts");
    json_open(out, '{');
    for (int i = 0; i < writer->model->part_count; i++) {
        char id[2 * 64 + 2];
        int length =
            snprintf(id, sizeof id, "%s:%s", writer->twin->id, writer->model->parts[i].name);
        if (!world_find(writer->world, id, (size_t)length)) continue;
        is_any = true;
        json_member(out, writer->model->parts[i].name, id);
    }
    json_close(out, '}');
    if (!is_any) out->length = before;
}

// Why its behaviour failed last; nothing when all is well.
static void write_failure(struct writer *writer) {
    const struct incident *incident = writer->twin->incident;
    struct buffer *out = writer->out;
    char version[17];
    if (!incident) return;
    snprintf(version, sizeof version, "%08llx", (unsigned long long)(incident->version >> 32));
    json_key(out, "failure");
    json_open(out, '{');
    json_member(out, "text", incident->text);
    json_key(out, "rev");
    json_unsigned(out, incident->rev);
    json_member(out, "version", version);
    json_member_time(out, "at", incident->at);
    json_key(out, "failures");
    json_unsigned(out, incident->failures);
    if (incident->until > 0) json_member_time(out, "quarantined_until", incident->until);
    json_close(out, '}');
}

static void write_head(struct writer *writer) {
    const struct twin *twin = writer->twin;
    struct buffer *out = writer->out;
    char version[17];
    snprintf(version, sizeof version, "%08llx", (unsigned long long)(twin->version >> 32));
    json_member(out, "id", twin->id);
    json_member(out, "model", writer->model->name);
    json_member(out, "level", level_name(writer->model->level));
    json_member(out, "lifecycle", lifecycle_name(twin->lifecycle));
    json_key(out, "rev");
    json_unsigned(out, twin->rev);
    json_member(out, "version", version);
    json_member_time(out, "created_at", twin->created_at);
    json_key(out, "attributes");
    json_raw(out, twin->attributes);
}

void twin_json_write(const struct world *world, const struct twin *twin, const char *fields,
                     struct buffer *out) {
    struct writer writer = {
        .world = world, .twin = twin, .model = twin->model, .fields = fields, .out = out};
    json_open(out, '{');
    write_head(&writer);
    write_fields(&writer, "parameters", FIELD_PARAMETER);
    write_fields(&writer, "telemetry", FIELD_TELEMETRY);
    write_properties(&writer);
    write_fields(&writer, "derived", FIELD_DERIVED);
    write_alarms(&writer);
    write_predictions(&writer);
    write_commands(&writer);
    write_relationships(&writer);
    write_parts(&writer);
    write_failure(&writer);
    json_close(out, '}');
}

void twin_json_predictions(const struct world *world, const struct twin *twin, struct buffer *out) {
    struct writer writer = {.world = world, .twin = twin, .model = twin->model, .out = out};
    json_open(out, '{');
    json_member(out, "twin", twin->id);
    json_key(out, "rev");
    json_unsigned(out, twin->rev);
    write_predictions(&writer);
    json_close(out, '}');
}

void alarm_json_members(const struct twin *twin, int index, bool is_active, bool is_acked,
                        struct buffer *out) {
    const struct alarm_spec *spec = &twin->model->alarms[index];
    json_member(out, "alarm", spec->name);
    json_member(out, "severity", severity_name(spec->severity));
    json_key(out, "active");
    json_boolean(out, is_active);
    json_key(out, "acked");
    json_boolean(out, is_acked);
    json_key(out, "muted");
    json_boolean(out, twin_is_muted(twin));
}

void alarm_json_write(const struct twin *twin, int index, struct buffer *out) {
    const struct alarm_spec *spec = &twin->model->alarms[index];
    const struct alarm *alarm = &twin->alarms[index];
    json_open(out, '{');
    json_key(out, "id");
    json_string(out, twin->id);
    out->length--; // the quote, to go on
    buffer_printf(out, ".%s\"", spec->name);
    json_member(out, "twin", twin->id);
    json_member(out, "model", twin->model->name);
    alarm_json_members(twin, index, alarm->state == ALARM_ACTIVE, alarm->is_acked, out);
    json_member_time(out, "since", alarm->since);
    if (spec->field != NONE) {
        json_key(out, "value");
        json_number(out, alarm->value);
        json_member(out, "unit", twin->model->fields[spec->field].unit);
    }
    json_key(out, "text");
    alarm_text_write(spec->text, twin, out);
    json_key(out, "advice");
    alarm_text_write(spec->advice, twin, out);
    json_close(out, '}');
}
