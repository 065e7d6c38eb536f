// Stretches are copied while the archivist is held, and decoded afterwards. Of numbers, one that
// lies whole in a point's stretch of time is not decoded: its head says all.

#include "push/column.h"

#include "base/err.h"
#include "store/archivist.h"
#include "store/stretch.h"

#include <math.h>
#include <string.h>

struct piece {
    struct piece *next;
    int64_t key_at;
    struct chunk_head head;
    bool has_head;       // of numbers
    bool is_number;      // or boolean, which has a head too
    struct stretch open; // decoded already: the region's; count 0 = it is bytes
    const uint8_t *bytes;
    size_t length;
};

struct gather {
    const struct archive_query *query;
    struct region *region;
    struct piece *first, **last;
    uint64_t count; // samples, of pieces with a head
    bool is_number; // every piece is
    int64_t unreadable_from;
};

static void copy_open(struct gather *gather, struct piece *piece, const struct stretch *open) {
    piece->open = *open;
    size_t bytes = open->count * sizeof *open->samples;
    piece->open.samples =
        (struct chunk_sample *)(void *)region_copy(gather->region, open->samples, bytes);
    if (!open->values) return;
    piece->open.values = region_alloc(gather->region, open->count * sizeof *open->values);
    for (uint32_t i = 0; i < open->count; i++) {
        struct value value = open->values[i];
        if (value_has_bytes(value.type))
            value.text = region_copy(gather->region, value.text, value.length);
        piece->open.values[i] = value;
    }
}

static void on_part(void *context, const struct archive_part *part) {
    struct gather *gather = context;
    struct chunk_head head;
    bool has_head = part->bytes && stretch_head(part->bytes, part->length, &head);
    if (!part->open && !has_head &&
        !(part->bytes && stretch_is_of_texts(part->bytes, part->length))) {
        if (part->key_at < gather->unreadable_from) gather->unreadable_from = part->key_at;
        return;
    }
    struct piece *piece = region_alloc(gather->region, sizeof *piece);
    *piece = (struct piece){.key_at = part->key_at};
    if (part->open) {
        copy_open(gather, piece, part->open);
        piece->is_number = part->open->type == VALUE_NUMBER;
        gather->count += part->open->count;
    } else {
        piece->has_head = has_head;
        if (has_head) piece->head = head;
        piece->is_number = piece->has_head && stretch_type(part->bytes) == VALUE_NUMBER;
        piece->bytes = (const uint8_t *)region_copy(gather->region, part->bytes, part->length);
        piece->length = part->length;
        gather->count += piece->has_head ? piece->head.count : CHUNK_SAMPLES;
    }
    gather->is_number &= piece->is_number;
    *gather->last = piece;
    gather->last = &piece->next;
}

static bool is_in(const struct gather *gather, int64_t at) {
    return at >= gather->query->from && at <= gather->query->to;
}

// `stretch` has the piece decoded; its own when it was in memory. False when it is damaged.
static bool open_piece(struct gather *gather, const struct piece *piece, struct stretch *decoded,
                       const struct stretch **stretch) {
    *stretch = &piece->open;
    if (piece->open.count > 0) return true;
    *stretch = decoded;
    if (stretch_decode(piece->bytes, piece->length, decoded)) return true;
    if (piece->key_at < gather->unreadable_from) gather->unreadable_from = piece->key_at;
    return false;
}

// ---- single samples

static void take_samples(struct gather *gather, const struct stretch *stretch,
                         struct column *column) {
    for (uint32_t i = 0; i < stretch->count; i++) {
        const struct chunk_sample *sample = &stretch->samples[i];
        if (!is_in(gather, sample->at)) continue;
        struct point *point = &column->points[column->count++];
        *point = (struct point){.at = sample->at, .quality = sample->quality};
        if (sample->quality == QUALITY_STALE) continue;
        point->value = stretch_value(stretch, i);
        if (value_has_bytes(point->value.type))
            point->value.text = region_copy(gather->region, point->value.text, point->value.length);
    }
}

