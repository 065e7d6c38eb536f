// What all verbs share: where twind is, how to write, and how to end.

#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include "ctl/rows.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

struct err;
struct region;

struct session {
    const char *url;         // "http://127.0.0.1:8080"
    enum rows_format format; // asked for, else a table on a terminal and NDJSON when piped
    bool has_format;         // it was asked for
    bool has_color;
};

enum { EXIT_GOOD, EXIT_FAILED, EXIT_USAGE, EXIT_REFUSED };

// What a verb is in the table of main.c. `run` gets the words behind the verb.
struct verb {
    const char *name;
    const char *words;   // "ID[.FIELD]"
    const char *summary; // one line
    const char *options; // one a line, "" when it has none
    bool is_of_versions; // and not of twins: what a name is looked up in
    int (*run)(const struct session *session, int argc, char **argv);
};

struct rows *session_rows(const struct session *session, bool is_stream,
                          const struct column *columns, int count);
// Ends the output: EXIT_GOOD, or EXIT_FAILED when it could not be written (a full disk).
int session_end(struct rows *rows);
// The same for what was written without rows.
int session_written(bool is_good);

// Each writes the sentence and the next thing to try on standard error, and gives the code to exit
// with.
int session_failed(const struct err *err, const char *next, ...)
    __attribute__((format(printf, 2, 3)));
int session_misused(const struct verb *verb, const struct err *err);
// What client_ask failed with. A write that twind would not do is EXIT_REFUSED.
int session_unanswered(const struct verb *verb, bool is_write, const struct err *err);

// A JSON value as people write it; "" for null and what is not there. Lives in `region`.
const char *cell_of(struct region *region, const cJSON *value);
// What people write as JSON: 1200, true, null and "a text"; anything else is a text as it stands.
cJSON *session_value(const char *text);
// A member of a member: cell_of(r, member(twin, "telemetry", "temperature")). NULL when there is
// none.
const cJSON *member(const cJSON *object, const char *first, const char *second);

#endif
