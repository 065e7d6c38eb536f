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

struct piece { // a revision's bytes
    const uint8_t *bytes;
    size_t length;
    int64_t base;
    uint64_t rev;
    struct piece *next; // the one after it
};

struct walk {
    struct past *past;
    struct log *log;
    struct scan scan;
    struct region region; // pieces and the full state
    struct region scratch;
    struct err *err;
};

static bool find(struct walk *walk, uint32_t number, uint64_t newest, uint64_t rev);
static bool read_back(struct walk *walk, uint32_t number, uint64_t from, uint64_t until,
                      uint64_t after, struct piece **first);
static bool read_piece(struct walk *walk, uint64_t rev, struct piece *piece,
                       struct revision *revision);
static bool decode_state(struct walk *walk, const uint8_t *bytes, size_t length,
                         struct twin **twin);
static bool apply(struct walk *walk, const struct piece *piece, struct twin **twin);
static void stand_in(struct world *world, const struct twin *twin, uint32_t number);
static bool on_layout(void *context, struct model *owned);
static const struct model *find_layout(void *context, uint64_t layout);

bool past_open(struct past *past, struct log *log, uint32_t number, uint64_t newest, uint64_t rev,
               struct err *err) {
    *past = (struct past){.world = world_new()};
    struct walk walk = {.past = past, .log = log, .err = err};
    scan_open(&walk.scan, log_journal(log));
    bool is_found =
        log_read_layouts(log, on_layout, past->world, err) && find(&walk, number, newest, rev);
    scan_close(&walk.scan);
    region_fini(&walk.scratch);
    region_fini(&walk.region);
    return is_found;
}

void past_close(struct past *past) {
    if (past->world) world_free(past->world);
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
        is_good = scan_at(&scan, middle, err);
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
    scan_close(&scan);
    return is_good && (*rev != 0 || err_set(err, ERR_NOT_FOUND, "the log begins after that time"));
}

static bool find(struct walk *walk, uint32_t number, uint64_t newest, uint64_t rev) {
    struct twin *twin = NULL;
    struct piece *piece = NULL;
    size_t length;
    uint64_t from = newest;
    struct err missing;
    if (!history_next_state(log_journal(walk->log), number, rev, &from, walk->err)) return false;
    const uint8_t *state = log_find_state(walk->log, number, rev, &walk->region, &length, &missing);
    if (!state && missing.code != ERR_NOT_FOUND) {
        *walk->err = missing;
        return false;
    }
    if (state && !decode_state(walk, state, length, &twin)) return false;
    if (!read_back(walk, number, from, rev, twin ? twin->rev : 0, &piece)) return false;
    for (; piece; piece = piece->next)
        if (!apply(walk, piece, &twin)) return false;
    if (!twin)
        return err_set(walk->err, ERR_NOT_FOUND, "it was not there at rev %llu",
                       (unsigned long long)rev);
    walk->past->twin = twin;
    struct piece newest_piece;
    struct revision revision;
    if (!read_piece(walk, twin->rev, &newest_piece, &revision)) return false;
    walk->past->received = revision.received;
    return true;
}

// The twin's revisions in (after, until], the first of them first.
static bool read_back(struct walk *walk, uint32_t number, uint64_t from, uint64_t until,
                      uint64_t after, struct piece **first) {
    while (from > after) {
        struct piece *piece = region_alloc(&walk->region, sizeof *piece);
        struct revision revision;
        if (!read_piece(walk, from, piece, &revision)) return false;
        if (revision.twin != number)
            return err_set(walk->err, ERR_INTERNAL,
                           "rev %llu in the log is of twin %u, not of %u whose past leads there",
                           (unsigned long long)from, revision.twin, number);
        if (from <= until) {
            piece->next = *first;
            *first = piece;
        }
        from = revision.previous;
    }
    return true;
}

static bool read_piece(struct walk *walk, uint64_t rev, struct piece *piece,
                       struct revision *revision) {
    const struct batch_view *batch = &walk->scan.batch;
    bool is_here =
        walk->scan.is_found && rev >= batch->first_rev && rev < batch->first_rev + batch->count;
    if (!is_here && !scan_at(&walk->scan, rev, walk->err)) return false;
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
    region_reset(&walk->scratch);
    if (!is_read || !revision_decode(&in, batch->base, rev, &walk->scratch, revision))
        return err_set(walk->err, ERR_INTERNAL, "rev %llu in the log cannot be understood",
                       (unsigned long long)rev);
    *piece = (struct piece){.length = (size_t)(in.at - start), .base = batch->base, .rev = rev};
    piece->bytes = (const uint8_t *)region_copy(&walk->region, start, piece->length);
    return true;
}

static bool decode_state(struct walk *walk, const uint8_t *bytes, size_t length,
                         struct twin **twin) {
    struct reader in = {.at = bytes, .end = bytes + length};
    *twin = twin_decode(&in, find_layout, walk->past->world, walk->err);
    if (!*twin) return false;
    for (uint32_t i = 0; i < (*twin)->link_count; i++)
        stand_in(walk->past->world, *twin, (*twin)->links[i].other);
    world_add(walk->past->world, *twin);
    return true;
}

static bool apply(struct walk *walk, const struct piece *piece, struct twin **twin) {
    struct reader in = {.at = piece->bytes, .end = piece->bytes + piece->length};
    struct revision revision;
    region_reset(&walk->scratch);
    revision_decode(&in, piece->base, piece->rev, &walk->scratch, &revision);
    for (int i = 0; i < revision.change_count; i++) {
        const struct change *change = &revision.changes[i];
        if (change->kind == CHANGE_LINK) stand_in(walk->past->world, *twin, change->other);
        change_apply(walk->past->world, twin, change, revision.rev);
    }
    if (!*twin) return true; // retired
    (*twin)->rev = revision.rev;
    (*twin)->version = revision.version;
    return true;
}

// What a link leads to must be there to be linked; its number is all that is asked of it.
static void stand_in(struct world *world, const struct twin *twin, uint32_t number) {
    char id[TWIN_ID_MAX + 1];
    if (number == twin->number || world_twin(world, number)) return;
    snprintf(id, sizeof id, "#%u", number);
    world_add(world, twin_new(number, id, twin->model));
}

static bool on_layout(void *context, struct model *owned) {
    world_adopt_model(context, owned);
    return true;
}

static const struct model *find_layout(void *context, uint64_t layout) {
    return world_layout(context, layout);
}
