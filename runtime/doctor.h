// `twind --doctor`: looks whether the data folder is whole, finding by finding, and leaves.
//
// Nothing in the folder is changed. What breaks the reading itself (a tree whose pages are damaged
// makes LMDB abort) ends a process of its own, and is a finding like any other.

#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>

struct config;
struct err;
struct logger;

// Prints one line a finding on standard output, then `whole` or `N findings`. False with an empty
// sentence when there are findings, with one when it could not be looked at all.
bool doctor_run(const struct config *config, const struct logger *logger, struct err *err);

#endif
