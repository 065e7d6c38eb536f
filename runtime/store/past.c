// The chain is walked back from a revision after the one wanted, the pieces kept as bytes, then
// applied forward from the full state, the same way as recovery does.

#include "store/past.h"

#include "base/err.h"
#include "base/memory.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/scan.h"
#include "twin/change.h"
#include "twin/revision.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <stdio.h>

#define SEARCHED_MAX 20000 // batches, where damage broke a chain

struct past_piece { // a revision's bytes
    const uint8_t *bytes;
    size_t length;
    int64_t base;
    int64_t received;
    uint64_t rev;
    struct past_piece *next; // the one after it
};

struct walk {
    struct past *past;
    struct log *log;
    uint32_t number;
    struct scan scan;
    uint64_t damaged, damaged_to; // revs that a read failed by, 0 = by something else or not at all
    struct err *err;
};

static bool open_walk(struct walk *walk, struct past *past, struct log *log, uint32_t number,
                      struct err *err);
static bool find(struct walk *walk, uint64_t from, uint64_t rev);
static bool find_page(struct walk *walk, uint64_t from, uint64_t rev, int64_t since, int limit);
static bool read_back(struct walk *walk, uint64_t from, uint64_t until, uint64_t after,
                      struct past_piece **first);
static bool read_all_back(struct walk *walk, uint64_t from, uint64_t until, uint64_t after);
static bool end_at_damage(struct walk *walk, struct past_piece *page, uint64_t rev);
static bool search_back(struct walk *walk, uint64_t before, uint64_t after, uint64_t *found);
static bool step_over(struct scan *scan, struct err *err);
static bool check_behind(struct scan *scan, uint64_t rev, struct err *err);
static bool read_piece(struct walk *walk, uint64_t rev, struct past_piece *piece,
                       struct revision *revision);
static bool decode_state(struct walk *walk, const uint8_t *bytes, size_t length);
static void stand_in(struct world *world, uint32_t number, const struct model *model);
static bool on_layout(void *context, struct model *owned);
static const struct model *find_layout(void *context, uint64_t layout);

bool past_open(struct past *past, struct log *log, uint32_t number, uint64_t newest, uint64_t rev,
               struct err *err) {
    struct walk walk;
    struct past_piece piece;
    struct revision revision;
    bool is_found = open_walk(&walk, past, log, number, err) && find(&walk, newest, rev);
    if (is_found && !past->twin)
        is_found =
            err_set(err, ERR_NOT_FOUND, "it was not there at rev %llu", (unsigned long long)rev);
    bool is_read = is_found && read_piece(&walk, past->twin->rev, &piece, &revision);
    if (is_read) past->received = revision.received;
    // A full state has a checksum of its own and holds when its batch does not.
    is_found = is_read || (is_found && walk.damaged != 0);
    scan_close(&walk.scan);
    return is_found;
}

bool past_open_page(struct past *past, struct log *log, uint32_t number, uint64_t newest,
                    uint64_t rev, int64_t since, int limit, struct err *err) {
    struct walk walk;
    bool is_found =
        open_walk(&walk, past, log, number, err) && find_page(&walk, newest, rev, since, limit);
    scan_close(&walk.scan);
    return is_found;
}

const struct revision *past_step(struct past *past, struct revision *revision) {
    const struct past_piece *piece = past->next;
    if (!piece) return NULL;
    struct reader in = {.at = piece->bytes, .end = piece->bytes + piece->length};
    past->next = piece->next;
    region_reset(&past->scratch);
    revision_decode(&in, piece->base, piece->rev, &past->scratch, revision); // it was, once
    return revision;
}

void past_apply(struct past *past, const struct revision *revision) {
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        if (change->kind == CHANGE_LINK) stand_in(past->world, change->other, past->twin->model);
        change_apply(past->world, &past->twin, change, revision->rev);
    }
    if (!past->twin) return; // retired
    past->twin->rev = revision->rev;
    past->twin->version = revision->version;
}

void past_close(struct past *past) {
    if (past->world) world_free(past->world);
    region_fini(&past->region);
    region_fini(&past->scratch);
    *past = (struct past){0};
}

