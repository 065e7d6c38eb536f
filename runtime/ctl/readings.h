// A table of readings in a file: which column is the time, which the twin, which a field of a
// model; and row after row as samples. What cannot be one is told on standard error with its line,
// counted, and left out.

#ifndef CTL_READINGS_H
#define CTL_READINGS_H

#include <stdbool.h>
#include <stdint.h>

struct csv;
struct err;
struct location;
struct model;
struct sample;
struct texts;

struct readings {
    const char *path; // borrowed
    struct csv *csv;
    int time_column, id_column; // id: -1 when all rows are of one twin
    double time_unit;           // microseconds
    const struct model *model;
    struct mapping *mappings;
    int mapping_count;      // most samples of a row
    struct location *rooms; // of values that are locations, until the next row
    long refused;
};

// `time` is COLUMN or COLUMN:UNIT, `id` a column or NULL; zeroed before. To be closed either way.
bool readings_open(struct readings *readings, const char *path, const char *time, const char *id,
                   struct err *err);
void readings_close(struct readings *readings);
// Each of `maps` is COLUMN=FIELD; other columns of a field's own name are that field.
bool readings_map(struct readings *readings, const struct model *model, const struct texts *maps,
                  struct err *err);

bool readings_next(struct readings *readings); // false at the end
// Of the present row, until the next.
const char *readings_time(const struct readings *readings);
const char *readings_id(const struct readings *readings); // NULL without a column of ids
bool readings_at(struct readings *readings, int64_t *at); // microseconds; false: it has no time
int readings_field(const struct readings *readings, int mapping); // which that mapping is of
int readings_take(struct readings *readings, int64_t at, struct sample *samples); // how many
void readings_refuse(struct readings *readings, const char *text);

#endif
