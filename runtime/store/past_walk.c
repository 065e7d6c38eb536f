// Batches are copied one at a time; a twin's pieces of them are kept until the past is closed.

#include "store/past_walk.h"

#include "base/err.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/past.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/revision.h"
#include "twin/twin_codec.h"
#include "twin/world.h"

#include <stdio.h>
#include <string.h>

#define SEARCHED_MAX 20000 // batches, where damage broke a chain

static bool read_back(struct walk *walk, uint64_t from, uint64_t until, uint64_t after,
                      struct past_piece **first);
static bool read_all_back(struct walk *walk, uint64_t from, uint64_t until, uint64_t after);
static bool decode_state(struct walk *walk, const uint8_t *bytes, size_t length);
static bool on_layout(void *context, struct model *owned);
static const struct model *find_layout(void *context, uint64_t layout);

bool walk_open(struct walk *walk, struct past *past, struct log *log, uint32_t number,
               struct err *err) {
    *past = (struct past){.world = world_new(), .layout = past->layout};
    *walk = (struct walk){.past = past, .log = log, .number = number, .err = err};
    scan_open(&walk->scan, log_journal(log));
    return log_read_layouts(log, on_layout, past->world, err);
}

bool walk_find(struct walk *walk, uint64_t from, uint64_t rev) {
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

void walk_forget(struct walk *walk) {
    struct past *past = walk->past;
    if (past->twin) world_remove(past->world, past->twin);
    past->twin = NULL;
    past->next = NULL;
}

// Whether the log has one layout of this model's name alone.
static bool is_only_one(const struct world *world, const struct model *model) {
    int count = 0;
    for (const struct model *other = world->models; other; other = other->next)
        count += strcmp(other->name, model->name) == 0;
    return count == 1;
}

const struct model *walk_layout(struct walk *walk, uint64_t state, uint64_t before) {
    struct past *past = walk->past;
    uint64_t rev = state != 0 ? state : before;
    struct err *err = walk->err, ignored;
    walk->err = &ignored; // what cannot be found is not told
    const struct model *model = NULL;
    if (rev != 0 && walk_find(walk, rev, rev) && past->twin) model = past->twin->model;
    if (rev == 0) model = world_layout(past->world, past->layout); // it began in the damage
    if (model && !is_only_one(past->world, model)) model = NULL;
    walk_forget(walk);
    walk->err = err;
    return model;
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
        struct reader in = scan->batch.revisions; // walk_read begins at its start
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

bool walk_search(struct walk *walk, uint64_t before, uint64_t after, uint64_t *found) {
    bool is_sure;
    return search_batches(walk, before, after, found, &is_sure);
}

bool walk_newest(struct walk *walk, uint64_t rev, uint64_t *newest) {
    bool is_sure = true;
    if (!search_batches(walk, rev + 1, 0, newest, &is_sure)) return false;
    return is_sure ||
           err_set(walk->err, ERR_INTERNAL, "revs %llu to %llu of the log are damaged",
                   (unsigned long long)walk->damaged, (unsigned long long)walk->damaged_to);
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
        if (!walk_read(walk, from, piece, &revision)) return false;
        if (from <= until) {
            piece->next = *first;
            *first = piece;
        }
        from = revision.previous;
    }
    return true;
}

bool walk_read(struct walk *walk, uint64_t rev, struct past_piece *piece,
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
        past_stand_in(world, twin->links[i].other, twin->model);
    return true;
}

// What a link leads to must be there to be linked; its number is all that is asked of it.
void past_stand_in(struct world *world, uint32_t number, const struct model *model) {
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
