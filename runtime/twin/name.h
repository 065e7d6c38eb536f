// Names: what is a valid id or field name, globs, and "did you mean".

#ifndef TWIN_NAME_H
#define TWIN_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define TWIN_ID_MAX 64
#define FIELD_NAME_MAX 64

// `*` any run, `?` one character. For `match` and for selections.
bool glob_match(const char *glob, const char *text);

// Ids match [A-Za-z0-9._~:-]{1,64}; field names [A-Za-z][A-Za-z0-9_]{0,63}, not desired or
// commands.
bool twin_id_is_valid(const char *id, size_t length);
bool field_name_is_valid(const char *name, size_t length);

// Finds the nearest of several candidates to a word: start with {word, length}, try each, read
// `best`, which is NULL when none is within a third of the word's length (two edits for short
// words).
struct suggestion {
    const char *wanted;
    size_t length;
    const char *best;
    int distance;
};
void suggestion_try(struct suggestion *suggestion, const char *candidate);

#endif
