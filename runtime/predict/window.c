// Points are 8 bytes: milliseconds since `base` and a float. The newest point is still open:
// samples within `resolution_ms` of its start are averaged into it. When all points are taken, what
// is older than the span goes; if that made no room, neighbours are merged and the resolution
// doubles.

#include "predict/window.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 8
#define MS_MAX 0xf0000000u // rebase before milliseconds since base overflow, 46 days

struct point {
    uint32_t ms;
    float value;
};

struct window {
    int64_t base; // microseconds
    uint64_t count;
    uint32_t resolution_ms;
    uint32_t open_ms;    // start of the newest point
    uint32_t open_count; // samples in it
    uint16_t used;
    uint16_t capacity;
    struct point *points;
};

static void rebase(struct window *window, uint32_t ms);
static void drop_older(struct window *window, uint32_t ms);
static void merge_pairs(struct window *window);

struct window *window_new(void) {
    return xcalloc(1, sizeof(struct window));
}

void window_free(struct window *window) {
    if (!window) return;
    free(window->points);
    free(window);
}

struct window *window_copy(const struct window *window) {
    struct window *copy = xmalloc(sizeof *copy);
    *copy = *window;
    copy->capacity = window->used;
    copy->points = xmalloc(sizeof *copy->points * window->used);
    if (window->used) memcpy(copy->points, window->points, sizeof *copy->points * window->used);
    return copy;
}

// Averages the sample into the open point.
static void extend(struct window *window, double value, uint32_t ms) {
    struct point *point = &window->points[window->used - 1];
    window->open_count++;
    double weight = 1.0 / window->open_count;
    point->value = (float)(point->value + (value - point->value) * weight);
    point->ms = (uint32_t)(point->ms + (double)(ms - point->ms) * weight);
}

void window_add(struct window *window, int64_t span_us, double value, int64_t at) {
    window->count++;
    if (window->used == 0) window->base = at;
    int64_t ms = (at - window->base) / 1000;
    if (ms < 0) return; // before everything held
    if (ms > MS_MAX) {
        int64_t keep_from = ms - span_us / 1000;
        rebase(window, keep_from > MS_MAX ? UINT32_MAX : (uint32_t)(keep_from > 0 ? keep_from : 0));
        if (window->used == 0) window->base = at;
        ms = (at - window->base) / 1000;
        if (ms > MS_MAX) return; // a span beyond 46 days of sparse points
    }
    uint32_t now = (uint32_t)ms;
    if (window->used && now < window->points[window->used - 1].ms) return; // late
    if (window->used && now - window->open_ms < window->resolution_ms) {
        extend(window, value, now);
        return;
    }
    if (window->used == WINDOW_POINTS) {
        int64_t oldest = ms - span_us / 1000;
        if (oldest > 0) drop_older(window, (uint32_t)oldest);
        if (window->used == WINDOW_POINTS) merge_pairs(window);
    }
    if (window->used == window->capacity) {
        window->capacity = (uint16_t)(window->capacity ? window->capacity * 2 : FIRST_CAPACITY);
        if (window->capacity > WINDOW_POINTS) window->capacity = WINDOW_POINTS;
        window->points = xrealloc(window->points, sizeof *window->points * window->capacity);
    }
    window->points[window->used++] = (struct point){now, (float)value};
    window->open_ms = now;
    window->open_count = 1;
}

uint64_t window_count(const struct window *window) {
    return window->count;
}

int window_points(const struct window *window) {
    return window->used;
}

int window_read(const struct window *window, int64_t origin, struct window_point *points) {
    for (int i = 0; i < window->used; i++) {
        int64_t at = window->base + (int64_t)window->points[i].ms * 1000;
        points[i].seconds = (double)(at - origin) * 1e-6;
        points[i].value = (double)window->points[i].value;
    }
    return window->used;
}

size_t window_bytes(const struct window *window) {
    return sizeof *window + window->capacity * sizeof *window->points;
}

void window_encode(const struct window *window, struct buffer *out) {
    buffer_u64(out, (uint64_t)window->base);
    buffer_varint(out, window->count);
    buffer_varint(out, window->resolution_ms);
    buffer_varint(out, window->open_ms);
    buffer_varint(out, window->open_count);
    buffer_varint(out, window->used);
    buffer_add(out, window->points, window->used * sizeof *window->points);
}

struct window *window_decode(struct reader *in) {
    struct window *window = window_new();
    window->base = (int64_t)read_u64(in);
    window->count = read_varint(in);
    window->resolution_ms = (uint32_t)read_varint(in);
    window->open_ms = (uint32_t)read_varint(in);
    window->open_count = (uint32_t)read_varint(in);
    uint64_t used = read_varint(in);
    size_t bytes = (size_t)used * sizeof *window->points;
    if (in->is_bad || used > WINDOW_POINTS || (size_t)(in->end - in->at) < bytes) {
        in->is_bad = 1;
        window_free(window);
        return NULL;
    }
    window->used = window->capacity = (uint16_t)used;
    window->points = xmalloc(bytes);
    if (bytes) memcpy(window->points, in->at, bytes);
    in->at += bytes;
    return window;
}

// Drops what is before `ms` and makes the oldest point left the new base.
static void rebase(struct window *window, uint32_t ms) {
    drop_older(window, ms);
    if (window->used == 0) return;
    uint32_t shift = window->points[0].ms;
    for (int i = 0; i < window->used; i++)
        window->points[i].ms -= shift;
    window->open_ms -= window->open_ms < shift ? window->open_ms : shift;
    window->base += (int64_t)shift * 1000;
}

static void drop_older(struct window *window, uint32_t ms) {
    int gone = 0;
    while (gone < window->used && window->points[gone].ms < ms)
        gone++;
    window->used = (uint16_t)(window->used - gone);
    memmove(window->points, window->points + gone, window->used * sizeof *window->points);
}

static void merge_pairs(struct window *window) {
    struct point *points = window->points;
    uint32_t span = points[window->used - 1].ms - points[0].ms;
    for (int i = 0; i < window->used / 2; i++) {
        struct point a = points[2 * i], b = points[2 * i + 1];
        points[i].ms = a.ms + (b.ms - a.ms) / 2;
        points[i].value = (a.value + b.value) / 2;
    }
    window->used /= 2;
    uint32_t doubled = window->resolution_ms * 2;
    uint32_t fitting = span / (WINDOW_POINTS / 2); // so that half of the points span what all did
    window->resolution_ms = doubled > fitting ? doubled : fitting;
}
