// Values by type; text in a slot is one heap block: length, bytes, NUL.

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
    }
    return false;
}

const char *value_type_name(enum value_type type) {
    static const char *const names[] = {"nothing", "number", "boolean", "text"};
    return names[type];
}

const char *quality_name(enum quality quality) {
    static const char *const names[] = {"good", "uncertain", "bad", "stale"};
    return names[quality];
}

struct value slot_value(const struct slot *slot) {
    switch ((enum value_type)slot->type) {
    case VALUE_NUMBER:
        return value_number(slot->number);
    case VALUE_BOOLEAN:
        return value_boolean(slot->boolean);
    case VALUE_TEXT: {
        uint32_t length;
        memcpy(&length, slot->text, sizeof length);
        return value_text(slot->text + sizeof length, length);
    }
    case VALUE_NONE:
        break;
    }
    return value_none();
}

void slot_set(struct slot *slot, struct value value, int64_t at, enum quality quality,
              uint64_t rev) {
    char *text = NULL;
    if (value.type == VALUE_TEXT) { // copy first: the value may be this slot's own text
        text = xmalloc(sizeof value.length + value.length + 1);
        memcpy(text, &value.length, sizeof value.length);
        memcpy(text + sizeof value.length, value.text, value.length);
        text[sizeof value.length + value.length] = 0;
    }
    if (slot->type == VALUE_TEXT) free(slot->text);
    if (value.type == VALUE_TEXT)
        slot->text = text;
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
    if (slot->type == VALUE_TEXT) free(slot->text);
    *slot = (struct slot){0};
}