static void read_samples(struct gather *gather, struct column *column) {
    column->points = region_alloc(gather->region, (gather->count + 1) * sizeof *column->points);
    for (const struct piece *piece = gather->first; piece; piece = piece->next) {
        struct stretch decoded = {0};
        const struct stretch *stretch;
        if (open_piece(gather, piece, &decoded, &stretch)) take_samples(gather, stretch, column);
        stretch_fini(&decoded);
    }
}

// The last of each stretch of time.
static void thin(struct column *column, int most) {
    if (column->count <= most) return;
    int64_t start = column->points[0].at;
    int64_t width = (column->points[column->count - 1].at - start) / most + 1;
    int count = 0;
    for (int i = 0; i < column->count; i++) {
        bool is_last = i + 1 == column->count || (column->points[i + 1].at - start) / width !=
                                                     (column->points[i].at - start) / width;
        if (!is_last) continue;
        struct point *point = &column->points[count++];
        *point = column->points[i];
        point->min = INFINITY, point->max = -INFINITY;
    }
    column->count = count;
    column->is_reduced = true;
}

// ---- numbers, reduced

struct bucket {  // that is being filled
    int64_t end; // of its time, excluded
    uint64_t count;
    bool has_gap;
    double sum, min, max, last;
    int64_t last_at;
    uint8_t worst;
};

struct reduction {
    struct gather *gather;
    struct column *column;
    enum aggregate aggregate;
    int64_t start, width;
    struct bucket bucket;
};

static double figure(const struct bucket *bucket, enum aggregate aggregate) {
    switch (aggregate) {
    case AGG_NONE:
    case AGG_MEAN:
        return bucket->sum / (double)bucket->count;
    case AGG_MIN:
        return bucket->min;
    case AGG_MAX:
        return bucket->max;
    case AGG_LAST:
        return bucket->last;
    case AGG_COUNT:
        return (double)bucket->count;
    }
    return 0;
}

static void close_bucket(struct reduction *reduction) {
    const struct bucket *bucket = &reduction->bucket;
    struct column *column = reduction->column;
    if (bucket->count == 0 && !bucket->has_gap) return;
    struct point *point = &column->points[column->count++];
    *point = (struct point){
        .at = bucket->last_at, .quality = QUALITY_STALE, .min = INFINITY, .max = -INFINITY};
    if (bucket->count == 0) return;
    point->value = value_number(figure(bucket, reduction->aggregate));
    point->quality = bucket->worst;
    point->min = bucket->min;
    point->max = bucket->max;
}

// The bucket that `at` is in becomes the one that is filled.
static void move_to(struct reduction *reduction, int64_t at) {
    if (at < reduction->bucket.end) return;
    close_bucket(reduction);
    int64_t index = (at - reduction->start) / reduction->width;
    reduction->bucket = (struct bucket){.end = reduction->start + (index + 1) * reduction->width,
                                        .min = INFINITY,
                                        .max = -INFINITY};
}

static void add_head(struct bucket *bucket, const struct chunk_head *head) {
    bucket->count += head->count - head->gaps;
    bucket->has_gap |= head->gaps > 0;
    bucket->sum += head->sum;
    bucket->min = fmin(bucket->min, head->min);
    bucket->max = fmax(bucket->max, head->max);
    bucket->last = head->last;
    bucket->last_at = head->last_at;
    if (head->worst > bucket->worst) bucket->worst = head->worst;
}

static void add_samples(struct reduction *reduction, const struct stretch *stretch) {
    for (uint32_t i = 0; i < stretch->count; i++) {
        const struct chunk_sample *sample = &stretch->samples[i];
        if (!is_in(reduction->gather, sample->at)) continue;
        move_to(reduction, sample->at);
        struct bucket *bucket = &reduction->bucket;
        bucket->last_at = sample->at;
        if (sample->quality == QUALITY_STALE) {
            bucket->has_gap = true;
            continue;
        }
        bucket->count++;
        bucket->sum += sample->value;
        if (sample->value < bucket->min) bucket->min = sample->value;
        if (sample->value > bucket->max) bucket->max = sample->value;
        bucket->last = sample->value;
        if (sample->quality > bucket->worst) bucket->worst = sample->quality;
    }
}

