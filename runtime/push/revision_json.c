// The page comes oldest first and is told newest first, so each is written apart and then put
// together from behind.

#include "push/revision_json.h"

#include "base/json.h"
#include "base/memory.h"
#include "push/twin_json.h"
#include "store/past.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <stdlib.h>

struct writer {
    const struct past *page;
    const struct world *live;
    const struct model *model; // that the change's indexes are of
    struct buffer *out;
};

const char *revision_json_actor(uint8_t kind) {
    static const char *const names[] = {"runtime", "coap", "http", "websocket"};
    return kind < ARRAY_LEN(names) ? names[kind] : "";
}

static void write_value(struct buffer *out, const char *key, struct value value) {
    json_key(out, key);
    value_json_write(value, out);
}

static void write_version(struct buffer *out, uint64_t version) {
    json_key(out, "version");
    buffer_printf(out, "\"%08llx\"", (unsigned long long)(version >> 32));
}

static void write_other(const struct writer *writer, const char *key, uint32_t number) {
    const struct twin *other = world_twin(writer->live, number);
    json_key(writer->out, key);
    if (other)
        json_string(writer->out, other->id);
    else
        json_null(writer->out);
}

// The field's name and kind, and what it was when the twin was laid out like that before.
static void write_field(const struct writer *writer, const struct change *change) {
    const struct field *field = &writer->model->fields[change->index];
    const struct twin *before = writer->page->twin;
    json_member(writer->out, "field", field->name);
    json_member(writer->out, "kind", field_kind_name(field->kind));
    if (change->kind == CHANGE_QUALITY) return;
    write_value(writer->out, "value", change->value);
    if (before && before->model == writer->model && !change->is_late)
        write_value(writer->out, "was", slot_value(twin_shown(before, change->index)));
}

static void write_alarm(const struct writer *writer, const struct change *change) {
    static const char *const states[] = {"clear", "pending", "active"};
    const struct alarm_spec *spec = &writer->model->alarms[change->index];
    json_member(writer->out, "alarm", spec->name);
    json_member(writer->out, "severity", severity_name(spec->severity));
    json_member(writer->out, "state", change->state <= ALARM_ACTIVE ? states[change->state] : "");
    json_key(writer->out, "acked");
    json_boolean(writer->out, change->is_acked);
}

static void write_forecast(const struct writer *writer, const struct change *change) {
    struct buffer *out = writer->out;
    json_member(out, "prediction", writer->model->predictions[change->index].name);
    write_value(out, "value", change->value);
    if (change->value.type == VALUE_NONE) return;
    json_key(out, "low");
    json_number(out, change->forecast.low);
    json_key(out, "high");
    json_number(out, change->forecast.high);
}

static void write_arguments(const struct writer *writer, const struct change *change) {
    const struct command_spec *spec = &writer->model->commands[change->index];
    json_key(writer->out, "args");
    json_open(writer->out, '{');
    for (uint32_t i = 0; i < change->event.argument_count; i++)
        if (change->event.arguments[i].type != VALUE_NONE)
            write_value(writer->out, spec->arguments[i].name, change->event.arguments[i]);
    json_close(writer->out, '}');
}

static void write_command(const struct writer *writer, const struct change *change) {
    struct buffer *out = writer->out;
    json_member(out, "command", writer->model->commands[change->index].name);
    json_key(out, "id");
    json_unsigned(out, change->other);
    json_member(out, "state", command_state_name(change->state));
    if (change->state == COMMAND_QUEUED) {
        write_arguments(writer, change);
        return;
    }
    if (change->text.length == 0) return;
    json_key(out, "result");
    json_text(out, change->text.text, change->text.length);
}

static void write_link(const struct writer *writer, const struct change *change) {
    json_member(writer->out, "relationship", writer->model->relationships[change->index].name);
    write_other(writer, "twin", change->other);
    json_key(writer->out, "is_there");
    json_boolean(writer->out, change->state);
}

static void write_amended(const struct writer *writer, const struct change *change) {
    static const char *const parts[] = {"", "sample", "history", "current"};
    const struct field *field = &writer->model->fields[change->index];
    struct buffer *out = writer->out;
    json_member(out, "part", change->state < ARRAY_LEN(parts) ? parts[change->state] : "");
    json_member(out, "field", field->name);
    json_member(out, "kind", field_kind_name(field->kind));
    json_member_time(out, "at", change->at);
    write_value(out, "value", change->value);
    write_value(out, "was", change->amend.was);
    if (change->amend.of_rev == 0) return;
    json_key(out, "of_rev");
    json_unsigned(out, change->amend.of_rev);
}

// The name of a change that is told; NULL of one that is not.
static const char *change_name(const struct change *change) {
    static const char *const names[] = {
        [CHANGE_CREATE] = "created",    [CHANGE_LAYOUT] = "model",
        [CHANGE_RETIRE] = "retired",    [CHANGE_SAMPLE] = "sample",
        [CHANGE_SET] = "set",           [CHANGE_ALARM] = "alarm",
        [CHANGE_FORECAST] = "forecast", [CHANGE_EVENT] = "event",
        [CHANGE_LINK] = "link",         [CHANGE_ATTRIBUTES] = "attributes",
        [CHANGE_FAILED] = "failed",     [CHANGE_QUALITY] = "quality",
        [CHANGE_COMMAND] = "command",   [CHANGE_LIFECYCLE] = "lifecycle",
        [CHANGE_RESET] = "replaced",    [CHANGE_QUARANTINE] = "quarantine",
        [CHANGE_HELD] = "held",         [CHANGE_AMEND] = "amended",
        [CHANGE_NOTE] = "note",
    };
    return change->kind < ARRAY_LEN(names) ? names[change->kind] : NULL;
}

