// A restore: a backup becomes a data folder.
//
// The folder must be empty or not there. Everything is written into DIR/restoring first and moved
// into place when the backup was read to its end, so a restore that breaks off leaves nothing that
// could be taken for a store; twind refuses to start on a folder that holds one.

#ifndef STORE_RESTORE_H
#define STORE_RESTORE_H

#include "base/backup_file.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct logger;

#define RESTORE_FOLDER "restoring"

struct restore_options {
    const char *dir;
    int fd; // of the backup; read from its present place; a file is checked whole before
    const struct logger *logger;
    // Now and then; `expected` is 0 before it is known. May be NULL.
    void (*on_progress)(void *context, const char *doing, uint64_t bytes, uint64_t expected);
    void *context;
};

bool restore_run(const struct restore_options *options, struct backup_end *end, struct err *err);

#endif
