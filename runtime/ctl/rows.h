// What a verb has found, a row at a time: as a table for people, as NDJSON or CSV for programs.

#ifndef CTL_ROWS_H
#define CTL_ROWS_H

#include <stdbool.h>
#include <stdio.h>

struct rows;

enum rows_format { ROWS_TABLE, ROWS_JSON, ROWS_CSV };

struct column {
    const char *name;  // "twin"; a table shows it in capitals
    int width;         // at least; a stream has no other
    bool is_number;    // set to the right
    bool is_judgement; // a quality or severity: bad ones are coloured
};

struct rows_options {
    enum rows_format format;
    bool has_color;
    bool is_stream; // each row is written at once, so a table's columns keep their `width`
};

// `columns` is the caller's and must outlive the rows.
struct rows *rows_new(FILE *out, const struct rows_options *options, const struct column *columns,
                      int count);
// `cells` for a table and CSV, one a column, NULL is an empty one; `json`, one line, for NDJSON.
// Everything is copied.
void rows_add(struct rows *rows, const char *const *cells, const char *json);
// Writes what is left. False when the output would not take it.
bool rows_end(struct rows *rows);
void rows_free(struct rows *rows);

#endif
