// The versions of the scripts that the store keeps: the files of each, who stored it, when and why,
// and what became of it.
//
// A version is known by its content hash. One is promoted: the one that serves, and that twind
// starts on. The list is small and is read whole; the files are read one version at a time.

#ifndef STORE_VERSIONS_H
#define STORE_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;
struct err;
struct state_file;

#define VERSIONS_KEPT 100

enum version_state { // numbers are on disk
    VERSION_STORED = 1,
    VERSION_PROMOTED = 2,
    VERSION_ROLLED_BACK = 3,
};

struct version_head {
    uint64_t version;
    uint8_t state;       // enum version_state
    int64_t at;          // stored, microseconds UTC
    int64_t promoted_at; // the last time, 0 = never
    uint64_t before;     // what was promoted before it: where a rollback goes; 0 = nothing
    uint64_t turns;      // with a handler, while it was promoted
    uint64_t failures;   // of those
    char *author;
    char *reason;
    char *why; // it was rolled back, or its first failure; "" when nothing
};

struct versions {
    struct version_head *heads; // in order of their being stored
    int count;
    uint64_t promoted; // 0 = none yet
};

void versions_fini(struct versions *versions);
struct version_head *versions_find(const struct versions *versions, uint64_t version);
// Puts a copy in, or over the one that is there.
struct version_head *versions_put(struct versions *versions, const struct version_head *head);
void versions_remove(struct versions *versions, uint64_t version);
// The oldest that may go when there are more than VERSIONS_KEPT: it is not promoted, nothing rolls
// back to it, and `is_needed` says no. 0 = none.
uint64_t versions_superfluous(const struct versions *versions,
                              bool (*is_needed)(const void *context, uint64_t version),
                              const void *context);
// The version that 4 to 16 hexadecimal digits begin, or that "promoted" is. Errors say what is
// near.
bool versions_parse(const struct versions *versions, const char *text, uint64_t *version,
                    struct err *err);
const char *version_state_name(enum version_state state); // "stored", "promoted", "rolled_back"

// ---- on disk; any thread ----

struct version_write { // one transaction
    const struct version_head *heads[2];
    int head_count;
    const struct buffer *files; // of heads[0], NULL = they are there
    uint64_t promoted;          // 0 = leave
    uint64_t dropped;           // 0 = none
    const char *author;         // who asked for it; NULL = heads[0]'s
};
bool versions_write(struct state_file *file, const struct version_write *write, struct err *err);
bool versions_read(struct state_file *file, struct versions *versions, struct err *err);
// ERR_NOT_FOUND when it is not stored.
bool versions_read_files(struct state_file *file, uint64_t version, struct buffer *files,
                         struct err *err);

#endif
