// Indexes of fields are those of the model that the twin had at each revision, so they are found
// anew when that changes.

#include "push/series.h"

#include "base/json.h"
#include "base/memory.h"
#include "predict/window.h"
#include "push/twin_json.h"
#include "store/past.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct point {
    int64_t at;
    struct value value; // text and location live in the region
    double min, max;    // of what was reduced to it
    uint8_t quality;
    bool is_merged; // from a window, which keeps seven digits
};

struct column {
    const char *name; // the region's
    const char *unit;
    enum field_kind kind;
    struct point *points;
    int count, capacity;
    int window_count; // the first so many are from the window
    bool is_late;     // some came out of order
    bool is_reduced;
};

struct series {
    char *id;
    struct series_span span;
    struct region region;
    struct column *columns;
    int count;
    const struct model *model; // that `places` is of
    int *places;               // the column of a field, NONE
};

static bool has_series(const struct field *field) {
    return field->kind == FIELD_TELEMETRY || field->kind == FIELD_REPORTED ||
           field->kind == FIELD_DERIVED;
}

static bool is_named(const char *names, const char *name) {
    size_t length = strlen(name);
    for (const char *at = names; *at; at += *at == ',') {
        size_t word = strcspn(at, ",");
        if (word == length && strncmp(at, name, length) == 0) return true;
        at += word;
    }
    return false;
}

static struct point *add_point(const struct series *series, struct column *column, int64_t at) {
    if (at < series->span.from || at > series->span.to) return NULL;
    if (column->count == column->capacity) {
        column->capacity = column->capacity ? column->capacity * 2 : 64;
        column->points =
            xrealloc(column->points, (size_t)column->capacity * sizeof *column->points);
    }
    struct point *point = &column->points[column->count++];
    *point = (struct point){.at = at};
    return point;
}

static void read_window(const struct series *series, const struct window *window,
                        struct column *column) {
    struct window_point points[WINDOW_POINTS];
    int count = window_read(window, 0, points);
    for (int i = 0; i < count; i++) {
        struct point *point = add_point(series, column, llround(points[i].seconds * 1e6));
        if (!point) continue;
        point->value = value_number(points[i].value);
        point->is_merged = true;
    }
    column->window_count = column->count;
}

struct series *series_new(const struct twin *twin, const char *names,
                          const struct series_span *span) {
    struct series *series = xcalloc(1, sizeof *series);
    const struct model *model = twin->model;
    series->id = xstrdup(twin->id);
    series->span = *span;
    series->columns = xcalloc((size_t)model->field_count + 1, sizeof *series->columns);
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (!has_series(field) || (names && !is_named(names, field->name))) continue;
        struct column *column = &series->columns[series->count++];
        column->name = region_copy(&series->region, field->name, strlen(field->name));
        column->unit = region_copy(&series->region, field->unit, strlen(field->unit));
        column->kind = field->kind;
        const struct window *window = field->window == NONE ? NULL : twin->windows[field->window];
        if (window) read_window(series, window, column);
    }
    return series;
}

void series_free(struct series *series) {
    for (int i = 0; i < series->count; i++)
        free(series->columns[i].points);
    free(series->columns);
    free(series->places);
    free(series->id);
    region_fini(&series->region);
    free(series);
}

static void use_model(struct series *series, const struct model *model) {
    series->model = model;
    series->places = xrealloc(series->places, ((size_t)model->field_count + 1) * sizeof(int));
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        series->places[i] = NONE;
        for (int j = 0; j < series->count; j++)
            if (series->columns[j].kind == field->kind &&
                strcmp(series->columns[j].name, field->name) == 0)
                series->places[i] = j;
    }
}

static struct value keep(struct series *series, struct value value) {
    if (value.type == VALUE_TEXT)
        value.text = region_copy(&series->region, value.text, value.length);
    else if (value.type == VALUE_LOCATION)
        value.location = (void *)region_copy(&series->region, value.location, value.length);
    return value;
}

static void collect_change(struct series *series, const struct change *change) {
    int place = series->places[change->index];
    struct column *column = place == NONE ? NULL : &series->columns[place];
    struct point *point = column ? add_point(series, column, change->at) : NULL;
    if (!point) return;
    point->value = keep(series, change->value);
    point->quality = change->kind == CHANGE_SAMPLE ? change->quality : QUALITY_GOOD;
    if (column->count - column->window_count > 1) column->is_late |= point->at < point[-1].at;
}

void series_collect(struct series *series, struct past *page) {
    struct revision revision;
    while (past_step(page, &revision)) {
        if (page->twin && page->twin->model != series->model) use_model(series, page->twin->model);
        for (int i = 0; i < revision.change_count; i++) {
            const struct change *change = &revision.changes[i];
            if (change->kind == CHANGE_CREATE || change->kind == CHANGE_LAYOUT)
                use_model(series, world_layout(page->world, change->layout));
            if (change->kind == CHANGE_SAMPLE || change->kind == CHANGE_SET)
                collect_change(series, change);
        }
        past_apply(page, &revision);
    }
}

static int by_time(const void *a, const void *b) {
    const struct point *one = a, *other = b;
    return one->at < other->at ? -1 : one->at > other->at;
}

// Of the window only what is older than all that was read.
static void join(struct column *column, int64_t read_from) {
    int kept = 0, read = column->count - column->window_count;
    struct point *first = column->points + column->window_count;
    if (column->is_late) qsort(first, (size_t)read, sizeof *first, by_time);
    while (kept < column->window_count && column->points[kept].at < read_from &&
           (read == 0 || column->points[kept].at < first->at))
        kept++;
    if (read > 0) memmove(column->points + kept, first, (size_t)read * sizeof *first);
    column->count = kept + read;
}

