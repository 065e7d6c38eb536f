// A twin's id may hold dots and a field's name none, so the last dot divides. For a chart as many
// points are asked for as twind gives: a column of it then draws the values of several, and what
// the last line says is nearly of single samples.

#include "ctl/hist.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/moment.h"
#include "ctl/plot.h"
#include "ctl/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POINTS_MOST "10000"

static int hist_run(const struct session *session, int argc, char **argv);

const struct verb hist_verb = {
    .name = "hist",
    .words = "ID.FIELD",
    .summary = "what a field was over time: a chart, or its points",
    .options =
        "--from TIME       2026-11-22T18:00:00Z, Unix seconds, or so long ago: 10m, 2h; all\n"
        "--to TIME         the same; now\n"
        "--points N        at most so many, each the mean of a stretch with its min and max\n"
        "A text or boolean is a table of its changes. Piped, time is in Unix seconds.\n",
    .run = hist_run,
};

static const struct column columns[] = {{.name = "time"},
                                        {.name = "value", .is_number = true},
                                        {.name = "quality", .is_judgement = true}};
// Of a CSV, which has the same columns whatever was asked for; empty when a point is one sample.
static const struct column csv_columns[] = {
    {.name = "time"}, {.name = "value"}, {.name = "quality"}, {.name = "min"}, {.name = "max"}};

struct hist {
    char *id, *field;
    const char *from, *to, *points;
};

struct series { // the answer's arrays, of equal length; min and max NULL when it is not reduced
    const char *unit;
    const cJSON *time, *value, *quality, *min, *max; // each steps along
};

static bool ask(struct client *client, const struct hist *hist, const char *points,
                struct answer *answer, struct err *err) {
    const char *const words[][2] = {{"from", hist->from}, {"to", hist->to}};
    char *id = client_escape(hist->id), *field = client_escape(hist->field);
    struct buffer path = {0};
    buffer_printf(&path, "/twins/%s/history?fields=%s", id, field);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!words[i][1]) continue;
        char *when = moment_text(words[i][1]);
        buffer_printf(&path, "&%s=%s", words[i][0], when);
        free(when);
    }
    if (points) {
        char *escaped = client_escape(points);
        buffer_printf(&path, "&points=%s", escaped);
        free(escaped);
    }
    buffer_byte(&path, 0);
    struct request request = {.method = "GET", .path = (const char *)path.bytes};
    bool is_good = client_ask(client, &request, answer, err);
    buffer_fini(&path);
    free(field);
    free(id);
    return is_good;
}

static const cJSON *first_of(const cJSON *column, const char *name) {
    const cJSON *array = member(column, name, NULL);
    return array ? array->child : NULL;
}

static struct series series_of(const struct answer *answer, const char *field) {
    const cJSON *column = member(member(answer->body, "fields", NULL), field, NULL);
    const cJSON *unit = member(column, "unit", NULL);
    return (struct series){.unit = cJSON_IsString(unit) ? unit->valuestring : "",
                           .time = first_of(column, "time"),
                           .value = first_of(column, "value"),
                           .quality = first_of(column, "quality"),
                           .min = first_of(column, "min"),
                           .max = first_of(column, "max")};
}

static bool has_point(const struct series *series) {
    return series->time && series->value && series->quality;
}

static void step(struct series *series) {
    series->time = series->time->next;
    series->value = series->value->next;
    series->quality = series->quality->next;
    series->min = series->min ? series->min->next : NULL;
    series->max = series->max ? series->max->next : NULL;
}

static bool is_chartable(struct series series) {
    bool has_number = false;
    for (; has_point(&series); step(&series)) {
        if (!cJSON_IsNumber(series.value) && !cJSON_IsNull(series.value)) return false;
        has_number |= cJSON_IsNumber(series.value);
    }
    return has_number;
}

static const char *moment_of(struct region *region, const cJSON *seconds) {
    struct buffer text = {0};
    json_time(&text, llround(seconds->valuedouble * 1e6));
    const char *copy = region_copy(region, text.bytes + 1, text.length - 2); // without its quotes
    buffer_fini(&text);
    return copy;
}

// ---- for programs ----

static char *json_of(const struct series *series) {
    const cJSON *const parts[] = {series->time, series->value, series->quality, series->min,
                                  series->max};
    cJSON *point = cJSON_CreateObject();
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (parts[i])
            cJSON_AddItemToObject(point, csv_columns[i].name, cJSON_Duplicate(parts[i], true));
    char *json = cJSON_PrintUnformatted(point);
    cJSON_Delete(point);
    return json;
}

static int write_points(const struct session *session, struct series series) {
    struct rows *rows = session_rows(session, false, csv_columns, ARRAY_LEN(csv_columns));
    for (; has_point(&series); step(&series)) {
        struct region region = {0};
        const char *cells[] = {cell_of(&region, series.time), cell_of(&region, series.value),
                               cell_of(&region, series.quality), cell_of(&region, series.min),
                               cell_of(&region, series.max)};
        char *json = session->format == ROWS_JSON ? json_of(&series) : NULL;
        rows_add(rows, cells, json);
        free(json);
        region_fini(&region);
    }
    return session_end(rows);
}

// ---- for people ----

