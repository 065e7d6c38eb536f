// LMDB's own reading of a tree trusts it; so order, count and search are held against each other.

#include "store/examine.h"

#include "base/err.h"
#include "base/memory.h"
#include "store/journal.h"
#include "store/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define STEP_KEYS 2000 // in one transaction
#define NAME_BYTES 64
#define NAMES_MAX 32

void examine_finding(struct examine *examine, const char *format, ...) {
    char line[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    examine->findings++;
    examine->on_finding(examine->context, line);
}

bool examine_goes_on(struct examine *examine, const char *doing, uint64_t done, uint64_t of) {
    if (!examine->is_stopped && examine->on_progress)
        examine->is_stopped = !examine->on_progress(examine->context, doing, done, of);
    return !examine->is_stopped;
}

static bool open_environment(struct examine *examine, struct environment *environment,
                             const char *dir, const char *name, const struct logger *logger) {
    struct err err;
    struct stat stat_of;
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s/data.mdb", dir, name);
    buffer_byte(&path, 0);
    *environment = (struct environment){.directory = -1};
    bool is_there = stat((char *)path.bytes, &stat_of) == 0;
    if (!is_there)
        examine_finding(examine, "%s: is not there, so %s holds no store; restore a backup",
                        (char *)path.bytes, dir);
    bool is_open = is_there && environment_open(environment, dir, name, logger, &err);
    if (is_there && !is_open) examine_finding(examine, "%s", err.text);
    buffer_fini(&path);
    return is_open;
}

bool examine_open_journal(struct examine *examine, struct journal *journal, const char *dir,
                          const struct logger *logger) {
    struct err err;
    *journal = (struct journal){0}; // what it would say of damage is a finding
    if (!open_environment(examine, &journal->environment, dir, "log", logger)) return false;
    pthread_rwlock_init(&journal->lock, NULL);
    damage_init(&journal->damage, NULL, NULL);
    if (journal_find_databases(journal, &err)) return true;
    examine_finding(examine, "%s; restore a backup", err.text);
    journal_close(journal);
    return false;
}

bool examine_open_state(struct examine *examine, struct environment *environment, const char *dir,
                        const struct logger *logger) {
    return open_environment(examine, environment, dir, "state", logger);
}

struct tree { // one database on its way
    struct examine *examine;
    struct environment *environment;
    const char *environment_name, *name;
    MDB_dbi database;
    struct buffer last; // key
    uint64_t count, counted;
    bool is_damaged; // no further way through it
};

static void broken(struct tree *tree, const char *what) {
    tree->is_damaged = true;
    examine_finding(tree->examine,
                    "%s/%s: its tree is broken, %s after %llu entries; what lies behind cannot be "
                    "read; restore a backup",
                    tree->environment_name, tree->name, what, (unsigned long long)tree->count);
}

static void name_key(const struct tree *tree, MDB_val key, char *text, size_t size) {
    uint64_t number = 0;
    if (strcmp(tree->name, "meta") == 0) {
        snprintf(text, size, "'%.*s'", (int)(key.mv_size < 40 ? key.mv_size : 40),
                 (const char *)key.mv_data);
    } else {
        memcpy(&number, key.mv_data, key.mv_size < sizeof number ? key.mv_size : sizeof number);
        snprintf(text, size, "%llu", (unsigned long long)number);
    }
}

static void check_record(struct tree *tree, MDB_val key, MDB_val value) {
    struct examine *examine = tree->examine;
    struct reader payload;
    struct err why;
    char name[64];
    bool is_state = strcmp(tree->environment_name, "state") == 0;
    if (!is_state && journal_is_apart(tree->name)) return; // by examine_log
    name_key(tree, key, name, sizeof name);
    examine->records++;
    if (!record_check(key, value, &payload)) {
        examine_finding(examine,
                        "%s/%s %s: its checksum is wrong over %zu bytes; nothing that needs it can "
                        "be done; restore a backup",
                        tree->environment_name, tree->name, name, value.mv_size);
        return;
    }
    if (!is_state || strcmp(tree->name, "files") != 0 || !examine->is_version) return;
    uint64_t version;
    struct buffer files = {0};
    memcpy(&version, key.mv_data, sizeof version);
    buffer_add(&files, payload.at, (size_t)(payload.end - payload.at));
    if (!examine->is_version(version, &files, &why))
        examine_finding(examine,
                        "version %08x: its stored files are not those that its name stands for "
                        "(%s); deploy it once more",
                        (unsigned)(version >> 32), why.text);
    buffer_fini(&files);
}

static void check_entry(struct tree *tree, MDB_txn *txn, MDB_val key, MDB_val value) {
    MDB_val last = {tree->last.length, tree->last.bytes}, found;
    if (key.mv_size == 0 || key.mv_size > 511) {
        broken(tree, "a key has no length that it may have");
    } else if (tree->last.length > 0 && mdb_cmp(txn, tree->database, &last, &key) >= 0) {
        broken(tree, "its keys are out of order");
    } else if (mdb_get(txn, tree->database, &key, &found) != 0 || found.mv_data != value.mv_data) {
        broken(tree, "a key is not found where it stands");
    } else {
        check_record(tree, key, value);
    }
    tree->last.length = 0;
    buffer_add(&tree->last, key.mv_data, key.mv_size);
    tree->count++;
}

// The next keys under a transaction of their own. False at the end.
static bool check_some(struct tree *tree) {
    struct touched touched = {0};
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_stat stat = {0};
    MDB_val key = {tree->last.length, tree->last.bytes}, value;
    bool is_first = tree->last.length == 0;
    int code = mdb_txn_begin(tree->environment->env, NULL, MDB_RDONLY, &txn);
    if (code == 0 && is_first) code = mdb_dbi_open(txn, tree->name, 0, &tree->database);
    if (code == 0 && is_first && (code = mdb_stat(txn, tree->database, &stat)) == 0)
        tree->counted = stat.ms_entries;
    if (code == 0) code = mdb_cursor_open(txn, tree->database, &cursor);
    if (code == 0)
        code = mdb_cursor_get(cursor, &key, &value, is_first ? MDB_FIRST : MDB_SET_RANGE);
    bool is_same = !is_first && code == 0 && key.mv_size == tree->last.length &&
                   memcmp(key.mv_data, tree->last.bytes, key.mv_size) == 0;
    if (is_same) code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    for (int i = 0; code == 0 && !tree->is_damaged; i++) {
        check_entry(tree, txn, key, value);
        touched_add(&touched, tree->environment, value);
        if (i == STEP_KEYS) break;
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    if (cursor) mdb_cursor_close(cursor);
    // A handle that this transaction made is kept for the next ones only when it commits.
    if (txn && is_first) mdb_txn_commit(txn);
    if (txn && !is_first) mdb_txn_abort(txn);
    touched_let_go(&touched, tree->environment, 0);
    if (code != 0 && code != MDB_NOTFOUND && !tree->is_damaged) broken(tree, mdb_strerror(code));
    return code == 0 && !tree->is_damaged;
}

static void check_tree(struct examine *examine, struct environment *environment,
                       const char *environment_name, const char *name, pthread_rwlock_t *opening) {
    struct tree tree = {.examine = examine,
                        .environment = environment,
                        .environment_name = environment_name,
                        .name = name};
    char doing[NAME_BYTES + 16];
    snprintf(doing, sizeof doing, "%.8s/%.63s", environment_name, name);
    bool is_going = true;
    while (is_going && examine_goes_on(examine, doing, tree.count, tree.counted)) {
        if (opening) pthread_rwlock_rdlock(opening);
        is_going = environment->env && check_some(&tree);
        if (opening) pthread_rwlock_unlock(opening);
    }
    // Beside a running twind entries come and go; an order that holds and searches that find are
    // enough then.
    if (!tree.is_damaged && !examine->is_stopped && !opening && tree.count != tree.counted)
        examine_finding(examine,
                        "%s: holds %llu entries and counts %llu: its tree is broken; restore a "
                        "backup",
                        doing, (unsigned long long)tree.count, (unsigned long long)tree.counted);
    buffer_fini(&tree.last);
}

static int list_names(struct environment *environment, char names[NAMES_MAX][NAME_BYTES],
                      int *count) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_dbi main_database;
    MDB_val key;
    int code = mdb_txn_begin(environment->env, NULL, MDB_RDONLY, &txn);
    if (code == 0) code = mdb_dbi_open(txn, NULL, 0, &main_database);
    if (code == 0) code = mdb_cursor_open(txn, main_database, &cursor);
    while (code == 0 && *count < NAMES_MAX) {
        code = mdb_cursor_get(cursor, &key, NULL, MDB_NEXT);
        if (code != 0 || key.mv_size >= NAME_BYTES) continue;
        memcpy(names[*count], key.mv_data, key.mv_size);
        names[(*count)++][key.mv_size] = 0;
    }
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    return code == MDB_NOTFOUND ? 0 : code;
}

void examine_trees(struct examine *examine, struct environment *environment, const char *name,
                   pthread_rwlock_t *opening) {
    char names[NAMES_MAX][NAME_BYTES];
    int count = 0;
    if (opening) pthread_rwlock_rdlock(opening);
    int code = environment->env ? list_names(environment, names, &count) : 0;
    if (opening) pthread_rwlock_unlock(opening);
    if (code != 0)
        examine_finding(examine, "%s: its list of databases cannot be read (%s); restore a backup",
                        name, mdb_strerror(code));
    for (int i = 0; i < count; i++)
        check_tree(examine, environment, name, names[i], opening);
}