bool past_rev_at(struct log *log, int64_t at, uint64_t *rev, struct err *err) {
    struct scan scan;
    uint64_t low = log_first_rev(log), high = log_durable(log);
    *rev = 0;
    scan_open(&scan, log_journal(log));
    bool is_good = true;
    while (is_good && low != 0 && low <= high) { // halves until one batch is left
        uint64_t middle = low + (high - low) / 2;
        is_good = scan_at(&scan, middle, err) || step_over(&scan, err);
        if (!is_good || !scan.is_found) break;
        if (scan.batch.first_rev > high || scan.batch.base > at) {
            high = (scan.batch.first_rev < middle ? scan.batch.first_rev : middle) - 1;
            continue;
        }
        uint64_t message;
        int64_t received;
        for (uint32_t i = 0; i < scan.batch.count; i++) {
            if (!revision_skim(&scan.batch.revisions, scan.batch.base, &message, &received)) break;
            if (received > at) break;
            *rev = scan.batch.first_rev + i;
        }
        low = scan.batch.first_rev + scan.batch.count;
    }
    is_good = is_good && check_behind(&scan, *rev, err);
    scan_close(&scan);
    return is_good && (*rev != 0 || err_set(err, ERR_NOT_FOUND, "the log begins after that time"));
}

static bool step_over(struct scan *scan, struct err *err) {
    while (scan->is_damaged)
        if (scan_next(scan, err)) return true;
    return false;
}

// When what comes behind `rev` is damaged, nobody knows whether the time was there.
static bool check_behind(struct scan *scan, uint64_t rev, struct err *err) {
    struct err damage;
    if (rev == 0 || scan_at(scan, rev + 1, &damage) || !scan->is_damaged) return true;
    return err_set(err, ERR_INTERNAL,
                   "revs %llu to %llu of the log are damaged, and that time may be theirs: ask for "
                   "rev %llu, which is the last before them",
                   (unsigned long long)scan->key, (unsigned long long)scan->damaged_to,
                   (unsigned long long)rev);
}

static bool open_walk(struct walk *walk, struct past *past, struct log *log, uint32_t number,
                      struct err *err) {
    *past = (struct past){.world = world_new()};
    *walk = (struct walk){.past = past, .log = log, .number = number, .err = err};
    scan_open(&walk->scan, log_journal(log));
    return log_read_layouts(log, on_layout, past->world, err);
}

// The twin at `rev`, NULL when it was not there; followed back from its next full state, or `from`.
static bool find(struct walk *walk, uint64_t from, uint64_t rev) {
    struct past *past = walk->past;
    struct err missing;
    struct revision revision;
    size_t length;
    if (from != rev &&
        !history_next_state(log_journal(walk->log), walk->number, rev, &from, walk->err))
        return false;
    const uint8_t *state =
        log_find_state(walk->log, walk->number, rev, &past->region, &length, &missing);
    if (!state && missing.code != ERR_NOT_FOUND) {
        *walk->err = missing;
        return false;
    }
    if (state && !decode_state(walk, state, length)) return false;
    if (!read_all_back(walk, from, rev, past->twin ? past->twin->rev : 0)) return false;
    while (past_step(past, &revision))
        past_apply(past, &revision);
    return true;
}

static bool find_page(struct walk *walk, uint64_t from, uint64_t rev, int64_t since, int limit) {
    struct past *past = walk->past;
    struct past_piece *page = NULL;
    struct revision revision;
    uint64_t at = from;
    bool is_whole = false;
    if (from != rev &&
        !history_next_state(log_journal(walk->log), walk->number, rev, &at, walk->err))
        return false;
    while (at != 0 && limit > 0 && at >= log_first_rev(walk->log) && !is_whole) {
        struct past_piece *piece = region_alloc(&past->region, sizeof *piece);
        if (!read_piece(walk, at, piece, &revision)) {
            if (walk->damaged == 0) return false;
            if (walk->damaged <= rev) return end_at_damage(walk, page, rev);
            if (!search_back(walk, rev + 1, 0, &at)) return false; // the damage is behind the page
            continue;
        }
        is_whole = revision.received < since;
        if (is_whole) break;
        if (at <= rev) {
            piece->next = page;
            page = piece;
            limit--;
        }
        at = revision.previous;
    }
    past->before = at;
    if (at != 0 && at < log_first_rev(walk->log)) { // from the first full state on that is kept
        uint64_t state = rev;
        if (!history_next_state(log_journal(walk->log), walk->number, at, &state, walk->err))
            return false;
        while (page && page->rev <= state)
            page = page->next;
        past->before = 0;
        at = state;
    }
    past->cut_at = at == 0 || is_whole ? INT64_MIN : page ? page->received : INT64_MAX;
    if (at != 0 && page && !find(walk, at, at)) // what it was before the page is not known
        return walk->damaged != 0 && end_at_damage(walk, page, rev);
    past->next = page;
    return true;
}

