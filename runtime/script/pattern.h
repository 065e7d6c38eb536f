// Lua's patterns (reference manual 6.4.1) by a matcher whose work is counted and whose memory is
// fixed, so that no pattern runs for ever.
//
// A pattern is read once into items, where every mistake in it is found, also one that a text would
// never reach. No item repeats a group, so an item is on the way to a match at most once: the
// places to try again are no more than the items, and a text of any length needs no more memory.
// What may take exponential time is the trying; each step of it is charged.

#ifndef SCRIPT_PATTERN_H
#define SCRIPT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define PATTERN_ITEMS_MAX 256 // a character that stands for itself is one item
#define PATTERN_SETS_MAX 64   // [...]
#define PATTERN_CAPTURES_MAX 32

struct pattern_item {
    uint8_t kind;
    uint8_t repeat; // 0, or one of ? * + -
    uint8_t first,
        last; // bytes of %bxy; first: a byte, a class's letter, a set's or capture's place
};

struct pattern {
    bool is_anchored;
    int item_count, set_count, capture_count;
    uint32_t positions; // bit n: capture n is ()
    struct pattern_item items[PATTERN_ITEMS_MAX];
    uint8_t sets[PATTERN_SETS_MAX][32]; // bit n: byte n is in it
};

// Takes note of that much work. May leave by longjmp: a match holds nothing.
typedef void pattern_charge(void *context, size_t steps);

struct pattern_match {
    const char *text;
    size_t length;
    pattern_charge *charge;
    void *context;
    size_t spent; // steps not charged yet
    // What the last pattern_find found; offsets into the text.
    size_t start, end;
    struct {
        size_t start, end; // of a position both are the place
    } captures[PATTERN_CAPTURES_MAX];
};

// With `takes_anchor` a "^" at the beginning ties a match to where the search begins; without, it
// stands for itself. False with a sentence.
bool pattern_parse(struct pattern *pattern, const char *text, size_t length, bool takes_anchor,
                   struct err *err);

// The first match that begins at `from` or later.
bool pattern_find(const struct pattern *pattern, struct pattern_match *match, size_t from);

#endif
