// The log in its order. Of each twin only its newest rev is kept, so any log fits into memory.

#include "base/err.h"
#include "base/hash.h"
#include "base/memory.h"
#include "store/acts.h"
#include "store/examine.h"
#include "store/journal.h"
#include "store/scan.h"
#include "twin/revision.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REV_SKIP (1u << 20) // after a crash, at the least (live.c): no revision is missing there
#define PROGRESS_BATCHES 256

struct span {
    uint64_t from, to;
};

struct reading {
    struct examine *examine;
    struct journal *journal;
    struct scan scan;
    struct region region;
    uint64_t *newest; // rev by twin, 0 = not seen yet
    uint32_t capacity;
    struct span *damaged; // revs that cannot be read
    int damaged_count;
    uint64_t next;   // rev that should come
    uint64_t acts;   // revisions that are one
    uint64_t states; // in directories of batches that could be read
};

static bool is_damaged_rev(const struct reading *reading, uint64_t rev) {
    for (int i = 0; i < reading->damaged_count; i++)
        if (rev >= reading->damaged[i].from && rev <= reading->damaged[i].to) return true;
    return false;
}

static uint64_t *newest_of(struct reading *reading, uint32_t twin) {
    if (twin >= reading->capacity) {
        uint32_t capacity = reading->capacity ? reading->capacity : 1024;
        while (capacity <= twin)
            capacity = capacity > UINT32_MAX / 2 ? UINT32_MAX : capacity * 2;
        reading->newest = xrealloc(reading->newest, capacity * sizeof *reading->newest);
        memset(reading->newest + reading->capacity, 0,
               (capacity - reading->capacity) * sizeof *reading->newest);
        reading->capacity = capacity;
    }
    return &reading->newest[twin];
}

static void check_chain(struct reading *reading, const struct revision *revision) {
    if (revision->twin > 1u << 28) { // far beyond what memory holds; the checksum was right
        examine_finding(reading->examine, "rev %llu: is of twin number %u, which cannot be",
                        (unsigned long long)revision->rev, revision->twin);
        return;
    }
    uint64_t *newest = newest_of(reading, revision->twin);
    bool is_before =
        revision->previous != 0 && *newest == 0 && revision->previous < reading->examine->first_rev;
    if (revision->previous != *newest && !is_before && !is_damaged_rev(reading, revision->previous))
        examine_finding(reading->examine,
                        "rev %llu of twin %u: follows rev %llu, but the log has rev %llu as the "
                        "twin's last; a revision between is missing, so its past cannot be told "
                        "from there back; restore a backup to have it",
                        (unsigned long long)revision->rev, revision->twin,
                        (unsigned long long)revision->previous, (unsigned long long)*newest);
    *newest = revision->rev;
}

static void check_act(struct reading *reading, const struct revision *revision) {
    struct act act;
    if (!act_is_one(revision)) return;
    reading->acts++;
    if (acts_find(reading->journal, revision->rev, &act) && act.twin == revision->twin &&
        act.kind == revision->kind && act.received == revision->received)
        return;
    if (journal_has(reading->journal, reading->scan.key))
        examine_finding(reading->examine,
                        "rev %llu of twin %u: the audit does not lead to it, so who did it is not "
                        "told; restore a backup to have it",
                        (unsigned long long)revision->rev, revision->twin);
}

static void check_revisions(struct reading *reading) {
    struct batch_view *batch = &reading->scan.batch;
    struct revision revision;
    for (uint32_t i = 0; i < batch->count; i++) {
        uint64_t rev = batch->first_rev + i;
        region_reset(&reading->region);
        if (!revision_decode(&batch->revisions, batch->base, rev, &reading->region, &revision)) {
            examine_finding(reading->examine,
                            "revs %llu to %llu: the checksum is right but they cannot be "
                            "understood; another program wrote them: use that one",
                            (unsigned long long)rev,
                            (unsigned long long)(batch->first_rev + batch->count - 1));
            return;
        }
        check_chain(reading, &revision);
        check_act(reading, &revision);
        reading->examine->revisions++;
    }
    if (batch->revisions.at != batch->revisions.end)
        examine_finding(reading->examine,
                        "revs %llu to %llu: %zu bytes stand behind the last of them; another "
                        "program wrote them: use that one",
                        (unsigned long long)batch->first_rev,
                        (unsigned long long)(batch->first_rev + batch->count - 1),
                        (size_t)(batch->revisions.end - batch->revisions.at));
}

