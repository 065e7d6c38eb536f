// A line: one field's series as the archivist has it in memory, which is its newest stretch and one
// older that late samples fall into. Stretches are fetched from the state's file when a sample
// needs them, and written back.

#ifndef STORE_LINE_H
#define STORE_LINE_H

#include "store/series_file.h"
#include "store/stretch.h"

#include <stdbool.h>
#include <stdint.h>

struct state_file;

struct late { // only while late samples come
    struct stretch stretch;
    int64_t until; // it takes what is before that
    uint64_t had;  // `through` when it was fetched
};

struct line { // a large fleet has hundreds of thousands
    uint32_t twin;
    uint8_t kind;     // enum field_kind
    bool is_begun;    // the newest stretch was fetched, or there was none
    const char *name; // the owner's, as long as the line lives
    struct stretch newest;
    uint64_t newest_had; // its `through` when it was fetched
    struct late *late;   // NULL = none
    uint64_t used;       // by the archivist, for what is written back first
};

struct line *line_new(uint32_t twin, uint8_t kind, const char *name);
void line_free(struct line *line);

// One sample of revision `rev`, unless it is in it already. Full stretches go to `write`.
void line_add(struct line *line, struct state_file *file, struct series_write *write, uint64_t rev,
              int64_t at, struct value value, enum quality quality);
// An amendment of revision `rev`: the sample `was` at that time is now `value`; VALUE_NONE is none.
// Doing it again changes nothing.
void line_amend(struct line *line, struct state_file *file, struct series_write *write,
                uint64_t rev, int64_t at, struct value was, struct value value,
                enum quality quality);
// Puts what has changed into `write`.
void line_write(struct line *line, struct series_write *write);
// Forgets both stretches, which have been written.
void line_rest(struct line *line);
size_t line_bytes(const struct line *line);

#endif
