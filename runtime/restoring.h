// `twind --restore FILE`: fills the data folder from a backup, then checks what it filled in, and
// leaves.

#ifndef RESTORING_H
#define RESTORING_H

#include <stdbool.h>

struct config;
struct err;
struct logger;

// Prints what came of it on standard output, and how far it is on standard error on a terminal.
bool restoring_run(const struct config *config, const struct logger *logger, struct err *err);

#endif
