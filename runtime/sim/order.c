// Commands have growing numbers, so what is not above the last one was had before.

#include "sim/order.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FORMAT_JSON 50

struct name { // "commands/7/flush/seconds"
    unsigned id;
    char command[65], argument[65]; // "" when it has none
};

static bool name_read(const cJSON *record, struct name *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(record, "n"));
    *name = (struct name){0};
    return text && sscanf(text, "commands/%u/%64[^/]/%64[^/]", &name->id, name->command,
                          name->argument) >= 2;
}

// The lowest number above the last one; 0 when there is none.
static unsigned next_of(const struct order *order, const cJSON *pack) {
    unsigned next = 0;
    const cJSON *record;
    struct name name;
    cJSON_ArrayForEach(record, pack) {
        if (name_read(record, &name) && name.id > order->id && (next == 0 || name.id < next))
            next = name.id;
    }
    return next;
}

static void take(struct order *order, unsigned id, const cJSON *pack) {
    const cJSON *record;
    struct name name;
    *order = (struct order){.state = ORDER_RUNNING, .id = id};
    cJSON_ArrayForEach(record, pack) {
        if (!name_read(record, &name) || name.id != id) continue;
        memcpy(order->name, name.command, sizeof order->name);
        const cJSON *number = cJSON_GetObjectItem(record, "v");
        if (strcmp(name.argument, "seconds") == 0 && cJSON_IsNumber(number) &&
            isfinite(number->valuedouble))
            order->seconds = number->valuedouble;
    }
}

bool order_read(struct order *order, const struct message *message,
                const struct order_faults *faults, struct chance *chance) {
    if (order->state != ORDER_NONE) return false; // it is told again when this one has ended
    cJSON *pack = cJSON_ParseWithLength((const char *)message->payload, message->payload_length);
    for (unsigned id; order->state == ORDER_NONE && (id = next_of(order, pack)) > 0;) {
        take(order, id, pack);
        if (faults->silent > 0 && chance_uniform(chance) < faults->silent)
            order->state = ORDER_NONE;
        else if (faults->failing > 0 && chance_uniform(chance) < faults->failing)
            order_end(order, true, "the valve does not open");
    }
    cJSON_Delete(pack);
    return order->state == ORDER_RUNNING;
}

void order_end(struct order *order, bool is_failed, const char *result) {
    order->state = ORDER_OVER;
    order->is_failed = is_failed;
    snprintf(order->result, sizeof order->result, "%s", result);
}

uint8_t *order_answer_write(uint8_t *out, const struct order *order, const char *id) {
    char text[160];
    uint16_t last = 0;
    int length = snprintf(text, sizeof text, "%u", order->id);
    out = option_write(out, &last, OPTION_URI_PATH, "t", 1);
    out = option_write(out, &last, OPTION_URI_PATH, id, (uint16_t)strlen(id));
    out = option_write(out, &last, OPTION_URI_PATH, "commands", 8);
    out = option_write(out, &last, OPTION_URI_PATH, text, (uint16_t)length);
    out = option_write_uint(out, &last, OPTION_CONTENT_FORMAT, FORMAT_JSON);
    length = snprintf(text, sizeof text, "{\"state\":\"%s\",\"result\":\"%s\"}",
                      order->is_failed ? "failed" : "done", order->result);
    return payload_write(out, text, (size_t)length);
}

void order_acknowledged(struct order *order) {
    order->state = ORDER_NONE;
}
