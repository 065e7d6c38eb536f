// A file of twins, NDJSON or CSV, in slices that one request takes.

#ifndef CTL_IMPORT_FILE_H
#define CTL_IMPORT_FILE_H

#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>

struct err;

struct import_file {
    struct buffer text;
    bool is_table;
    char separator;
    size_t names_length; // of a table's first line, which goes with every slice
    size_t at;           // the next slice
    int line;            // of `at`, from 1
};

// All of it; "-" is standard input.
bool import_file_read(struct import_file *file, const char *path, struct err *err);
void import_file_fini(struct import_file *file);

void import_file_rewind(struct import_file *file);
// The next slice in `body`, NUL behind it; what is to be added to its line numbers for the file's
// in `offset`. False at the end.
bool import_file_slice(struct import_file *file, struct buffer *body, int *offset);

#endif