// The page is what comes after the damage, from the first full state on: what the twin was before
// that is not known. The next page begins with the twin's last revision before the damage.
static bool end_at_damage(struct walk *walk, struct past_piece *page, uint64_t rev) {
    struct past *past = walk->past;
    uint64_t from = walk->damaged, to = walk->damaged_to, state = rev;
    if (past->twin) world_remove(past->world, past->twin); // too early a state
    past->twin = NULL;
    past->next = NULL;
    if (!history_next_state(log_journal(walk->log), walk->number, to, &state, walk->err))
        return false;
    while (page && page->rev <= state)
        page = page->next;
    past->unreadable_from = from;
    past->unreadable_to = state > to ? state : to;
    past->cut_at = page ? page->received : INT64_MAX;
    if (!search_back(walk, from, 0, &past->before)) return false;
    if (page && !find(walk, state, state)) return false;
    past->next = page;
    return true;
}

// The twin's newest revision in (after, before): without its chain, by looking at all revisions.
// 0 when there is none. Damaged batches are stepped over; `is_sure` becomes false then.
static bool search_batches(struct walk *walk, uint64_t before, uint64_t after, uint64_t *found,
                           bool *is_sure) {
    struct scan *scan = &walk->scan;
    struct revision revision;
    *found = 0;
    bool is_read = scan_at(scan, before - 1, walk->err);
    for (int steps = 0; *found == 0; steps++) {
        if (!is_read && !scan->is_damaged) return false;
        if (!scan->is_found && !scan->is_damaged) return true;
        if (steps == SEARCHED_MAX)
            return err_set(walk->err, ERR_INTERNAL,
                           "what the twin was before rev %llu is not found within %d batches of "
                           "the log, which is damaged there; restore a backup to have it",
                           (unsigned long long)before, SEARCHED_MAX);
        bool is_behind = scan->key >= before;
        if (scan->is_damaged && !is_behind) {
            *is_sure = false;
            walk->damaged = scan->key;
            walk->damaged_to = scan->damaged_to;
        }
        struct reader in = scan->batch.revisions; // read_piece begins at its start
        for (uint32_t i = 0; scan->is_found && !is_behind && i < scan->batch.count; i++) {
            uint64_t rev = scan->batch.first_rev + i;
            region_reset(&walk->past->scratch);
            if (!revision_decode(&in, scan->batch.base, rev, &walk->past->scratch, &revision))
                break;
            if (revision.twin == walk->number && rev < before && rev > after) *found = rev;
        }
        if (scan->key <= after) return true;
        if (*found == 0) is_read = scan_previous(scan, walk->err);
    }
    return true;
}

static bool search_back(struct walk *walk, uint64_t before, uint64_t after, uint64_t *found) {
    bool is_sure;
    return search_batches(walk, before, after, found, &is_sure);
}

