// The difference of two texts, line by line, as `diff -u` writes it.

#ifndef CTL_LINES_H
#define CTL_LINES_H

#include <stdbool.h>

struct buffer;

// Appends the unified difference with three lines around each change; nothing when they are equal.
// NULL is a file that is not there.
void lines_diff(const char *old_name, const char *old, const char *new_name, const char *new,
                struct buffer *out);

#endif
