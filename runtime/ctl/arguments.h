// A command line's options, taken out wherever they stand; what is left are the words.

#ifndef CTL_ARGUMENTS_H
#define CTL_ARGUMENTS_H

#include <stdbool.h>

struct err;

struct texts { // borrowed from argv
    const char **list;
    int count;
};

struct argument {
    const char *name;   // "--model", or "-o"
    const char **value; // takes one (`--model pump`, `--model=pump`); NULL: it is a claim
    bool *is_given;     // NULL when only the value matters
    struct texts *each; // takes a value each time it is there; instead of `value`
};

// Removes the options named in `arguments` from `argv` and leaves the others with the words, in
// order.
// `--` ends options and stays. False when a value is missing.
bool arguments_take(const struct argument *arguments, int count, int *argc, char **argv,
                    struct err *err);

// After the last arguments_take: what still looks like an option is unknown, and so is a word too
// many; removes `--`. False with a sentence that says which.
bool arguments_end(int *argc, char **argv, int words_min, int words_max, struct err *err);

#endif