static bool is_indexed(struct reading *reading, const struct batch_state *state) {
    struct state_place place = {0};
    uint8_t name[STATE_KEY_BYTES];
    MDB_txn *txn;
    MDB_val key = {sizeof name, name}, value;
    state_key(name, state->twin, state->rev);
    pthread_rwlock_rdlock(&reading->journal->lock);
    int code = mdb_txn_begin(reading->journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) {
        code = mdb_get(txn, reading->journal->databases[JOURNAL_STATES], &key, &value);
        if (code == 0 && value.mv_size == sizeof place) memcpy(&place, value.mv_data, sizeof place);
        mdb_txn_abort(txn);
    }
    pthread_rwlock_unlock(&reading->journal->lock);
    return code == 0 && place.batch == reading->scan.key && place.offset == state->offset &&
           place.length == state->length && place.crc == state->crc;
}

static void check_states(struct reading *reading) {
    const struct batch_view *batch = &reading->scan.batch;
    size_t length = reading->scan.copy.length;
    for (uint32_t i = 0; i < batch->state_count; i++) {
        struct batch_state state = batch_read_state(batch, i);
        bool is_inside = (uint64_t)state.offset + state.length <= length &&
                         state.rev >= batch->first_rev &&
                         state.rev < batch->first_rev + batch->count;
        if (!is_inside || crc32c(0, batch->bytes + state.offset, state.length) != state.crc)
            examine_finding(reading->examine,
                            "full state of twin %u at rev %llu: its checksum is wrong, so the past "
                            "near it cannot be told; restore a backup to have it",
                            state.twin, (unsigned long long)state.rev);
        else if (!is_indexed(reading, &state) && journal_has(reading->journal, reading->scan.key))
            examine_finding(reading->examine,
                            "full state of twin %u at rev %llu: the index does not lead to it, so "
                            "the past near it cannot be told; restore a backup to have it",
                            state.twin, (unsigned long long)state.rev);
        reading->states++;
        reading->examine->states++;
    }
}

static void check_begin(struct reading *reading) {
    const struct batch_view *batch = &reading->scan.batch;
    uint64_t first = batch->first_rev, next = reading->next;
    if (next == 0) reading->examine->first_rev = first;
    if (next != 0 && first < next)
        examine_finding(reading->examine,
                        "revs %llu to %llu: are in the log twice; the store is not whole; restore "
                        "a backup",
                        (unsigned long long)first, (unsigned long long)(next - 1));
    if (next != 0 && first > next && first - next < REV_SKIP &&
        journal_has(reading->journal, first))
        examine_finding(reading->examine,
                        "revs %llu to %llu: are missing, and no crash explains it; what they did "
                        "is not in the past of any twin; restore a backup to have them",
                        (unsigned long long)next, (unsigned long long)(first - 1));
}

// The damage is in this batch alone. Where it ends is where the next one begins.
static void note_damage(struct reading *reading, uint64_t key, uint64_t next, const char *what) {
    struct span span = {key, next != 0 ? next - 1 : key};
    reading->damaged =
        xrealloc(reading->damaged, sizeof span * (size_t)(reading->damaged_count + 1));
    reading->damaged[reading->damaged_count++] = span;
    if (reading->next == 0) reading->examine->first_rev = key;
    examine_finding(reading->examine,
                    "revs %llu to %llu: %s; they cannot be read, all others can; restore a backup "
                    "to have them",
                    (unsigned long long)span.from, (unsigned long long)span.to, what);
}

