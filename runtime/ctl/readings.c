// Columns are found once; a row is then read by index.

#include "ctl/readings.h"

#include "base/csv.h"
#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/reading.h"
#include "twin/input.h"
#include "twin/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFUSALS_TOLD 5 // each with its line; all are counted

struct mapping {
    int column, field;
};

// COLUMN[:UNIT] taken apart; a column may be called so.
static bool split_time(struct readings *readings, const char *time, char *name, size_t size,
                       struct err *err) {
    static const struct {
        const char *unit;
        double us;
    } units[] = {{"s", 1e6}, {"ms", 1e3}, {"us", 1}, {"ns", 1e-3}};
    snprintf(name, size, "%s", time);
    readings->time_unit = 1e6;
    char *colon = strrchr(name, ':');
    if (!colon || csv_column(readings->csv, name) >= 0) return true;
    *colon = 0;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (strcmp(colon + 1, units[i].unit) != 0) continue;
        readings->time_unit = units[i].us;
        return true;
    }
    return err_set(err, ERR_INVALID, "--time %s: the unit is s, ms, us or ns", time);
}

static bool find_column(const struct readings *readings, const char *option, const char *name,
                        int *column, struct err *err) {
    *column = csv_column(readings->csv, name);
    return *column >= 0 || err_set(err, ERR_NOT_FOUND, "%s: %s has no column '%s'; it has %s",
                                   option, readings->path, name, csv_names(readings->csv));
}

bool readings_open(struct readings *readings, const char *path, const char *time, const char *id,
                   struct err *err) {
    char name[200];
    readings->path = path;
    readings->id_column = -1;
    readings->csv = csv_open(path, err);
    if (!readings->csv || !split_time(readings, time, name, sizeof name, err) ||
        !find_column(readings, "--time", name, &readings->time_column, err))
        return false;
    return !id || find_column(readings, "--id", id, &readings->id_column, err);
}

void readings_close(struct readings *readings) {
    csv_close(readings->csv);
    free(readings->mappings);
    free(readings->rooms);
}

static void add_mapping(struct readings *readings, int column, int field) {
    readings->mappings = xrealloc(readings->mappings, sizeof *readings->mappings *
                                                          (size_t)(readings->mapping_count + 1));
    readings->mappings[readings->mapping_count++] = (struct mapping){column, field};
}

static bool is_mapped(const struct readings *readings, int field) {
    for (int i = 0; i < readings->mapping_count; i++)
        if (readings->mappings[i].field == field) return true;
    return false;
}

static bool map_column(struct readings *readings, const char *map, struct err *err) {
    const char *equals = strrchr(map, '=');
    int column;
    if (!equals) return err_set(err, ERR_INVALID, "--map %s: write COLUMN=FIELD", map);
    char *name = xstrndup(map, (size_t)(equals - map));
    bool is_found = find_column(readings, "--map", name, &column, err);
    free(name);
    if (!is_found) return false;
    int field = model_sample_field(readings->model, equals + 1, strlen(equals + 1));
    if (field == NONE) {
        const char *near = model_suggest_sample(readings->model, equals + 1, strlen(equals + 1));
        return err_set(
            err, ERR_NOT_FOUND, "--map %s: model %s has no telemetry or property '%s'%s%s", map,
            readings->model->name, equals + 1, near ? "; did you mean " : "", near ? near : "");
    }
    if (is_mapped(readings, field))
        return err_set(err, ERR_INVALID, "--map %s: a column is mapped to %s already", map,
                       equals + 1);
    add_mapping(readings, column, field);
    return true;
}

bool readings_map(struct readings *readings, const struct model *model, const struct texts *maps,
                  struct err *err) {
    readings->model = model;
    for (int i = 0; i < maps->count; i++)
        if (!map_column(readings, maps->list[i], err)) return false;
    for (int i = 0; i < model->field_count; i++) {
        const struct field *field = &model->fields[i];
        if (field->kind != FIELD_TELEMETRY && field->kind != FIELD_REPORTED) continue;
        int column = csv_column(readings->csv, field->name);
        if (column >= 0 && !is_mapped(readings, i) && column != readings->time_column &&
            column != readings->id_column)
            add_mapping(readings, column, i);
    }
    readings->rooms = xcalloc((size_t)readings->mapping_count + 1, sizeof *readings->rooms);
    if (readings->mapping_count > 0) return true;
    return err_set(err, ERR_NOT_FOUND,
                   "no column of %s is telemetry or a property of model %s; it has %s: say what "
                   "they are with --map COLUMN=FIELD",
                   readings->path, readings->model->name, csv_names(readings->csv));
}

void readings_refuse(struct readings *readings, const char *text) {
    if (readings->refused++ < REFUSALS_TOLD)
        fprintf(stderr, "%s:%ld: %s\n", readings->path, csv_line(readings->csv), text);
}

bool readings_next(struct readings *readings) {
    return csv_next(readings->csv);
}

const char *readings_time(const struct readings *readings) {
    return csv_cell(readings->csv, readings->time_column);
}

const char *readings_id(const struct readings *readings) {
    return readings->id_column >= 0 ? csv_cell(readings->csv, readings->id_column) : NULL;
}

int readings_field(const struct readings *readings, int mapping) {
    return readings->mappings[mapping].field;
}

bool readings_at(struct readings *readings, int64_t *at) {
    return csv_time(readings_time(readings), readings->time_unit, at);
}

int readings_take(struct readings *readings, int64_t at, struct sample *samples) {
    int count = 0;
    for (int i = 0; i < readings->mapping_count; i++) {
        const struct mapping *mapping = &readings->mappings[i];
        const struct field *field = &readings->model->fields[mapping->field];
        const char *cell = csv_cell(readings->csv, mapping->column);
        struct sample *sample = &samples[count];
        char text[160];
        switch (reading_take(field, cell, &readings->rooms[i], &sample->value)) {
        case READING_VALUE:
            sample->field = mapping->field;
            sample->at = at;
            count++;
            break;
        case READING_WRONG:
            snprintf(text, sizeof text, "%s: '%.60s' is no %s and is left out", field->name, cell,
                     value_type_name(field->type));
            readings_refuse(readings, text);
            break;
        case READING_MISSING:
            break;
        }
    }
    return count;
}
