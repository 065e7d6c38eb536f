// Values by type; text or location in a slot is one heap block: length, bytes, NUL. The length has
// eight bytes so that a location behind it is aligned.

#include "twin/value.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

bool value_equal(struct value a, struct value b) {
    if (a.type != b.type) return false;
    switch (a.type) {
    case VALUE_NONE:
        return true;
    case VALUE_NUMBER:
        return a.number == b.number;
    case VALUE_BOOLEAN:
        return a.boolean == b.boolean;
    case VALUE_TEXT:
        return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
    case VALUE_LOCATION:
        return a.location->lat == b.location->lat && a.location->lon == b.location->lon &&
               a.location->alt == b.location->alt && a.location->has_alt == b.location->has_alt;
    }
    return false;
}

const char *value_type_name(enum value_type type) {
    static const char *const names[] = {"nothing", "number", "boolean", "text", "location"};
    return names[type];
}

const char *quality_name(enum quality quality) {
    static const char *const names[] = {"good", "uncertain", "bad", "stale"};
    return names[quality];
}

struct value value_keep(struct value value) {
    if (!value_has_bytes(value.type)) return value;
    char *bytes = xmalloc((size_t)value.length + 1);
    memcpy(bytes, value.text, value.length);
    bytes[value.length] = 0;
    value.text = bytes;
    return value;
}

void value_drop(struct value *value) {
    if (value_has_bytes(value->type)) free((char *)value->text);
    *value = value_none();
}

struct value slot_value(const struct slot *slot) {
    switch ((enum value_type)slot->type) {
    case VALUE_NUMBER:
        return value_number(slot->number);
    case VALUE_BOOLEAN:
        return value_boolean(slot->boolean);
    case VALUE_TEXT:
    case VALUE_LOCATION: {
        uint64_t length;
        memcpy(&length, slot->bytes, sizeof length);
        return (struct value){
            .type = slot->type, .length = (uint32_t)length, .text = slot->bytes + sizeof length};
    }
    case VALUE_NONE:
        break;
    }
    return value_none();
}

void slot_set(struct slot *slot, struct value value, int64_t at, enum quality quality,
              uint64_t rev) {
    char *bytes = NULL;
    if (value_has_bytes(value.type)) { // copy first: the value may be this slot's own
        uint64_t length = value.length;
        bytes = xmalloc(sizeof length + length + 1);
        memcpy(bytes, &length, sizeof length);
        memcpy(bytes + sizeof length, value.text, length);
        bytes[sizeof length + length] = 0;
    }
    if (value_has_bytes(slot->type)) free(slot->bytes);
    if (bytes)
        slot->bytes = bytes;
    else if (value.type == VALUE_BOOLEAN)
        slot->number = 0, slot->boolean = value.boolean;
    else
        slot->number = value.type == VALUE_NUMBER ? value.number : 0;
    slot->at = at;
    slot->rev = rev & 0xffffffffffffu;
    slot->type = value.type & 0xffu;
    slot->quality = quality & 0xffu;
}

void slot_clear(struct slot *slot) {
    if (value_has_bytes(slot->type)) free(slot->bytes);
    *slot = (struct slot){0};
}
