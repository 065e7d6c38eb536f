// A registration is renewed when Max-Age is over without news (RFC 7641 3.3.1), as nothing else
// would tell that the server has lost it.

#include "sim/observe.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#define MAX_AGE_S 60 // RFC 7252 5.10.5, when the option is missing
#define GRACE_S 5
#define RETRY_S 30 // after a refusal
#define FRESH_US 128000000

static bool is_newer(const struct observe *observe, uint32_t sequence, int64_t now);

bool observe_is_due(const struct observe *observe, int64_t now) {
    return now >= observe->due;
}

void observe_forget(struct observe *observe) {
    observe->due = 0;
}

void observe_fail(struct observe *observe, int64_t now) {
    observe->is_registered = false;
    observe->due = now + (int64_t)RETRY_S * 1000000;
}

uint8_t *observe_request_write(uint8_t *out, const char *id) {
    uint16_t last = 0;
    out = option_write_uint(out, &last, OPTION_OBSERVE, 0);
    out = option_write(out, &last, OPTION_URI_PATH, "t", 1);
    out = option_write(out, &last, OPTION_URI_PATH, id, (uint16_t)strlen(id));
    out = option_write(out, &last, OPTION_URI_PATH, "desired", 7);
    return option_write_uint(out, &last, OPTION_ACCEPT, 110);
}

void observe_token_write(uint8_t token[8], uint32_t seed, uint32_t device) {
    uint32_t check = seed ^ 0x6f627376u; // "obsv"
    for (int i = 0; i < 4; i++) {
        token[i] = (uint8_t)(device >> 8 * i);
        token[4 + i] = (uint8_t)(check >> 8 * i);
    }
}

uint32_t observe_token_read(const uint8_t token[8], uint32_t seed) {
    uint8_t expected[8];
    uint32_t device = 0;
    for (int i = 0; i < 4; i++)
        device |= (uint32_t)token[i] << 8 * i;
    observe_token_write(expected, seed, device);
    return memcmp(token, expected, sizeof expected) == 0 ? device : UINT32_MAX;
}

bool observe_read(struct observe *observe, const struct message *message, int64_t now) {
    if (message->code >> 5 != 2) {
        observe_fail(observe, now);
        return false;
    }
    const uint8_t *at = message->options;
    struct option option = {0};
    uint32_t max_age = MAX_AGE_S, sequence = 0;
    bool has_sequence = false;
    while (option_next(message, &at, &option)) {
        if (option.number == OPTION_MAX_AGE) max_age = option_uint(&option);
        if (option.number != OPTION_OBSERVE) continue;
        sequence = option_uint(&option);
        has_sequence = true;
    }
    if (has_sequence && observe->is_registered && !is_newer(observe, sequence, now)) return false;
    observe->is_registered = has_sequence;
    observe->sequence = sequence;
    observe->heard = now;
    observe->due = now + (int64_t)(max_age + GRACE_S) * 1000000;
    return true;
}

// The record with the name, which may stand behind a base name: "pump-1/" and "speed".
bool observe_value(const struct message *message, const char *property, double *value) {
    cJSON *pack = cJSON_ParseWithLength((const char *)message->payload, message->payload_length);
    const char *base = "";
    bool is_found = false;
    const cJSON *record;
    cJSON_ArrayForEach(record, pack) {
        const char *base_name = cJSON_GetStringValue(cJSON_GetObjectItem(record, "bn"));
        if (base_name) base = base_name;
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(record, "n"));
        if (!name) name = strrchr(base, '/') ? strrchr(base, '/') : base;
        if (strncmp(name, "commands/", 9) == 0) continue; // order.c
        if (strrchr(name, '/')) name = strrchr(name, '/') + 1;
        const cJSON *number = cJSON_GetObjectItem(record, "v");
        if (strcmp(name, property) != 0 || !cJSON_IsNumber(number)) continue;
        *value = number->valuedouble;
        is_found = isfinite(*value);
    }
    cJSON_Delete(pack);
    return is_found;
}

// RFC 7641 3.4: 24-bit numbers that wrap, and a lapse of time after which any is newer.
static bool is_newer(const struct observe *observe, uint32_t sequence, int64_t now) {
    uint32_t ahead = (sequence - observe->sequence) & 0xffffff;
    return (ahead > 0 && ahead < 1u << 23) || now - observe->heard > FRESH_US;
}
