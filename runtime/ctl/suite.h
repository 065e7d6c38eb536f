// The tests of a folder of models and scripts, loaded to be run here, without a twind.
//
// Each test has a world of its own that begins empty, the engine that serves in production, and a
// clock that the test moves.

#ifndef CTL_SUITE_H
#define CTL_SUITE_H

#include <stdbool.h>
#include <stdio.h>

struct buffer;
struct err;
struct script_files;
struct suite;

// The *_test.lua of DIR/models and DIR/scripts, for `files`, which are borrowed and may be another
// state of the folder than is on disk by now. `is_verbose`: what scripts log, on standard error.
// NULL with file and line.
struct suite *suite_new(const char *folder, const struct script_files *files, bool is_verbose,
                        struct err *err);
void suite_free(struct suite *suite);

int suite_count(const struct suite *suite);
const char *suite_file(const struct suite *suite, int index);
const char *suite_name(const struct suite *suite, int index);

// Tries every model with the first input of its life (ctl/first_input.h); needs no test.
bool suite_try_first_inputs(struct suite *suite, struct err *err);

// False with what did not hold. What the test printed is added to `notes`.
bool suite_run(struct suite *suite, int index, struct buffer *notes, struct err *err);

// The lines of TAP for a test that was run, as number `number`. `err` is read when it failed.
void suite_write(const struct suite *suite, int index, int number, bool is_good,
                 const struct buffer *notes, const struct err *err, FILE *out);

#endif
