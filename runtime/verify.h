// Verification of a data folder that no twind has open: recovers it twice and compares.

#ifndef VERIFY_H
#define VERIFY_H

#include <stdbool.h>

struct config;
struct err;
struct logger;

// Recovers with checkpoints and from the log alone, prints what it found in one line on standard
// output: rev=N twins=N hash=H log_hash=H equal|differ|trimmed. False when they differ or a record
// is damaged.
bool verify_run(const struct config *config, const struct logger *logger, struct err *err);

#endif