// Steps on; false at the end, or when the tree itself cannot be walked.
static bool step(struct reading *reading, bool is_first) {
    struct err err;
    struct scan *scan = &reading->scan;
    uint64_t damaged = 0;
    for (;;) {
        bool is_read = is_first ? scan_at(scan, 0, &err) : scan_next(scan, &err);
        is_first = false;
        bool is_at_end = is_read && !scan->is_found;
        if (damaged != 0) {
            note_damage(reading, damaged, is_at_end ? 0 : scan->key, "the checksum is wrong");
            reading->next = 0;
        }
        if (is_read) return scan->is_found;
        if (!scan->is_damaged) {
            examine_finding(reading->examine, "%s", err.text);
            return false;
        }
        damaged = scan->key;
    }
}

// Each entry of the index was found from its batch; so it has as many, but for damaged batches'.
static void check_index(struct reading *reading) {
    struct journal *journal = reading->journal;
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    uint64_t count = 0, stray = 0;
    pthread_rwlock_rdlock(&journal->lock);
    int code = mdb_txn_begin(journal->environment.env, NULL, MDB_RDONLY, &txn);
    if (code == 0) code = mdb_cursor_open(txn, journal->databases[JOURNAL_STATES], &cursor);
    while (code == 0 && (code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        struct state_place place = {0};
        if (value.mv_size == sizeof place) memcpy(&place, value.mv_data, sizeof place);
        if (place.batch != 0 && is_damaged_rev(reading, place.batch)) continue;
        if (place.batch > reading->examine->last_rev) stray++;
        count++;
    }
    if (cursor) mdb_cursor_close(cursor);
    if (txn) mdb_txn_abort(txn);
    pthread_rwlock_unlock(&journal->lock);
    if (code != MDB_NOTFOUND)
        examine_finding(reading->examine, "log/states: cannot be read (%s); restore a backup",
                        mdb_strerror(code));
    else if (count != reading->states || stray > 0)
        examine_finding(reading->examine,
                        "log/states: leads to %llu full states, and the log has %llu; restore a "
                        "backup",
                        (unsigned long long)count, (unsigned long long)reading->states);
}

static bool count_act(void *context, const struct act *act) {
    struct reading *reading = context;
    reading->acts -= !is_damaged_rev(reading, act->rev);
    return true;
}

// Each act was found from its revision; so there are as many, but for damaged batches'.
static void check_acts(struct reading *reading) {
    struct err err;
    uint64_t damaged = 0, found = reading->acts;
    if (!acts_read(reading->journal, UINT64_MAX, count_act, reading, &damaged, &err))
        examine_finding(reading->examine, "%s; restore a backup", err.text);
    else if (reading->acts != 0 && damaged == 0) // those are found by examine_trees
        examine_finding(reading->examine,
                        "log/acts: the audit leads to %llu revisions, and the log has %llu; "
                        "restore a backup",
                        (unsigned long long)(found - reading->acts), (unsigned long long)found);
}

void examine_log(struct examine *examine, struct journal *journal, bool is_quiet) {
    struct reading reading = {.examine = examine, .journal = journal};
    scan_open(&reading.scan, journal);
    for (bool is_there = step(&reading, true); is_there; is_there = step(&reading, false)) {
        const struct batch_view *batch = &reading.scan.batch;
        check_begin(&reading);
        check_states(&reading);
        check_revisions(&reading);
        reading.next = batch->first_rev + batch->count;
        examine->last_rev = reading.next - 1;
        if (++examine->batches % PROGRESS_BATCHES == 1 &&
            !examine_goes_on(examine, "log", examine->last_rev, 0))
            break;
    }
    if (!examine->is_stopped && is_quiet) {
        check_index(&reading);
        check_acts(&reading);
    }
    scan_close(&reading.scan);
    region_fini(&reading.region);
    free(reading.newest);
    free(reading.damaged);
}
