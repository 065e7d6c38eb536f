// Changes are compared as they would be stored, so equal means equal bit by bit.

#include "fork/difference.h"

#include "base/memory.h"
#include "twin/change_codec.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <stdio.h>
#include <string.h>

// Of one subject; what number it has in its model says nothing.
static bool is_same(struct change one, struct change other) {
    struct buffer a = {0}, b = {0};
    one.index = other.index = 0;
    change_encode(&one, 0, &a);
    change_encode(&other, 0, &b);
    bool is_equal = a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
    buffer_fini(&a);
    buffer_fini(&b);
    return is_equal;
}

static void subject_of(const struct change *change, const struct side *side,
                       const struct world *world, char out[SUBJECT_MAX]) {
    out[0] = 0;
    if (change) change_subject(change, side->model, world, out, SUBJECT_MAX);
}

bool difference_find(const struct side *one, const struct side *other, const struct world *world,
                     struct difference *difference) {
    const struct revision *left = one->revision, *right = other->revision;
    int most = left->change_count > right->change_count ? left->change_count : right->change_count;
    for (int i = 0; i < most; i++) {
        const struct change *a = i < left->change_count ? &left->changes[i] : NULL;
        const struct change *b = i < right->change_count ? &right->changes[i] : NULL;
        char a_subject[SUBJECT_MAX], b_subject[SUBJECT_MAX];
        subject_of(a, one, world, a_subject);
        subject_of(b, other, world, b_subject);
        bool is_one_subject = strcmp(a_subject, b_subject) == 0;
        if (is_one_subject && is_same(*a, *b)) continue;
        snprintf(difference->field, sizeof difference->field, "%s", a ? a_subject : b_subject);
        snprintf(difference->one, sizeof difference->one, "nothing");
        snprintf(difference->other, sizeof difference->other, "nothing");
        if (a) change_text(a, difference->one, sizeof difference->one);
        if (b && (is_one_subject || !a))
            change_text(b, difference->other, sizeof difference->other);
        return true;
    }
    return false;
}

static void say(char *out, int size, const char *kind, const char *name, int length) {
    snprintf(out, (size_t)size, "%s.%.*s", kind, length, name);
}

static void field_subject(const struct change *change, const struct model *model, char *out,
                          int size) {
    const struct field *field = &model->fields[change->index];
    say(out, size, field_kind_name(field->kind), field->name, (int)strlen(field->name));
}

// An estimator goes by its name, or by that of the field which it serves.
static const char *estimator_name(const struct model *model, int index) {
    const char *name = model->estimators[index].name;
    return name[0] ? name : "estimator";
}

static const char *event_name(const struct change *change, const struct world *world) {
    const struct twin *target = world_twin(world, change->other);
    bool is_known = target && change->index < target->model->event_count;
    return is_known ? target->model->events[change->index].name : "sent";
}

void change_subject(const struct change *change, const struct model *model,
                    const struct world *world, char *out, int size) {
    const char *name = "";
    switch ((enum change_kind)change->kind) {
    case CHANGE_SAMPLE:
    case CHANGE_SET:
    case CHANGE_QUALITY:
    case CHANGE_AMEND:
        field_subject(change, model, out, size);
        return;
    case CHANGE_ESTIMATE:
        name = estimator_name(model, change->index);
        say(out, size, "state", name, (int)strlen(name));
        return;
    case CHANGE_ALARM:
        name = model->alarms[change->index].name;
        say(out, size, "alarm", name, (int)strlen(name));
        return;
    case CHANGE_FORECAST:
        name = model->predictions[change->index].name;
        say(out, size, "prediction", name, (int)strlen(name));
        return;
    case CHANGE_TIMER:
        say(out, size, "timer", change->text.text, (int)change->text.length);
        return;
    case CHANGE_EVENT:
        name = event_name(change, world);
        say(out, size, "event", name, (int)strlen(name));
        return;
    case CHANGE_COMMAND:
        name = model->commands[change->index].name;
        say(out, size, "command", name, (int)strlen(name));
        return;
    case CHANGE_LINK:
        name = model->relationships[change->index].name;
        say(out, size, "relationship", name, (int)strlen(name));
        return;
    case CHANGE_CREATE:
    case CHANGE_LAYOUT:
    case CHANGE_RETIRE:
    case CHANGE_RESET:
        name = "twin";
        break;
    case CHANGE_ATTRIBUTES:
        name = "attributes";
        break;
    case CHANGE_LIFECYCLE:
        name = "lifecycle";
        break;
    case CHANGE_FAILED:
    case CHANGE_HELD:
        name = "failure";
        break;
    case CHANGE_QUARANTINE:
        name = "quarantine";
        break;
    case CHANGE_MEMORY:
        name = "memory";
        break;
    case CHANGE_NOTE:
        name = "note";
        break;
    }
    snprintf(out, (size_t)size, "%s", name);
}

