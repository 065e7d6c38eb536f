// Two databases: `versions` has a head by hash, `files` the sources by the same hash, so that the
// list is read without them.

#include "store/versions.h"

#include "base/err.h"
#include "base/memory.h"
#include "store/record.h"
#include "store/state_file.h"
#include "store/version_acts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT 1
#define DIGITS_MIN 4

static void head_fini(struct version_head *head) {
    free(head->author);
    free(head->reason);
    free(head->why);
}

void versions_fini(struct versions *versions) {
    for (int i = 0; i < versions->count; i++)
        head_fini(&versions->heads[i]);
    free(versions->heads);
    *versions = (struct versions){0};
}

struct version_head *versions_find(const struct versions *versions, uint64_t version) {
    for (int i = 0; i < versions->count; i++)
        if (versions->heads[i].version == version) return &versions->heads[i];
    return NULL;
}

struct version_head *versions_put(struct versions *versions, const struct version_head *head) {
    struct version_head copy = *head;
    copy.author = xstrdup(head->author ? head->author : "");
    copy.reason = xstrdup(head->reason ? head->reason : "");
    copy.why = xstrdup(head->why ? head->why : "");
    struct version_head *place = versions_find(versions, head->version);
    if (place) {
        head_fini(place);
        *place = copy;
        return place;
    }
    versions->heads =
        xrealloc(versions->heads, (size_t)(versions->count + 1) * sizeof *versions->heads);
    int at = versions->count++;
    for (; at > 0 && versions->heads[at - 1].at > copy.at; at--)
        versions->heads[at] = versions->heads[at - 1];
    versions->heads[at] = copy;
    return &versions->heads[at];
}

void versions_remove(struct versions *versions, uint64_t version) {
    struct version_head *head = versions_find(versions, version);
    if (!head) return;
    head_fini(head);
    size_t behind = (size_t)(versions->heads + versions->count - head - 1);
    memmove(head, head + 1, behind * sizeof *head);
    versions->count--;
}

uint64_t versions_superfluous(const struct versions *versions,
                              bool (*is_needed)(const void *context, uint64_t version),
                              const void *context) {
    const struct version_head *now = versions_find(versions, versions->promoted);
    for (int i = 0; i < versions->count && versions->count > VERSIONS_KEPT; i++) {
        uint64_t version = versions->heads[i].version;
        bool is_kept = version == versions->promoted || (now && version == now->before);
        if (!is_kept && !is_needed(context, version)) return version;
    }
    return 0;
}

bool versions_parse(const struct versions *versions, const char *text, uint64_t *version,
                    struct err *err) {
    size_t length = strlen(text);
    int found = 0;
    *version = versions->promoted;
    if (strcmp(text, "promoted") == 0)
        return versions->promoted != 0 || err_set(err, ERR_NOT_FOUND, "no version is promoted yet");
    bool is_number = length >= DIGITS_MIN && length <= 16;
    for (size_t i = 0; i < length && is_number; i++)
        is_number = isxdigit((unsigned char)text[i]);
    if (!is_number)
        return err_set(err, ERR_INVALID,
                       "'%.40s' is no version: give the %d to 16 hexadecimal digits that "
                       "`twinctl versions` shows, or promoted",
                       text, DIGITS_MIN);
    uint64_t wanted = strtoull(text, NULL, 16);
    unsigned shift = 64 - 4 * (unsigned)length;
    for (int i = 0; i < versions->count; i++) {
        if (versions->heads[i].version >> shift != wanted) continue;
        *version = versions->heads[i].version;
        found++;
    }
    if (found == 1) return true;
    if (found > 1)
        return err_set(err, ERR_INVALID, "%d versions begin with %s: give more of its digits",
                       found, text);
    return err_set(err, ERR_NOT_FOUND, "there is no version %s; `twinctl versions` lists them",
                   text);
}

const char *version_state_name(enum version_state state) {
    static const char *const names[] = {"unknown", "stored", "promoted", "rolled_back"};
    return names[state <= VERSION_ROLLED_BACK ? state : 0];
}

// ---- on disk ----

static void encode(const struct version_head *head, struct buffer *out) {
    buffer_byte(out, FORMAT);
    buffer_byte(out, head->state);
    buffer_u64(out, (uint64_t)head->at);
    buffer_u64(out, (uint64_t)head->promoted_at);
    buffer_u64(out, head->before);
    buffer_varint(out, head->turns);
    buffer_varint(out, head->failures);
    const char *texts[] = {head->author, head->reason, head->why};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        buffer_text(out, texts[i] ? texts[i] : "", texts[i] ? strlen(texts[i]) : 0);
}

static char *read_copy(struct reader *in) {
    size_t length;
    const char *text = read_text(in, &length);
    return xstrndup(text ? text : "", in->is_bad ? 0 : length);
}

static bool decode(struct reader *in, uint64_t version, struct versions *versions) {
    struct version_head head = {.version = version};
    if (read_byte(in) != FORMAT) return false;
    head.state = read_byte(in);
    head.at = (int64_t)read_u64(in);
    head.promoted_at = (int64_t)read_u64(in);
    head.before = read_u64(in);
    head.turns = read_varint(in);
    head.failures = read_varint(in);
    head.author = read_copy(in);
    head.reason = read_copy(in);
    head.why = read_copy(in);
    if (!in->is_bad) versions_put(versions, &head);
    head_fini(&head);
    return !in->is_bad;
}

