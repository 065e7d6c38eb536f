// Numbers are rounded for reading: five digits say more than a person acts on.

#include "push/alarm_text.h"

#include "base/json.h"
#include "base/memory.h"
#include "twin/twin.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int find(const struct model *model, const char *name, size_t length) {
    static const enum field_kind order[] = {FIELD_TELEMETRY, FIELD_REPORTED, FIELD_DERIVED,
                                            FIELD_PARAMETER, FIELD_DESIRED};
    int field = NONE;
    for (size_t i = 0; i < ARRAY_LEN(order) && field == NONE; i++)
        field = model_field(model, order[i], name, length);
    return field;
}

static void add_number(struct buffer *out, double number) {
    buffer_printf(out, fabs(number) < 1e5 ? "%.5g" : "%.0f", number);
}

static void add_value(struct buffer *out, struct value value) {
    switch (value.type) {
    case VALUE_NUMBER:
        add_number(out, value.number);
        break;
    case VALUE_BOOLEAN:
        buffer_printf(out, "%s", value.boolean ? "true" : "false");
        break;
    case VALUE_TEXT:
        buffer_add(out, value.text, value.length);
        break;
    case VALUE_LOCATION:
        buffer_printf(out, "%.6f, %.6f", value.location->lat, value.location->lon);
        break;
    case VALUE_NONE:
        buffer_byte(out, '-');
        break;
    }
}

static bool fill(struct buffer *out, const struct twin *twin, const char *name, size_t length) {
    int field = find(twin->model, name, length);
    if (field != NONE) {
        add_value(out, twin_value(twin, field));
        return true;
    }
    int prediction = model_prediction(twin->model, name, length);
    if (prediction == NONE) return false;
    const struct forecast *forecast = &twin->forecasts[prediction];
    add_value(out, forecast->is_present ? value_number(forecast->value) : value_none());
    return true;
}

void alarm_text_write(const char *text, const struct twin *twin, struct buffer *out) {
    struct buffer filled = {0};
    while (*text) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        if (end && fill(&filled, twin, text + 1, (size_t)(end - text - 1)))
            text = end + 1;
        else
            buffer_byte(&filled, (uint8_t)*text++);
    }
    json_text(out, (const char *)filled.bytes, filled.length);
    buffer_fini(&filled);
}