static void write_details(const struct writer *writer, const struct change *change) {
    struct buffer *out = writer->out;
    switch ((enum change_kind)change->kind) {
    case CHANGE_CREATE:
    case CHANGE_LAYOUT:
        json_member(out, "model", writer->model->name);
        break;
    case CHANGE_SAMPLE:
        write_field(writer, change);
        json_member(out, "quality", quality_name(change->quality));
        json_member_time(out, "at", change->at);
        break;
    case CHANGE_SET:
        write_field(writer, change);
        break;
    case CHANGE_QUALITY:
        write_field(writer, change);
        json_member(out, "quality", quality_name(change->quality));
        break;
    case CHANGE_ALARM:
        write_alarm(writer, change);
        break;
    case CHANGE_FORECAST:
        write_forecast(writer, change);
        break;
    case CHANGE_EVENT:
        write_other(writer, "twin", change->other);
        break;
    case CHANGE_LINK:
        write_link(writer, change);
        break;
    case CHANGE_ATTRIBUTES:
        json_key(out, "value");
        buffer_add(out, change->text.text, change->text.length); // JSON already
        break;
    case CHANGE_FAILED:
        json_key(out, "why");
        json_text(out, change->text.text, change->text.length);
        break;
    case CHANGE_COMMAND:
        write_command(writer, change);
        break;
    case CHANGE_LIFECYCLE:
        json_member(out, "value", lifecycle_name(change->state));
        if (writer->page->twin)
            json_member(out, "was", lifecycle_name(writer->page->twin->lifecycle));
        break;
    case CHANGE_QUARANTINE:
        if (change->at != 0) json_member_time(out, "until", change->at);
        break;
    case CHANGE_HELD:
        write_version(out, change->version);
        break;
    case CHANGE_AMEND:
        write_amended(writer, change);
        break;
    case CHANGE_NOTE:
        json_key(out, "text");
        json_text(out, change->text.text, change->text.length);
        break;
    case CHANGE_RETIRE:
    case CHANGE_RESET:
    case CHANGE_ESTIMATE:
    case CHANGE_TIMER:
    case CHANGE_MEMORY:
        break;
    }
}

static void write_changes(struct writer *writer, const struct revision *revision) {
    json_key(writer->out, "changes");
    json_open(writer->out, '[');
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        if (change->kind == CHANGE_CREATE || change->kind == CHANGE_LAYOUT)
            writer->model = world_layout(writer->page->world, change->layout);
        const char *name = change_name(change);
        bool is_state =
            change->kind == CHANGE_SET && writer->model->fields[change->index].kind == FIELD_STATE;
        if (!name || is_state) continue;
        json_open(writer->out, '{');
        json_member(writer->out, "change", name);
        write_details(writer, change);
        json_close(writer->out, '}');
    }
    json_close(writer->out, ']');
}

void revision_json_write_cause(uint64_t rev, int64_t received, int kind, const struct actor *actor,
                               struct buffer *out) {
    json_key(out, "rev");
    json_unsigned(out, rev);
    json_member_time(out, "received", received);
    json_member(out, "input", input_kind_name((enum input_kind)kind));
    json_key(out, "actor");
    json_open(out, '{');
    json_member(out, "kind", revision_json_actor(actor->kind));
    if (actor->length > 0) {
        json_key(out, "name");
        json_text(out, (const char *)actor->bytes, actor->length);
    }
    json_close(out, '}');
}

static void write_revision(struct writer *writer, const struct revision *revision, const char *id) {
    struct buffer *out = writer->out;
    json_open(out, '{');
    if (id) json_member(out, "twin", id);
    revision_json_write_cause(revision->rev, revision->received, (int)revision->kind,
                              &revision->actor, out);
    write_version(out, revision->version);
    if (revision->from_rev != 0) {
        json_key(out, "from_rev");
        json_unsigned(out, revision->from_rev);
    }
    write_changes(writer, revision);
    json_close(out, '}');
}

void revision_json_write(struct past *page, const struct world *live, struct buffer *out) {
    struct buffer each = {0};
    size_t *starts = NULL;
    int count = 0;
    struct revision revision;
    struct writer writer = {.page = page, .live = live, .out = &each};
    while (past_step(page, &revision)) {
        starts = xrealloc(starts, (size_t)(count + 1) * sizeof *starts);
        buffer_byte(&each, 0); // so that it does not begin with a comma
        starts[count++] = each.length;
        writer.model = page->twin ? page->twin->model : page->model;
        write_revision(&writer, &revision, NULL);
        past_apply(page, &revision);
    }
    json_open(out, '{');
    json_key(out, "revisions");
    json_open(out, '[');
    for (size_t end = each.length; count-- > 0; end = starts[count] - 1) {
        if (end != each.length) buffer_byte(out, ',');
        buffer_add(out, each.bytes + starts[count], end - starts[count]);
    }
    json_close(out, ']');
    if (page->unreadable_from != 0) {
        json_key(out, "unreadable");
        json_open(out, '[');
        json_unsigned(out, page->unreadable_from);
        json_unsigned(out, page->unreadable_to);
        json_close(out, ']');
    }
    if (page->before != 0) {
        json_key(out, "cursor");
        buffer_printf(out, "\"%llu\"", (unsigned long long)page->before);
    }
    json_close(out, '}');
    buffer_fini(&each);
    free(starts);
}

void revision_json_write_act(struct past *page, const struct world *live, const char *id,
                             struct buffer *out) {
    struct revision revision;
    struct writer writer = {.page = page, .live = live, .out = out};
    if (!past_step(page, &revision)) return;
    writer.model = page->twin ? page->twin->model : page->model;
    write_revision(&writer, &revision, id);
}
