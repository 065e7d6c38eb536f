// Section by section, as the model's file has them.

#include "push/model_json.h"

#include "base/json.h"
#include "base/memory.h"
#include "push/field_json.h"
#include "twin/model.h"

#include <math.h>
#include <stdio.h>

static void write_number(struct buffer *out, const char *key, double number) {
    json_key(out, key);
    json_number(out, number);
}

static void write_seconds(struct buffer *out, const char *key, int64_t us) {
    json_key(out, key);
    json_seconds(out, us);
}

static void open_section(struct buffer *out, const char *name) {
    json_key(out, name);
    json_open(out, '{');
}

static void write_fields(const struct model *model, const char *name, enum field_kind kind,
                         struct buffer *out) {
    open_section(out, name);
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == kind) field_json_write(model, i, out);
    json_close(out, '}');
}

static void write_limit(const struct model *model, bool is_above, int limit_field, double limit,
                        struct buffer *out) {
    json_key(out, is_above ? "above" : "below");
    if (limit_field == NONE)
        json_number(out, limit);
    else
        json_string(out, model->fields[limit_field].name);
}

static void write_alarms(const struct model *model, struct buffer *out) {
    open_section(out, "alarms");
    for (int i = 0; i < model->alarm_count; i++) {
        const struct alarm_spec *spec = &model->alarms[i];
        open_section(out, spec->name);
        json_member(out, "severity", severity_name(spec->severity));
        if (spec->field != NONE) {
            json_member(out, "field", model->fields[spec->field].name);
            write_limit(model, spec->is_above, spec->limit_field, spec->limit, out);
            write_number(out, "deadband", spec->deadband);
            write_seconds(out, "delay", spec->delay_us);
        }
        if (*spec->predicted) {
            json_member(out, "predicted", spec->predicted);
            write_seconds(out, "within", spec->within_us);
        }
        json_member(out, "text", spec->text);
        json_member(out, "advice", spec->advice);
        json_close(out, '}');
    }
    json_close(out, '}');
}

static void write_of(const struct model *model, const struct prediction_spec *spec,
                     struct buffer *out) {
    char horizon[32];
    open_section(out, "of");
    if (spec->field != NONE) json_member(out, "field", model->fields[spec->field].name);
    if (spec->has_limit) {
        write_limit(model, spec->is_above, spec->limit_field, spec->limit, out);
    } else {
        snprintf(horizon, sizeof horizon, "%llds", (long long)(spec->horizon_us / 1000000));
        json_member(out, "horizon", horizon);
    }
    json_close(out, '}');
}

static void write_predictions(const struct model *model, struct buffer *out) {
    open_section(out, "predictions");
    for (int i = 0; i < model->prediction_count; i++) {
        const struct prediction_spec *spec = &model->predictions[i];
        open_section(out, spec->name);
        json_member(out, "unit", spec->unit);
        write_seconds(out, "every", spec->every_us);
        write_number(out, "band", spec->band);
        write_of(model, spec, out);
        json_close(out, '}');
    }
    json_close(out, '}');
}

static void write_argument(const struct argument_spec *argument, struct buffer *out) {
    open_section(out, argument->name);
    json_member(out, "unit", argument->unit);
    json_member(out, "type", value_type_name(argument->type));
    if (argument->has_range) {
        json_key(out, "range");
        json_open(out, '[');
        json_number(out, argument->low);
        json_number(out, argument->high);
        json_close(out, ']');
    }
    json_close(out, '}');
}

static void write_commands(const struct model *model, struct buffer *out) {
    open_section(out, "commands");
    for (int i = 0; i < model->command_count; i++) {
        const struct command_spec *spec = &model->commands[i];
        open_section(out, spec->name);
        json_member(out, "title", spec->title);
        write_seconds(out, "timeout", spec->timeout_us);
        open_section(out, "args");
        for (int j = 0; j < spec->argument_count; j++)
            write_argument(&spec->arguments[j], out);
        json_close(out, '}');
        json_close(out, '}');
    }
    json_close(out, '}');
}

