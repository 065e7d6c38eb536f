// A value: a number, a boolean, a text or a location, or nothing. And what a slot keeps beside it.
//
// Text and location in a `struct value` are borrowed bytes: in a slot they are the slot's own copy,
// in a change they live in the turn's region. Numbers are finite, always: NaN and infinity are
// refused at every border.

#ifndef TWIN_VALUE_H
#define TWIN_VALUE_H

#include <stdbool.h>
#include <stdint.h>

enum value_type { VALUE_NONE, VALUE_NUMBER, VALUE_BOOLEAN, VALUE_TEXT, VALUE_LOCATION };

struct location {    // WGS 84, as SenML's lat, lon and m have it
    double lat, lon; // degrees
    double alt;      // metres, 0 when it is not known
    bool has_alt;
};

enum quality { QUALITY_GOOD, QUALITY_UNCERTAIN, QUALITY_BAD, QUALITY_STALE };

struct value {
    enum value_type type;
    uint32_t length; // of text, which also has a NUL behind, or of a location
    union {
        double number;
        bool boolean;
        const char *text;
        const struct location *location;
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
static inline struct value value_location(const struct location *location) {
    return (struct value){.type = VALUE_LOCATION, .length = sizeof *location, .location = location};
}

// Whether it borrows `length` bytes at `text`: who keeps it copies them.
static inline bool value_has_bytes(enum value_type type) {
    return type == VALUE_TEXT || type == VALUE_LOCATION;
}

bool value_equal(struct value a, struct value b);
const char *value_type_name(enum value_type type); // "number", "text", "nothing", ...
const char *quality_name(enum quality quality);    // "good", "uncertain", "bad", "stale"

// 24 bytes, many in each twin. Read through slot_value; written by change_apply alone.
struct slot {
    union {
        double number;
        bool boolean;
        char *bytes; // of text or location, owned: uint64_t length, bytes, NUL
    };
    int64_t at; // microseconds UTC: the sample's own time, or when it was set
    uint64_t rev : 48;
    uint64_t type : 8;    // enum value_type
    uint64_t quality : 8; // enum quality
};

// A copy of the value whose bytes are its own, on the heap; and its end.
struct value value_keep(struct value value);
void value_drop(struct value *value); // becomes VALUE_NONE

struct value slot_value(const struct slot *slot);
void slot_set(struct slot *slot, struct value value, int64_t at, enum quality quality,
              uint64_t rev);
void slot_clear(struct slot *slot); // frees text, becomes VALUE_NONE, keeps no time

#endif
