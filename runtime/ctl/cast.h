// A folder's models and scripts, loaded to be run here, without a twind: what the worlds of
// `twinctl test` and `backtest` are made of.

#ifndef CTL_CAST_H
#define CTL_CAST_H

#include "base/logger.h"
#include "fork/rehearsal.h"

#include <stdbool.h>

struct buffer;
struct err;
struct metrics;
struct script_files;

struct cast {
    struct logger logger;
    struct metrics *metrics;
    struct script *script;   // that the engine runs
    struct script *onlooker; // the same files once more, for tests; NULL when it was not asked for
    struct buffer *models;   // encoded, as many as the script has
};

// False with file and line of what is wrong; the cast is to be ended all the same.
bool cast_load(struct cast *cast, const struct script_files *files, enum log_level level,
               bool has_onlooker, struct err *err);
void cast_fini(struct cast *cast);
struct rehearsal_cast cast_of(const struct cast *cast);

#endif