static void write_events(const struct model *model, struct buffer *out) {
    open_section(out, "events");
    for (int i = 0; i < model->event_count; i++) {
        const struct event_spec *spec = &model->events[i];
        open_section(out, spec->name);
        for (int j = 0; j < spec->argument_count; j++)
            write_argument(&spec->arguments[j], out);
        json_close(out, '}');
    }
    json_close(out, '}');
}

static void write_process(const struct process_spec *process, struct buffer *out) {
    open_section(out, "process");
    json_key(out, "stages");
    json_open(out, '[');
    for (int i = 0; i < process->stage_count; i++)
        json_string(out, process->stages[i].relationship);
    json_close(out, ']');
    json_key(out, "buffers");
    json_open(out, '[');
    for (int i = 0; i < process->buffer_count; i++)
        json_string(out, process->buffers[i]);
    json_close(out, ']');
    json_member(out, "rate", process->rate);
    json_member(out, "level", process->level);
    write_number(out, "full", process->full);
    write_number(out, "empty", process->empty);
    write_seconds(out, "window", process->window_us);
    json_close(out, '}');
}

// By the keys that its author wrote.
static void write_autonomy(const struct autonomy_spec *autonomy, struct buffer *out) {
    static const char *const roles[] = {"vary", "minimise", "keep"};
    open_section(out, "autonomous");
    write_seconds(out, "every", autonomy->every_us);
    write_seconds(out, "over", autonomy->over_us);
    for (int role = AUTONOMY_VARY; role <= AUTONOMY_KEEP; role++) {
        open_section(out, roles[role]);
        for (int i = 0; i < autonomy->part_count; i++) {
            const struct autonomy_part *part = &autonomy->parts[i];
            char name[2 * FIELD_NAME_MAX + 2];
            if ((int)part->role != role) continue;
            snprintf(name, sizeof name, "%s%s%s", part->relationship,
                     part->relationship[0] ? "." : "", part->field);
            open_section(out, name);
            if (isfinite(part->low)) write_number(out, "low", part->low);
            if (isfinite(part->high)) write_number(out, "high", part->high);
            if (isfinite(part->rate)) write_number(out, "rate", part->rate);
            if (role == AUTONOMY_MINIMISE) write_number(out, "weight", part->weight);
            json_close(out, '}');
        }
        json_close(out, '}');
    }
    json_close(out, '}');
}

void model_json_write(const struct model *model, uint64_t version, struct buffer *out) {
    char text[17];
    snprintf(text, sizeof text, "%08llx", (unsigned long long)(version >> 32));
    json_open(out, '{');
    json_member(out, "model", model->name);
    json_member(out, "title", model->title);
    json_member(out, "level", level_name(model->level));
    json_member(out, "match", model->match);
    if (model->extends[0]) json_member(out, "extends", model->extends);
    json_member(out, "version", text);
    write_fields(model, "telemetry", FIELD_TELEMETRY, out);
    write_fields(model, "properties", FIELD_REPORTED, out);
    write_fields(model, "derived", FIELD_DERIVED, out);
    write_fields(model, "parameters", FIELD_PARAMETER, out);
    write_alarms(model, out);
    write_predictions(model, out);
    write_commands(model, out);
    write_events(model, out);
    open_section(out, "relationships");
    for (int i = 0; i < model->relationship_count; i++)
        json_member(out, model->relationships[i].name, model->relationships[i].target);
    json_close(out, '}');
    open_section(out, "parts");
    for (int i = 0; i < model->part_count; i++)
        json_member(out, model->parts[i].name, model->parts[i].model);
    json_close(out, '}');
    if (model->process) write_process(model->process, out);
    if (model->autonomy) write_autonomy(model->autonomy, out);
    json_close(out, '}');
}