// One point of those from `from` up to `to`.
static struct point reduce_stretch(const struct point *points, int from, int to) {
    struct point last = points[to - 1];
    double sum = 0;
    int count = 0;
    last.min = INFINITY, last.max = -INFINITY;
    for (int i = from; i < to; i++) {
        if (points[i].quality > last.quality) last.quality = points[i].quality;
        if (points[i].value.type != VALUE_NUMBER) continue;
        sum += points[i].value.number;
        last.min = fmin(last.min, points[i].value.number);
        last.max = fmax(last.max, points[i].value.number);
        count++;
    }
    if (count > 0) last.value = value_number(sum / count);
    return last;
}

// Stretches of equal time, of which those without a sample leave no point: a gap stays a gap.
static void reduce(struct column *column, int most) {
    if (column->count <= most) return;
    int64_t start = column->points[0].at;
    int64_t width = (column->points[column->count - 1].at - start) / most + 1;
    int count = 0, from = 0;
    for (int i = 1; i <= column->count; i++) {
        if (i < column->count &&
            (column->points[i].at - start) / width == (column->points[from].at - start) / width)
            continue;
        column->points[count++] = reduce_stretch(column->points, from, i);
        from = i;
    }
    column->count = count;
    column->is_reduced = true;
}

static void write_point(const struct point *point, struct buffer *out) {
    char text[JSON_NUMBER_SIZE];
    if (point->is_merged && point->value.type == VALUE_NUMBER) {
        snprintf(text, sizeof text, "%.7g", point->value.number);
        json_raw(out, text);
    } else {
        value_json_write(point->value, out);
    }
}

static void write_bounds(const struct column *column, bool is_max, struct buffer *out) {
    json_key(out, is_max ? "max" : "min");
    json_open(out, '[');
    for (int i = 0; i < column->count; i++)
        json_number(out, is_max ? column->points[i].max : column->points[i].min);
    json_close(out, ']');
}

static void write_column(const struct column *column, struct buffer *out) {
    json_key(out, column->name);
    json_open(out, '{');
    json_key(out, "unit");
    json_string(out, column->unit);
    json_key(out, "time");
    json_open(out, '[');
    for (int i = 0; i < column->count; i++)
        json_seconds(out, column->points[i].at);
    json_close(out, ']');
    json_key(out, "value");
    json_open(out, '[');
    for (int i = 0; i < column->count; i++)
        write_point(&column->points[i], out);
    json_close(out, ']');
    json_key(out, "quality");
    json_open(out, '[');
    for (int i = 0; i < column->count; i++)
        json_string(out, quality_name(column->points[i].quality));
    json_close(out, ']');
    if (column->is_reduced) write_bounds(column, false, out), write_bounds(column, true, out);
    json_close(out, '}');
}

static void finish(struct series *series, int64_t read_from) {
    for (int i = 0; i < series->count; i++) {
        join(&series->columns[i], read_from);
        reduce(&series->columns[i], series->span.points);
    }
}

void series_write(struct series *series, int64_t read_from, struct buffer *out) {
    finish(series, read_from);
    json_open(out, '{');
    json_key(out, "twin");
    json_string(out, series->id);
    if (read_from > series->span.from && read_from != INT64_MAX) {
        json_key(out, "read_from");
        json_seconds(out, read_from);
    }
    json_key(out, "fields");
    json_open(out, '{');
    for (int i = 0; i < series->count; i++)
        write_column(&series->columns[i], out);
    json_close(out, '}');
    json_close(out, '}');
}

// ---- CSV (RFC 4180)

static void write_quoted(const char *text, size_t length, struct buffer *out) {
    buffer_byte(out, '"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') buffer_byte(out, '"');
        buffer_byte(out, (uint8_t)text[i]);
    }
    buffer_byte(out, '"');
}

static void write_cell(const struct point *point, struct buffer *out) {
    struct buffer json = {0};
    if (point->value.type == VALUE_TEXT) {
        write_quoted(point->value.text, point->value.length, out);
    } else if (point->value.type == VALUE_LOCATION) {
        write_point(point, &json);
        write_quoted((const char *)json.bytes, json.length, out);
    } else if (point->value.type != VALUE_NONE) {
        write_point(point, &json);
        buffer_add(out, json.bytes, json.length);
    }
    buffer_fini(&json);
}

static void write_line(const struct column *column, const struct point *point, struct buffer *out) {
    struct buffer time = {0};
    json_time(&time, point->at);
    buffer_add(out, time.bytes + 1, time.length - 2); // without its quotes
    buffer_fini(&time);
    buffer_printf(out, ",%s,", column->name);
    write_cell(point, out);
    buffer_printf(out, ",%s,%s,", column->unit, quality_name(point->quality));
    if (column->is_reduced && isfinite(point->min))
        buffer_printf(out, "%.10g,%.10g", point->min, point->max);
    else
        buffer_byte(out, ',');
    buffer_add(out, "\r\n", 2);
}

void series_write_csv(struct series *series, int64_t read_from, struct buffer *out) {
    static const char head[] = "time,field,value,unit,quality,min,max\r\n";
    finish(series, read_from);
    buffer_add(out, head, strlen(head));
    for (int i = 0; i < series->count; i++)
        for (int j = 0; j < series->columns[i].count; j++)
            write_line(&series->columns[i], &series->columns[i].points[j], out);
}
