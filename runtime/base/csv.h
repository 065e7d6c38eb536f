// A table in a text file: `;` or `,` between cells, quotes around those that hold either.

#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stdint.h>

struct csv;
struct err;

// Opens it and reads its first line, the columns' names, which also tell the separator.
struct csv *csv_open(const char *path, struct err *err);
void csv_close(struct csv *csv);

int csv_column(const struct csv *csv, const char *name); // -1 when there is none
const char *csv_names(const struct csv *csv);            // "a, b, c", for messages

// The next row; false at the end. Cells stay valid until the next call; a short row's are "".
bool csv_next(struct csv *csv);
const char *csv_cell(const struct csv *csv, int column);
long csv_line(const struct csv *csv);    // number of that row in the file, from 1
double csv_share(const struct csv *csv); // of the file that is read, 0 to 1
void csv_rewind(struct csv *csv);

// A number, or True or False as 1 or 0. False when it is neither.
bool csv_number(const char *cell, double *value);
// Microseconds of "2020-03-09 10:14:33", "2020-03-09T10:14:33.5Z", "2020-03-09 10:14+01:00",
// "2020-03-09" (no zone is UTC), or of a number of units of so many microseconds.
bool csv_time(const char *cell, double unit, int64_t *us);

#endif
