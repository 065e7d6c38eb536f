#include "store/line.h"

#include "base/err.h"
#include "base/memory.h"
#include "store/state_file.h"

#include <stdlib.h>

struct line *line_new(uint32_t twin, uint8_t kind, const char *name) {
    struct line *line = xcalloc(1, sizeof *line);
    *line = (struct line){.twin = twin, .kind = kind, .name = name};
    return line;
}

static void drop_late(struct line *line) {
    if (line->late) stretch_fini(&line->late->stretch);
    free(line->late);
    line->late = NULL;
}

void line_free(struct line *line) {
    if (!line) return;
    line_rest(line);
    free(line);
}

void line_rest(struct line *line) {
    stretch_fini(&line->newest);
    drop_late(line);
    line->is_begun = false;
}

size_t line_bytes(const struct line *line) {
    return stretch_bytes(&line->newest) + (line->late ? stretch_bytes(&line->late->stretch) : 0);
}

static struct series_key key_of(const struct line *line) {
    struct series_key key;
    series_key(&key, line->twin, line->kind, line->name);
    return key;
}

static void put(const struct line *line, struct stretch *stretch, struct series_write *write) {
    struct buffer payload = {0};
    if (!stretch->is_dirty) return;
    struct series_key key = key_of(line);
    if (stretch->count == 0) { // all that it had was taken out
        series_write_drop(write, &key, stretch->key_at);
        stretch->is_dirty = false;
        return;
    }
    stretch_encode(stretch, &payload);
    series_write_put(write, &key, stretch->key_at, payload.bytes, payload.length);
    buffer_fini(&payload);
    stretch->is_dirty = false;
}

void line_write(struct line *line, struct series_write *write) {
    put(line, &line->newest, write);
    if (line->late) put(line, &line->late->stretch, write);
}

// The stretch that `at` belongs to; an empty one when there is none, or it cannot be read.
static void fetch(const struct line *line, struct state_file *file, int64_t at,
                  struct stretch *stretch, int64_t *until) {
    struct buffer payload = {0};
    struct series_found found;
    struct series_key key = key_of(line);
    bool is_found = series_find(file, &key, at, &found, &payload);
    *until = found.next_at;
    if (!is_found || found.is_damaged || !stretch_decode(payload.bytes, payload.length, stretch))
        *stretch = (struct stretch){0};
    // What takes a damaged one's place has a key of its own, so that nothing is written over.
    stretch->key_at = is_found ? found.key_at + (stretch->count == 0) : INT64_MIN;
    buffer_fini(&payload);
}

static void begin(struct line *line, struct state_file *file) {
    int64_t until;
    fetch(line, file, INT64_MAX, &line->newest, &until);
    line->newest_had = line->newest.through;
    line->is_begun = true;
}

// The one that serves now goes to the file; the next sample begins another.
static void renew(struct line *line, struct series_write *write, int64_t at, enum value_type type) {
    int64_t key_at =
        line->newest.count > 0 && at <= line->newest.key_at ? line->newest.key_at + 1 : at;
    put(line, &line->newest, write);
    stretch_fini(&line->newest);
    line->newest = (struct stretch){.key_at = key_at, .type = type};
    line->newest_had = 0;
}

// Both halves are gathered at once: one replaces what the file has of both. The first stretch of a
// series may have samples from before its key, as late ones come; then it gets another.
static void split(const struct line *line, struct series_write *write, struct stretch *stretch,
                  struct stretch *later) {
    int64_t key_at = stretch->key_at;
    stretch_split(stretch, later);
    if (stretch->samples[0].at < key_at) {
        struct series_key key = key_of(line);
        series_write_drop(write, &key, key_at);
        stretch->key_at = stretch->samples[0].at;
    }
    if (later->key_at <= stretch->key_at) later->key_at = stretch->key_at + 1;
    put(line, stretch, write);
    put(line, later, write);
}

static void split_newest(struct line *line, struct series_write *write) {
    struct stretch later;
    split(line, write, &line->newest, &later);
    stretch_fini(&line->newest);
    line->newest = later;
}

// What comes from then on is not late: the newest sample's own time is.
static int64_t end_of(const struct line *line) {
    const struct stretch *newest = &line->newest;
    return newest->count > 0 ? newest->samples[newest->count - 1].at - 1 : INT64_MIN;
}

// `line_end`: times up to there are late.
static void add(struct stretch *stretch, int64_t line_end, uint64_t had, uint64_t rev, int64_t at,
                struct value value, enum quality quality) {
    if (rev <= had) return;         // it was read before a crash
    if (value.type == VALUE_NONE) { // a gap: nothing is known any more
        value = stretch->count > 0 ? stretch_value(stretch, stretch->count - 1) : value_number(0);
        quality = QUALITY_STALE;
    }
    // What is late and there already was sent once more: a recorded past that is imported again.
    bool is_late = quality != QUALITY_STALE && stretch->count > 0 && at <= line_end;
    if (!is_late || !stretch_has(stretch, at, value)) stretch_add(stretch, at, value, quality);
    if (rev > stretch->through) stretch->through = rev;
}