static bool is_in_one_bucket(const struct reduction *reduction, const struct piece *piece) {
    const struct chunk_head *head = &piece->head;
    if (!piece->has_head || head->count == head->gaps) return false;
    if (!is_in(reduction->gather, head->first_at) || !is_in(reduction->gather, head->last_at))
        return false;
    return (head->first_at - reduction->start) / reduction->width ==
           (head->last_at - reduction->start) / reduction->width;
}

// Of what is in the span; false when nothing is.
static bool find_ends(const struct gather *gather, int64_t *first, int64_t *last) {
    *first = INT64_MAX, *last = INT64_MIN;
    for (const struct piece *piece = gather->first; piece; piece = piece->next) {
        int64_t begin = piece->has_head ? piece->head.first_at : piece->open.samples[0].at;
        int64_t end =
            piece->has_head ? piece->head.last_at : piece->open.samples[piece->open.count - 1].at;
        if (begin < *first) *first = begin;
        if (end > *last) *last = end;
    }
    if (*first < gather->query->from) *first = gather->query->from;
    if (*last > gather->query->to) *last = gather->query->to;
    return *first <= *last;
}

static void read_reduced(struct gather *gather, struct column *column, int most,
                         enum aggregate aggregate) {
    struct reduction reduction = {.gather = gather, .column = column, .aggregate = aggregate};
    int64_t first, last;
    column->points = region_alloc(gather->region, ((size_t)most + 2) * sizeof *column->points);
    column->is_reduced = true;
    if (!find_ends(gather, &first, &last)) return;
    if (aggregate != AGG_NONE && gather->query->from != INT64_MIN) first = gather->query->from;
    if (aggregate != AGG_NONE && gather->query->to != INT64_MAX) last = gather->query->to;
    reduction.start = first;
    reduction.width = (last - first) / most + 1;
    reduction.bucket.end = INT64_MIN;
    for (const struct piece *piece = gather->first; piece; piece = piece->next) {
        struct stretch decoded = {0};
        const struct stretch *stretch;
        if (is_in_one_bucket(&reduction, piece)) {
            move_to(&reduction, piece->head.first_at);
            add_head(&reduction.bucket, &piece->head);
            continue;
        }
        if (open_piece(gather, piece, &decoded, &stretch)) add_samples(&reduction, stretch);
        stretch_fini(&decoded);
    }
    close_bucket(&reduction);
}

// Of the pieces at the ends only some samples lie in the span.
static void count_span(struct gather *gather) {
    for (struct piece *piece = gather->first; piece; piece = piece->next) {
        struct stretch decoded = {0};
        const struct stretch *stretch;
        bool is_whole = piece->has_head && is_in(gather, piece->head.first_at) &&
                        is_in(gather, piece->head.last_at);
        if (is_whole || !open_piece(gather, piece, &decoded, &stretch)) continue;
        for (uint32_t i = 0; i < stretch->count; i++)
            gather->count -= !is_in(gather, stretch->samples[i].at);
        stretch_fini(&decoded);
    }
}

bool column_read(struct column *column, struct archivist *archivist,
                 const struct archive_query *query, int most, enum aggregate aggregate,
                 struct region *region, struct err *err) {
    struct gather gather = {.query = query,
                            .region = region,
                            .last = &gather.first,
                            .is_number = true,
                            .unreadable_from = INT64_MAX};
    *column = (struct column){.unreadable_from = INT64_MAX};
    if (!archivist_read(archivist, query, on_part, &gather, err)) return false;
    uint64_t room = gather.count;
    if (gather.is_number) count_span(&gather);
    bool is_many = gather.count > (uint64_t)most || aggregate != AGG_NONE;
    gather.count = room;
    if (is_many && gather.is_number) {
        read_reduced(&gather, column, most, aggregate);
    } else {
        read_samples(&gather, column);
        thin(column, most);
    }
    column->unreadable_from = gather.unreadable_from;
    return true;
}
