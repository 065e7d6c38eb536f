// The columns of one twin, and how they are written. Times are told in seconds, exact.

#include "push/series.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "push/column.h"
#include "push/twin_json.h"
#include "store/archivist.h"
#include "twin/twin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct named_column {
    const char *name; // the region's
    const char *unit;
    enum field_kind kind;
    struct column data;
};

struct series {
    char *id;
    uint32_t number;
    uint64_t rev;
    struct series_span span;
    struct region region;
    struct named_column *columns;
    int count;
};

static bool is_named(const char *names, const char *name) {
    size_t length = strlen(name);
    for (const char *at = names; *at; at += *at == ',') {
        size_t word = strcspn(at, ",");
        if (word == length && strncmp(at, name, length) == 0) return true;
        at += word;
    }
    return false;
}

struct series *series_new(const struct twin *twin, const char *names,
                          const struct series_span *span) {
    struct series *series = xcalloc(1, sizeof *series);
    const struct model *model = twin->model;
    series->id = xstrdup(twin->id);
    series->number = twin->number;
    series->rev = twin->rev;
    series->span = *span;
    series->columns = xcalloc((size_t)model->field_count + 1, sizeof *series->columns);
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (!field_has_series(field) || (names && !is_named(names, field->name))) continue;
        struct named_column *column = &series->columns[series->count++];
        column->name = region_copy(&series->region, field->name, strlen(field->name));
        column->unit = region_copy(&series->region, field->unit, strlen(field->unit));
        column->kind = field->kind;
    }
    return series;
}

void series_free(struct series *series) {
    if (!series) return;
    free(series->columns);
    free(series->id);
    region_fini(&series->region);
    free(series);
}

int series_columns(const struct series *series) {
    return series->count;
}

bool series_read(struct series *series, struct archivist *archivist, struct err *err) {
    for (int i = 0; i < series->count; i++) {
        struct named_column *column = &series->columns[i];
        struct archive_query query = {.twin = series->number,
                                      .kind = (uint8_t)column->kind,
                                      .name = column->name,
                                      .from = series->span.from,
                                      .to = series->span.to,
                                      .rev = series->rev};
        if (!column_read(&column->data, archivist, &query, series->span.points,
                         series->span.aggregate, &series->region, err))
            return false;
    }
    return true;
}

static void write_bounds(const struct named_column *column, bool is_max, struct buffer *out) {
    json_key(out, is_max ? "max" : "min");
    json_open(out, '[');
    for (int i = 0; i < column->data.count; i++)
        json_number(out, is_max ? column->data.points[i].max : column->data.points[i].min);
    json_close(out, ']');
}

static void write_column(const struct named_column *column, struct buffer *out) {
    json_key(out, column->name);
    json_open(out, '{');
    json_key(out, "unit");
    json_string(out, column->unit);
    json_key(out, "time");
    json_open(out, '[');
    for (int i = 0; i < column->data.count; i++)
        json_seconds(out, column->data.points[i].at);
    json_close(out, ']');
    json_key(out, "value");
    json_open(out, '[');
    for (int i = 0; i < column->data.count; i++)
        value_json_write(column->data.points[i].value, out);
    json_close(out, ']');
    if (column->data.unreadable_from != INT64_MAX) {
        json_key(out, "unreadable_from"); // a damaged stretch begins there; all else is here
        json_seconds(out, column->data.unreadable_from);
    }
    json_key(out, "quality");
    json_open(out, '[');
    for (int i = 0; i < column->data.count; i++)
        json_string(out, quality_name(column->data.points[i].quality));
    json_close(out, ']');
    if (column->data.is_reduced) write_bounds(column, false, out), write_bounds(column, true, out);
    json_close(out, '}');
}

void series_write(const struct series *series, struct buffer *out) {
    json_open(out, '{');
    json_key(out, "twin");
    json_string(out, series->id);
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
        value_json_write(point->value, &json);
        write_quoted((const char *)json.bytes, json.length, out);
    } else if (point->value.type != VALUE_NONE) {
        value_json_write(point->value, &json);
        buffer_add(out, json.bytes, json.length);
    }
    buffer_fini(&json);
}

static void write_line(const struct named_column *column, const struct point *point,
                       struct buffer *out) {
    struct buffer time = {0};
    json_time(&time, point->at);
    buffer_add(out, time.bytes + 1, time.length - 2); // without its quotes
    buffer_fini(&time);
    buffer_printf(out, ",%s,", column->name);
    write_cell(point, out);
    buffer_printf(out, ",%s,%s,", column->unit, quality_name(point->quality));
    if (column->data.is_reduced && isfinite(point->min))
        buffer_printf(out, "%.10g,%.10g", point->min, point->max);
    else
        buffer_byte(out, ',');
    buffer_add(out, "\r\n", 2);
}

void series_write_csv_head(bool has_twin, struct buffer *out) {
    static const char head[] = "time,field,value,unit,quality,min,max\r\n";
    if (has_twin) buffer_add(out, "twin,", strlen("twin,"));
    buffer_add(out, head, strlen(head));
}

void series_write_csv(const struct series *series, bool has_twin, struct buffer *out) {
    for (int i = 0; i < series->count; i++)
        for (int j = 0; j < series->columns[i].data.count; j++) {
            if (has_twin) buffer_printf(out, "%s,", series->id);
            write_line(&series->columns[i], &series->columns[i].data.points[j], out);
        }
}
