// What is learned from: rows of tables run through a model, and what its behaviour made of them.

#ifndef CTL_LESSONS_H
#define CTL_LESSONS_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct learned;
struct script_files;
struct texts;

struct lessons { // where the rows are
    const char *model;
    const char *const *paths;
    int path_count;
    const char *time, *id;
    const struct texts *maps;
};

// The rows themselves: the fields of a profile, settings then values, NAN where a cell is missing.
// The caller frees them. NULL with what is wrong.
double *lessons_values(const struct lessons *lessons, const struct script_files *files,
                       const struct learned *learned, size_t *count, struct err *err);

// Runs the rows through the turn and writes what the behaviour passed to twin:learned(name) into a
// matrix (train/matrix.h) of `inputs` features, `learned->faults` more times with injected faults.
// False with what is wrong.
bool lessons_matrix(const struct lessons *lessons, const struct script_files *files,
                    const struct learned *learned, const char *out, int *inputs, struct err *err);

#endif
