// A value: a number, a boolean or a text, or nothing. And what a slot keeps beside it.
//
// Text in a `struct value` is borrowed: in a slot it is the slot's own copy, in a change it lives
// in the turn's region. Numbers are finite, always: NaN and infinity are refused at every border.

#ifndef TWIN_VALUE_H
#define TWIN_VALUE_H

#include <stdbool.h>
#include <stdint.h>

enum value_type { VALUE_NONE, VALUE_NUMBER, VALUE_BOOLEAN, VALUE_TEXT };

enum quality { QUALITY_GOOD, QUALITY_UNCERTAIN, QUALITY_BAD, QUALITY_STALE };

struct value {
    enum value_type type;
    uint32_t length; // of text, which also has a NUL behind
    union {
        double number;
        bool boolean;
        const char *text;
    };
};

#define VALUE_TEXT_MAX 1024 // longest text a slot takes, bytes

static inline struct value value_none(void) {
    return (struct value){.type = VALUE_NONE};
}
static inline struct value value_number(double number) {
    return (struct value){.type = VALUE_NUMBER, .number = number};
}
static inline struct value value_boolean(bool boolean) {
    return (struct value){.type = VALUE_BOOLEAN, .boolean = boolean};
}
static inline struct value value_text(const char *text, uint32_t length) {
    return (struct value){.type = VALUE_TEXT, .length = length, .text = text};
}

bool value_equal(struct value a, struct value b);
const char *value_type_name(enum value_type type); // "number", "boolean", "text", "nothing"
const char *quality_name(enum quality quality);    // "good", "uncertain", "bad", "stale"

// 24 bytes, many in each twin. Read through slot_value; written by change_apply alone.
struct slot {
    union {
        double number;
        bool boolean;
        char *text; // owned: uint32_t length, bytes, NUL
    };
    int64_t at; // microseconds UTC: the sample's own time, or when it was set
    uint64_t rev : 48;
    uint64_t type : 8;    // enum value_type
    uint64_t quality : 8; // enum quality
};

struct value slot_value(const struct slot *slot);
void slot_set(struct slot *slot, struct value value, int64_t at, enum quality quality,
              uint64_t rev);
void slot_clear(struct slot *slot); // frees text, becomes VALUE_NONE, keeps no time

#endif