// The chain from `from` back to `after`. Damage behind `until` is no matter: the twin's revision
// before it is found without the chain. Damage before `until` is what its state would need.
static bool read_all_back(struct walk *walk, uint64_t from, uint64_t until, uint64_t after) {
    struct past *past = walk->past;
    bool is_sure = true;
    if (read_back(walk, from, until, after, &past->next)) return true;
    if (walk->damaged == 0) return false;
    past->next = NULL;
    if (walk->damaged > until) {
        if (!search_batches(walk, until + 1, after, &from, &is_sure)) return false;
        walk->damaged = is_sure ? 0 : walk->damaged;
        if (is_sure && (from == 0 || read_back(walk, from, until, after, &past->next))) return true;
        if (walk->damaged == 0) return false;
    }
    return err_set(walk->err, ERR_INTERNAL,
                   "revs %llu to %llu of the log are damaged, and what the twin was at rev %llu "
                   "needs them: ask for a rev before them or far behind, or restore a backup",
                   (unsigned long long)walk->damaged, (unsigned long long)walk->damaged_to,
                   (unsigned long long)until);
}

// The twin's revisions in (after, until], the first of them first.
static bool read_back(struct walk *walk, uint64_t from, uint64_t until, uint64_t after,
                      struct past_piece **first) {
    while (from > after) {
        struct past_piece *piece = region_alloc(&walk->past->region, sizeof *piece);
        struct revision revision;
        if (!read_piece(walk, from, piece, &revision)) return false;
        if (from <= until) {
            piece->next = *first;
            *first = piece;
        }
        from = revision.previous;
    }
    return true;
}

static bool read_piece(struct walk *walk, uint64_t rev, struct past_piece *piece,
                       struct revision *revision) {
    struct past *past = walk->past;
    const struct batch_view *batch = &walk->scan.batch;
    bool is_here =
        walk->scan.is_found && rev >= batch->first_rev && rev < batch->first_rev + batch->count;
    walk->damaged = 0;
    if (!is_here && !scan_at(&walk->scan, rev, walk->err)) {
        if (walk->scan.is_damaged) walk->damaged = walk->scan.key;
        walk->damaged_to = walk->scan.damaged_to;
        return false;
    }
    if (!walk->scan.is_found || rev < batch->first_rev || rev >= batch->first_rev + batch->count)
        return err_set(
            walk->err, ERR_NOT_FOUND,
            "the log keeps rev %llu and what is before it no more: it begins at rev %llu",
            (unsigned long long)rev, (unsigned long long)log_first_rev(walk->log));
    struct reader in = batch->revisions; // from the batch's start each time: skipping is cheap
    uint64_t message;
    int64_t received;
    bool is_read = true;
    for (uint64_t at = batch->first_rev; at < rev && is_read; at++)
        is_read = revision_skim(&in, batch->base, &message, &received);
    const uint8_t *start = in.at;
    region_reset(&past->scratch);
    if (!is_read || !revision_decode(&in, batch->base, rev, &past->scratch, revision))
        return err_set(walk->err, ERR_INTERNAL, "rev %llu in the log cannot be understood",
                       (unsigned long long)rev);
    if (revision->twin != walk->number)
        return err_set(walk->err, ERR_INTERNAL,
                       "rev %llu in the log is of twin %u, not of %u whose past leads there",
                       (unsigned long long)rev, revision->twin, walk->number);
    *piece = (struct past_piece){.length = (size_t)(in.at - start),
                                 .base = batch->base,
                                 .received = revision->received,
                                 .rev = rev};
    piece->bytes = (const uint8_t *)region_copy(&past->region, start, piece->length);
    return true;
}

static bool decode_state(struct walk *walk, const uint8_t *bytes, size_t length) {
    struct world *world = walk->past->world;
    struct reader in = {.at = bytes, .end = bytes + length};
    struct twin *twin = walk->past->twin = twin_decode(&in, find_layout, world, walk->err);
    if (!twin) return false;
    world_add(world, twin);
    for (uint32_t i = 0; i < twin->link_count; i++)
        stand_in(world, twin->links[i].other, twin->model);
    return true;
}

// What a link leads to must be there to be linked; its number is all that is asked of it.
static void stand_in(struct world *world, uint32_t number, const struct model *model) {
    char id[TWIN_ID_MAX + 1];
    if (world_twin(world, number)) return;
    snprintf(id, sizeof id, "#%u", number);
    world_add(world, twin_new(number, id, model));
}

static bool on_layout(void *context, struct model *owned) {
    world_adopt_model(context, owned);
    return true;
}

static const struct model *find_layout(void *context, uint64_t layout) {
    return world_layout(context, layout);
}
