#include "ctl/emit.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "twin/location.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/twin.h"

#include <stdlib.h>
#include <string.h>

struct emitted {
    char *name;
    int field;      // or NONE
    int prediction; // then which
    enum { PART_VALUE, PART_LOW, PART_HIGH } part;
};

static const enum field_kind kinds[] = {FIELD_TELEMETRY, FIELD_REPORTED, FIELD_DERIVED,
                                        FIELD_STATE};
static const char *const parts[] = {"", ".low", ".high"};

static void add(struct emit *emit, const char *name, size_t length, int field, int prediction,
                int part) {
    emit->list = xrealloc(emit->list, sizeof *emit->list * (size_t)(emit->count + 1));
    emit->list[emit->count++] =
        (struct emitted){xstrndup(name, length), field, prediction, (unsigned)part};
}

static bool add_field(struct emit *emit, const struct model *model, const char *name,
                      size_t length) {
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        int field = model_field(model, kinds[i], name, length);
        if (field == NONE) continue;
        add(emit, name, length, field, NONE, PART_VALUE);
        return true;
    }
    return false;
}

static bool add_prediction(struct emit *emit, const struct model *model, const char *name,
                           size_t length) {
    for (int part = PART_HIGH; part >= PART_VALUE; part--) {
        size_t tail = strlen(parts[part]);
        if (length <= tail || memcmp(name + length - tail, parts[part], tail) != 0) continue;
        int prediction = model_prediction(model, name, length - tail);
        if (prediction == NONE) continue;
        add(emit, name, length, NONE, prediction, part);
        return true;
    }
    return false;
}

static bool refuse(const struct model *model, const char *name, size_t length, struct err *err) {
    struct suggestion near = {name, length, NULL, 0};
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind != FIELD_PARAMETER) suggestion_try(&near, model->fields[i].name);
    for (int i = 0; i < model->prediction_count; i++)
        suggestion_try(&near, model->predictions[i].name);
    return err_set(err, ERR_NOT_FOUND, "--emit: model \"%s\" has no value \"%.*s\"%s%s%s",
                   model->name, (int)length, name, near.best ? "; did you mean \"" : "",
                   near.best ? near.best : "", near.best ? "\"?" : "");
}

static void add_all(struct emit *emit, const struct model *model) {
    for (int i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == FIELD_DERIVED)
            add(emit, model->fields[i].name, strlen(model->fields[i].name), i, NONE, PART_VALUE);
    for (int i = 0; i < model->prediction_count; i++)
        for (int part = PART_VALUE; part <= PART_HIGH; part++) {
            struct buffer name = {0};
            buffer_printf(&name, "%s%s", model->predictions[i].name, parts[part]);
            add(emit, (char *)name.bytes, name.length, NONE, i, part);
            buffer_fini(&name);
        }
}

bool emit_choose(struct emit *emit, const struct model *model, const char *names, struct err *err) {
    *emit = (struct emit){0};
    if (!names) add_all(emit, model);
    while (names && *names) {
        size_t length = strcspn(names, ",");
        if (length > 0 && !add_field(emit, model, names, length) &&
            !add_prediction(emit, model, names, length))
            return refuse(model, names, length, err);
        names += length + (names[length] == ',');
    }
    return true;
}

void emit_fini(struct emit *emit) {
    for (int i = 0; i < emit->count; i++)
        free(emit->list[i].name);
    free(emit->list);
}

void emit_text(const char *text, FILE *out) {
    if (!strpbrk(text, ",;\"\r\n")) {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"') putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

void emit_head(const struct emit *emit, FILE *out) {
    for (int i = 0; i < emit->count; i++)
        fprintf(out, ",%s", emit->list[i].name);
    putc('\n', out);
}

static void write_number(double number, FILE *out) {
    char text[JSON_NUMBER_SIZE];
    json_format_number(number, text);
    fputs(text, out);
}

static void write_value(struct value value, FILE *out) {
    switch (value.type) {
    case VALUE_NUMBER:
        write_number(value.number, out);
        break;
    case VALUE_BOOLEAN:
        fputs(value.boolean ? "true" : "false", out);
        break;
    case VALUE_TEXT:
        emit_text(value.text, out);
        break;
    case VALUE_LOCATION:
        fprintf(out, "\"%.9g,%.9g\"", value.location->lat, value.location->lon);
        break;
    default:
        break;
    }
}

static void write_forecast(const struct forecast *forecast, int part, FILE *out) {
    if (!forecast->is_present) return;
    write_number(part == PART_LOW    ? forecast->low
                 : part == PART_HIGH ? forecast->high
                                     : forecast->value,
                 out);
}

void emit_row(const struct emit *emit, const struct twin *twin, FILE *out) {
    for (int i = 0; i < emit->count; i++) {
        const struct emitted *emitted = &emit->list[i];
        putc(',', out);
        if (!twin) continue;
        if (emitted->field != NONE)
            write_value(twin_value(twin, emitted->field), out);
        else
            write_forecast(&twin->forecasts[emitted->prediction], (int)emitted->part, out);
    }
    putc('\n', out);
}