static int value_say(struct value value, char *out, int size) {
    switch ((enum value_type)value.type) {
    case VALUE_NONE:
        break;
    case VALUE_NUMBER:
        return snprintf(out, (size_t)size, "%.15g", value.number);
    case VALUE_BOOLEAN:
        return snprintf(out, (size_t)size, "%s", value.boolean ? "true" : "false");
    case VALUE_TEXT:
        return snprintf(out, (size_t)size, "\"%.*s\"", (int)value.length, value.text);
    case VALUE_LOCATION:
        return snprintf(out, (size_t)size, "%.7f,%.7f", value.location->lat, value.location->lon);
    }
    return snprintf(out, (size_t)size, "nothing");
}

static void event_text(const struct change *change, char *out, int size) {
    int length = snprintf(out, (size_t)size, "sent");
    for (uint32_t i = 0; i < change->event.argument_count && length < size - 1; i++) {
        length += snprintf(out + length, (size_t)(size - length), " ");
        if (length < size)
            length += value_say(change->event.arguments[i], out + length, size - length);
    }
}

void change_text(const struct change *change, char *out, int size) {
    static const char *const alarm_states[] = {"clear", "pending", "active"};
    switch ((enum change_kind)change->kind) {
    case CHANGE_SAMPLE:
    case CHANGE_SET:
    case CHANGE_ESTIMATE:
    case CHANGE_AMEND:
        value_say(change->value, out, size);
        return;
    case CHANGE_ALARM:
        snprintf(out, (size_t)size, "%s%s",
                 change->state <= ALARM_ACTIVE ? alarm_states[change->state] : "",
                 change->is_acked ? ", acknowledged" : "");
        return;
    case CHANGE_FORECAST:
        value_say(change->value, out, size);
        return;
    case CHANGE_TIMER:
        if (change->at)
            snprintf(out, (size_t)size, "due at %.3f", (double)change->at / 1e6);
        else
            snprintf(out, (size_t)size, "off");
        return;
    case CHANGE_EVENT:
        event_text(change, out, size);
        return;
    case CHANGE_COMMAND:
        snprintf(out, (size_t)size, "%u %s", change->other, command_state_name(change->state));
        return;
    case CHANGE_CREATE:
    case CHANGE_ATTRIBUTES:
    case CHANGE_FAILED:
    case CHANGE_NOTE:
        snprintf(out, (size_t)size, "%.*s", (int)change->text.length, change->text.text);
        return;
    case CHANGE_QUALITY:
        snprintf(out, (size_t)size, "%s", quality_name(change->quality));
        return;
    case CHANGE_LINK:
        snprintf(out, (size_t)size, "%s", change->state ? "linked" : "unlinked");
        return;
    case CHANGE_LIFECYCLE:
        snprintf(out, (size_t)size, "%s", lifecycle_name(change->state));
        return;
    case CHANGE_QUARANTINE:
        snprintf(out, (size_t)size, "%u failures", change->other);
        return;
    case CHANGE_LAYOUT:
        snprintf(out, (size_t)size, "layout %016llx", (unsigned long long)change->layout);
        return;
    case CHANGE_HELD:
        snprintf(out, (size_t)size, "held back from %08x", (unsigned)(change->version >> 32));
        return;
    case CHANGE_RETIRE:
        snprintf(out, (size_t)size, "retired");
        return;
    case CHANGE_RESET:
        snprintf(out, (size_t)size, "replaced");
        return;
    case CHANGE_MEMORY:
        snprintf(out, (size_t)size, "%u bytes", change->text.length);
        return;
    }
}
