// The desk: how HTTP reaches whoever keeps the versions of the scripts, as door is how it reaches
// the turn.
//
// What may take long (loading, the disk) is done elsewhere; the order is answered later, on the
// loop's thread.

#ifndef PUSH_DESK_H
#define PUSH_DESK_H

#include "push/later.h"
#include "script/script_files.h"

#include <stdbool.h>

struct buffer;
struct err;

enum order_kind {
    ORDER_DEPLOY,   // `files`: store, and promote unless is_dry or is_stored_only
    ORDER_CHECK,    // `version`: does it load
    ORDER_PROMOTE,  // `version`
    ORDER_ROLLBACK, // to what was promoted before
    ORDER_FILES,    // `version`: its sources
};

struct order {
    struct later later; // first; its answer is JSON
    const struct desk *desk;
    enum order_kind kind;
    char version[41]; // digits or "promoted", as it was asked for
    char *author;
    char *reason;
    struct script_files files;
    int canary;          // promote: on so many of 100 twins; 0 = on all
    bool is_dry;         // say what would happen
    bool is_stored_only; // do not promote
};

struct desk {
    void *context;
    void (*list)(void *context, struct buffer *json); // {"promoted":, "versions": [...]}
    void (*take)(void *context, struct order *owned); // frees it after later.on_done
};

// What is told to every WebSocket session, {"op":"version", ...}, and to each new one while it
// stands: a version that was promoted or rolled back, or files that were refused.
struct version_news {
    uint64_t version;                  // that serves
    const char *state;                 // "promoted", "rolled_back", "refused"
    const char *author, *reason, *why; // "" when there is none
    const char *file, *text;           // refused: where, and the line's text; "" when unknown
    int line, column;                  // from 1, 0 = unknown
    int64_t at;
};

#endif