// The late stretch becomes the one that `at` belongs to. False when that is the newest.
static bool fetch_late(struct line *line, struct state_file *file, struct series_write *write,
                       int64_t at) {
    struct err err;
    if (line->late) put(line, &line->late->stretch, write);
    series_commit(file, write, &err); // what is looked for next may be among it
    drop_late(line);
    line->late = xcalloc(1, sizeof *line->late);
    fetch(line, file, at, &line->late->stretch, &line->late->until);
    line->late->had = line->late->stretch.through;
    // Before the very first one: there is none to put it into but the newest.
    bool is_newest =
        line->late->stretch.count == 0 || line->late->stretch.key_at == line->newest.key_at;
    if (is_newest) drop_late(line);
    return !is_newest;
}

// Whether a stretch before the newest one has `at`: that is the late one then.
static bool find_late(struct line *line, struct state_file *file, struct series_write *write,
                      int64_t at) {
    bool is_here = line->late && at >= line->late->stretch.key_at && at < line->late->until;
    return is_here || fetch_late(line, file, write, at);
}

// The late stretch is full: the half that `at` belongs to stays.
static void split_late(struct line *line, struct series_write *write, int64_t at) {
    struct late *late = line->late;
    struct stretch later;
    split(line, write, &late->stretch, &later);
    if (at < later.key_at) {
        late->until = later.key_at;
        stretch_fini(&later);
    } else {
        stretch_fini(&late->stretch);
        late->stretch = later;
    }
}

static void add_late(struct line *line, struct state_file *file, struct series_write *write,
                     uint64_t rev, int64_t at, struct value value, enum quality quality) {
    if (!find_late(line, file, write, at)) {
        add(&line->newest, INT64_MAX, line->newest_had, rev, at, value, quality);
        return;
    }
    struct late *late = line->late;
    if (value.type != VALUE_NONE && value.type != late->stretch.type)
        return; // of another time's type
    if (late->stretch.count == CHUNK_SAMPLES) split_late(line, write, at);
    add(&late->stretch, INT64_MAX, late->had, rev, at, value, quality);
}

void line_add(struct line *line, struct state_file *file, struct series_write *write, uint64_t rev,
              int64_t at, struct value value, enum quality quality) {
    if (!line->is_begun) begin(line, file);
    struct stretch *newest = &line->newest;
    enum value_type type = value.type == VALUE_NONE ? newest->type : value.type;
    if (newest->count == 0 && type == VALUE_NONE) return; // nothing was known before either
    if (newest->count > 0 && at < newest->key_at) {
        add_late(line, file, write, rev, at, value, quality);
        if (newest->count >= CHUNK_SAMPLES) split_newest(line, write);
        return;
    }
    if (newest->count == 0) {
        if (newest->key_at < at) newest->key_at = at;
        newest->type = type;
    } else if (type != newest->type) {
        renew(line, write, at, type);
    } else if (newest->count == CHUNK_SAMPLES) {
        if (rev <= line->newest_had) return;
        if (at >= newest->samples[newest->count - 1].at)
            renew(line, write, at, type);
        else
            split_newest(line, write);
    }
    add(newest, end_of(line), line->newest_had, rev, at, value, quality);
}

static struct stretch *stretch_at(struct line *line, struct state_file *file,
                                  struct series_write *write, int64_t at) {
    if (!line->is_begun) begin(line, file);
    bool is_newest = line->newest.count == 0 || at >= line->newest.key_at;
    return is_newest || !find_late(line, file, write, at) ? &line->newest : &line->late->stretch;
}

// The halves of a full stretch are full no more, so of the two the right one is found again.
static struct stretch *make_room(struct line *line, struct state_file *file,
                                 struct series_write *write, int64_t at) {
    struct stretch *stretch = stretch_at(line, file, write, at);
    if (stretch->count < CHUNK_SAMPLES) return stretch;
    if (stretch != &line->newest) {
        split_late(line, write, at);
        return &line->late->stretch;
    }
    split_newest(line, write);
    return stretch_at(line, file, write, at);
}

void line_amend(struct line *line, struct state_file *file, struct series_write *write,
                uint64_t rev, int64_t at, struct value was, struct value value,
                enum quality quality) {
    struct stretch *stretch = stretch_at(line, file, write, at);
    if (was.type != VALUE_NONE) stretch_remove(stretch, at, was);
    if (value.type != VALUE_NONE && !stretch_has(stretch, at, value)) {
        stretch = make_room(line, file, write, at);
        if (stretch->count == 0) *stretch = (struct stretch){.key_at = at, .type = value.type};
        if (value.type == stretch->type) stretch_add(stretch, at, value, quality);
    }
    if (rev > stretch->through) stretch->through = rev;
    if (stretch->count > 0) return;
    struct err err; // it is all in `write` then, and is tried again
    line_write(line, write);
    series_commit(file, write, &err); // the one before it serves now
    line_rest(line);
}
