// twinctl import --history FILE: a table of readings into a running twind, as samples.

#ifndef CTL_IMPORT_HISTORY_H
#define CTL_IMPORT_HISTORY_H

struct session;
struct texts;
struct verb;

struct import_history {
    const char *path, *time, *id, *model; // id: NULL when all rows are of one twin, "--twin"
    const char *twin;
    const struct texts *maps;
};

int import_history_run(const struct session *session, const struct verb *verb,
                       const struct import_history *wanted);

#endif