static int drop(struct state_file *file, MDB_txn *txn, uint64_t version) {
    MDB_val key = {sizeof version, &version};
    int code = mdb_del(txn, file->databases[STATE_VERSIONS], &key, NULL);
    if (code == 0 || code == MDB_NOTFOUND)
        code = mdb_del(txn, file->databases[STATE_FILES], &key, NULL);
    return code == MDB_NOTFOUND ? 0 : code;
}

// Whether the store has a version already, and what it said of it then.
static int read_before(struct state_file *file, MDB_txn *txn, uint64_t version,
                       struct version_head *was) {
    struct versions found = {0};
    struct reader payload;
    MDB_val key = {sizeof version, &version};
    int code = record_get(txn, file->databases[STATE_VERSIONS], key, &payload);
    *was = (struct version_head){0};
    *was = (struct version_head){0};
    if (code == 0 && decode(&payload, version, &found)) *was = found.heads[0];
    was->author = was->reason = was->why = NULL;
    versions_fini(&found);
    return code == MDB_NOTFOUND ? 0 : code;
}

// What the heads that are about to be written say has happened.
static int put_acts(struct state_file *file, MDB_txn *txn, const struct version_write *write) {
    int code = 0;
    for (int i = write->head_count; i-- > 0 && code == 0;) { // the one that went, then that came
        const struct version_head *head = write->heads[i];
        const char *author = write->author ? write->author : write->heads[0]->author;
        struct version_act act = {.at = write->heads[0]->promoted_at,
                                  .state = head->state,
                                  .version = head->version,
                                  .author = author ? author : "",
                                  .reason = head->reason ? head->reason : ""};
        struct version_head was;
        code = read_before(file, txn, head->version, &was);
        bool is_rolled_back = head->state == VERSION_ROLLED_BACK && was.state != head->state;
        bool is_promoted = head->state == VERSION_PROMOTED && was.promoted_at != head->promoted_at;
        bool is_stored = head->state == VERSION_STORED && was.version == 0;
        if (is_rolled_back && head->why) act.reason = head->why;
        if (is_stored) act.at = head->at;
        if (code == 0 && (is_rolled_back || is_promoted || is_stored))
            code = version_acts_put(txn, file->databases[STATE_VERSION_ACTS], &act);
    }
    return code;
}

static int put(struct state_file *file, MDB_txn *txn, const struct version_write *write) {
    int code = put_acts(file, txn, write);
    for (int i = 0; i < write->head_count && code == 0; i++) {
        uint64_t version = write->heads[i]->version;
        MDB_val key = {sizeof version, &version};
        struct buffer bytes = {0};
        encode(write->heads[i], &bytes);
        code = record_put(txn, file->databases[STATE_VERSIONS], key, bytes.bytes, bytes.length);
        buffer_fini(&bytes);
        if (code == 0 && i == 0 && write->files)
            code = record_put(txn, file->databases[STATE_FILES], key, write->files->bytes,
                              write->files->length);
    }
    if (code == 0 && write->promoted)
        code = record_put_u64(txn, file->databases[STATE_META], "promoted", write->promoted);
    if (code == 0 && write->dropped) code = drop(file, txn, write->dropped);
    return code;
}

bool versions_write(struct state_file *file, const struct version_write *write, struct err *err) {
    MDB_txn *txn;
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin(file, write->files ? write->files->length : 0, &txn);
    if (code == 0) code = state_file_end(file, txn, put(file, txn, write));
    pthread_mutex_unlock(&file->mutex);
    return code == 0 || environment_err(&file->environment, err, "writing a script version", code);
}

bool versions_read(struct state_file *file, struct versions *versions, struct err *err) {
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    *versions = (struct versions){0};
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin_reading(file, &txn);
    if (code == 0) code = mdb_cursor_open(txn, file->databases[STATE_VERSIONS], &cursor);
    while (code == 0) {
        uint64_t version;
        struct reader in;
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
        if (code != 0) break;
        memcpy(&version, key.mv_data, sizeof version);
        if (!record_check(key, value, &in) || !decode(&in, version, versions)) code = EBADMSG;
    }
    if (code == MDB_NOTFOUND)
        code = record_get_u64(txn, file->databases[STATE_META], "promoted", &versions->promoted);
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_mutex_unlock(&file->mutex);
    if (code == 0 || code == MDB_NOTFOUND) return true;
    versions_fini(versions);
    return environment_err(&file->environment, err, "reading the script versions", code);
}

bool versions_read_files(struct state_file *file, uint64_t version, struct buffer *files,
                         struct err *err) {
    MDB_txn *txn = NULL;
    MDB_val key = {sizeof version, &version};
    struct reader payload = {0};
    pthread_mutex_lock(&file->mutex);
    int code = state_file_begin_reading(file, &txn);
    if (code == 0) code = record_get(txn, file->databases[STATE_FILES], key, &payload);
    if (code == 0) buffer_add(files, payload.at, (size_t)(payload.end - payload.at));
    if (txn) mdb_txn_abort(txn);
    pthread_mutex_unlock(&file->mutex);
    if (code == MDB_NOTFOUND)
        return err_set(err, ERR_NOT_FOUND, "%s has no script version %08x", file->environment.path,
                       (unsigned)(version >> 32));
    return code == 0 || environment_err(&file->environment, err, "reading a script version", code);
}
