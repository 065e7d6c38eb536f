// Tables as text (RFC 4180, and `;` for commas): records of cells, quotes around a cell that holds
// a separator, a quote (doubled) or a line break.

#ifndef BASE_CELLS_H
#define BASE_CELLS_H

#include "base/memory.h"

#include <stddef.h>

struct cells { // of one record; all zero is none
    char **list;
    int count, capacity;
    struct region region; // of the cells' texts
};

// `;` when the first line has one outside quotes, else `,`.
char cells_separator(const char *at, const char *end);

// Where the record that begins at `at` ends: behind its line break, or `end`.
const char *cells_record_end(const char *at, const char *end, char separator);

// Splits a record; the cells are copies and last until the next split. One that is not quoted loses
// the blanks around it. An empty record has no cells.
void cells_split(struct cells *cells, const char *record, const char *end, char separator);
void cells_fini(struct cells *cells);

#endif