static int write_changes(const struct session *session, struct series series) {
    struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
    const cJSON *value = NULL, *quality = NULL;
    bool is_reduced = series.min != NULL;
    for (; has_point(&series); step(&series)) {
        if (value && cJSON_Compare(value, series.value, true) &&
            cJSON_Compare(quality, series.quality, true))
            continue;
        value = series.value, quality = series.quality;
        struct region region = {0};
        const char *cells[] = {moment_of(&region, series.time), cell_of(&region, value),
                               cell_of(&region, quality)};
        rows_add(rows, cells, "");
        region_fini(&region);
    }
    if (is_reduced)
        fputs("twinctl: more samples than one answer holds, so short changes may be missing\n"
              "  try: a shorter span, with --from and --to\n",
              stderr);
    return session_end(rows);
}

static enum plot_mark mark_of(const cJSON *quality) {
    const char *word = cJSON_IsString(quality) ? quality->valuestring : "";
    return strcmp(word, "good") == 0  ? PLOT_GOOD
           : strcmp(word, "bad") == 0 ? PLOT_BAD
                                      : PLOT_UNSURE;
}

static struct plot_point point_of(const struct series *series) {
    struct plot_point point = {.seconds = series->time->valuedouble,
                               .mark = mark_of(series->quality),
                               .has_value = cJSON_IsNumber(series->value)};
    if (!point.has_value) return point;
    point.value = series->value->valuedouble;
    point.min = cJSON_IsNumber(series->min) ? series->min->valuedouble : point.value;
    point.max = cJSON_IsNumber(series->max) ? series->max->valuedouble : point.value;
    return point;
}

static void write_summary(const struct plot_point *points, int count, const char *unit,
                          bool is_reduced) {
    double low = INFINITY, high = -INFINITY, last = NAN;
    int bad = 0, unsure = 0;
    for (int i = 0; i < count; i++) {
        bad += points[i].mark == PLOT_BAD;
        unsure += points[i].mark == PLOT_UNSURE;
        if (!points[i].has_value) continue;
        low = fmin(low, points[i].min);
        high = fmax(high, points[i].max);
        last = points[i].value;
    }
    const char *gap = *unit ? " " : "";
    const char *what = is_reduced ? "points of several samples each" : "samples";
    printf("%d %s", count, count == 1 && !is_reduced ? "sample" : what);
    if (bad > 0) printf(", %d bad (x)", bad);
    if (unsure > 0) printf(", %d uncertain or stale (?)", unsure);
    printf("; lowest %.7g, highest %.7g, last %s%.7g%s%s\n", low, high, is_reduced ? "about " : "",
           last, gap, unit);
}

static int write_chart(const struct hist *hist, struct series series) {
    struct buffer points = {0};
    bool is_reduced = series.min != NULL;
    const char *unit = series.unit;
    for (; has_point(&series); step(&series)) {
        struct plot_point point = point_of(&series);
        buffer_add(&points, &point, sizeof point);
    }
    const struct plot_point *first = (const void *)points.bytes;
    int count = (int)(points.length / sizeof *first);
    printf("%s.%s\n", hist->id, hist->field);
    plot_write(stdout, unit, first, count, plot_width());
    write_summary(first, count, unit, is_reduced);
    buffer_fini(&points);
    return session_written(fflush(stdout) == 0 && !ferror(stdout));
}

// What was not read is said, and how to ask for it.
static void write_read_from(const struct hist *hist, const struct answer *answer) {
    const cJSON *seconds = member(answer->body, "read_from", NULL);
    if (!cJSON_IsNumber(seconds)) return;
    struct region region = {0};
    const char *when = moment_of(&region, seconds);
    fflush(stdout);
    fprintf(
        stderr,
        "twinctl: the log was read back to %s; what is before: twinctl hist %s.%s%s%s --to %s\n",
        when, hist->id, hist->field, hist->from ? " --from " : "", hist->from ? hist->from : "",
        when);
    region_fini(&region);
}

static bool parse(struct hist *hist, int *argc, char **argv, struct err *err) {
    const struct argument arguments[] = {
        {.name = "--from", .value = &hist->from},
        {.name = "--to", .value = &hist->to},
        {.name = "--points", .value = &hist->points},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), argc, argv, err) ||
        !arguments_end(argc, argv, 1, 1, err))
        return false;
    char *dot = strrchr(argv[0], '.');
    if (!dot || dot == argv[0] || !dot[1])
        return err_set(err, ERR_INVALID, "'%.64s' names no field; write ID.FIELD, like %.64s.speed",
                       argv[0], argv[0]);
    *dot = 0;
    hist->id = argv[0];
    hist->field = dot + 1;
    return true;
}

static int hist_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    struct hist hist = {0};
    if (!parse(&hist, &argc, argv, &err)) return session_misused(&hist_verb, &err);
    bool is_table = session->format == ROWS_TABLE;
    const char *points = hist.points ? hist.points : is_table ? POINTS_MOST : NULL;
    struct client *client = client_new(session->url, &err);
    int code;
    if (client && ask(client, &hist, points, &answer, &err)) {
        struct series series = series_of(&answer, hist.field);
        if (!is_table)
            code = write_points(session, series);
        else if (is_chartable(series))
            code = write_chart(&hist, series);
        else
            code = write_changes(session, series);
        write_read_from(&hist, &answer);
    } else if (err.code == ERR_NOT_FOUND) {
        code = session_failed(&err, "twinctl ls, or twinctl get %s for its fields", hist.id);
    } else {
        code = session_unanswered(&hist_verb, false, &err);
    }
    answer_fini(&answer);
    client_free(client);
    return code;
}
