// The chain is walked back from a revision after the one wanted, the pieces kept as bytes, then
// applied forward from the full state, the same way as recovery does.

#include "store/past.h"

#include "base/err.h"
#include "base/memory.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/past_walk.h"
#include "store/scan.h"
#include "twin/change.h"
#include "twin/revision.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <stdio.h>

#define SEARCHED_MAX 20000 // batches, where damage broke a chain

static bool find_page(struct walk *walk, uint64_t from, uint64_t rev, int64_t since, int limit);
static bool end_at_damage(struct walk *walk, struct past_piece *page, uint64_t rev, uint64_t next,
                          bool is_list);
static bool step_over(struct scan *scan, struct err *err);
static bool check_behind(struct scan *scan, uint64_t rev, struct err *err);

bool past_open(struct past *past, struct log *log, uint32_t number, uint64_t newest, uint64_t rev,
               struct err *err) {
    struct walk walk;
    struct past_piece piece;
    struct revision revision;
    bool is_found = walk_open(&walk, past, log, number, err) &&
                    (newest != 0 || walk_newest(&walk, rev, &newest)) &&
                    walk_find(&walk, newest, rev);
    if (is_found && !past->twin)
        is_found =
            err_set(err, ERR_NOT_FOUND, "it was not there at rev %llu", (unsigned long long)rev);
    bool is_read = is_found && walk_read(&walk, past->twin->rev, &piece, &revision);
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
        walk_open(&walk, past, log, number, err) && find_page(&walk, newest, rev, since, limit);
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
    if (!past->twin && past->model) return; // what it was is not known
    for (int i = 0; i < revision->change_count; i++) {
        const struct change *change = &revision->changes[i];
        if (change->kind == CHANGE_LINK)
            past_stand_in(past->world, change->other, past->twin->model);
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

// The page is what comes after the damage. What the twin was before it is known from its first full
// state on: that is a page of its own, and the next one goes on from there. What lies between is
// told without what was before, where it is sure how the twin was laid out; else it is missing too.
// `next` is the twin's revision before a page that was full, 0 when it came to the damage.
static bool end_at_damage(struct walk *walk, struct past_piece *page, uint64_t rev, uint64_t next,
                          bool is_list) {
    struct past *past = walk->past;
    uint64_t from = walk->damaged, to = walk->damaged_to, state = 0;
    struct past_piece *behind = page;
    walk_forget(walk);
    if (!history_next_state(log_journal(walk->log), walk->number, to, &state, walk->err))
        return false;
    while (behind && (state == 0 || behind->rev <= state))
        behind = behind->next;
    if (behind) {
        past->before = state;
        past->cut_at = behind->received;
        if (!walk_find(walk, state, state)) return false;
        past->next = behind;
        return true;
    }
    uint64_t before;
    if (!walk_search(walk, from, 0, &before)) return false;
    past->model = is_list ? walk_layout(walk, state, before) : NULL;
    past->before = before;
    past->unreadable_from = from;
    past->unreadable_to = to;
    if (!past->model) {
        past->unreadable_to = rev > to ? rev : to;
        page = NULL;
    } else if (next != 0) { // the page was full before it came to the damage
        past->before = next;
        past->unreadable_from = past->unreadable_to = 0;
    }
    past->cut_at = page ? page->received : INT64_MAX;
    past->next = page;
    return true;
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
        if (!walk_read(walk, at, piece, &revision)) {
            if (walk->damaged == 0) return false;
            if (walk->damaged <= rev) return end_at_damage(walk, page, rev, 0, since == INT64_MIN);
            if (!walk_search(walk, rev + 1, 0, &at)) return false; // the damage is behind the page
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
    if (at != 0 && page && !walk_find(walk, at, at)) // what it was before the page is not known
        return walk->damaged != 0 && end_at_damage(walk, page, rev, at, since == INT64_MIN);
    past->next = page;
    return true;
}
