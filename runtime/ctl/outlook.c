#include "ctl/outlook.h"

#include "base/memory.h"
#include "ctl/plot.h"
#include "ctl/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct column summary_columns[] = {
    {.name = "field"},
    {.name = "branch"},
    {.name = "now", .is_number = true},
    {.name = "lowest", .is_number = true},
    {.name = "highest", .is_number = true},
    {.name = "end", .is_number = true},
    {.name = "low", .is_number = true}, // of nine in ten courses
    {.name = "high", .is_number = true},
    {.name = "change", .is_number = true}, // of the end, by what the branch sets
};
static const struct column point_columns[] = {
    {.name = "time"},  {.name = "branch"}, {.name = "field"},
    {.name = "value"}, {.name = "low"},    {.name = "high"},
};

struct course { // of one field in one branch; low and high NULL without a band
    const char *branch, *field;
    const cJSON *values, *low, *high;
};

static const cJSON *array_of(const cJSON *branch, const char *what, const char *field) {
    return member(member(branch, what, NULL), field, NULL);
}

static struct course course_of(const cJSON *branch, const char *field) {
    return (struct course){.branch = member(branch, "name", NULL)->valuestring,
                           .field = field,
                           .values = array_of(branch, "fields", field),
                           .low = array_of(branch, "low", field),
                           .high = array_of(branch, "high", field)};
}

static const cJSON *fields_of(const cJSON *answer) {
    return member(member(answer, "branches", NULL)->child, "fields", NULL);
}

static const cJSON *last_of(const cJSON *array) {
    return array ? cJSON_GetArrayItem(array, cJSON_GetArraySize(array) - 1) : NULL;
}

static const char *number_text(struct region *region, double number) {
    struct buffer text = {0};
    if (!isfinite(number)) return "";
    buffer_printf(&text, "%.5g", number);
    const char *copy = region_copy(region, text.bytes, text.length);
    buffer_fini(&text);
    return copy;
}

static const char *short_text(struct region *region, const cJSON *number) {
    return cJSON_IsNumber(number) ? number_text(region, number->valuedouble) : "";
}

static void add_summary(struct rows *rows, const struct course *course, const cJSON *untouched) {
    struct region region = {0};
    double lowest = INFINITY, highest = -INFINITY;
    const cJSON *value, *end = last_of(course->values), *reference = last_of(untouched);
    cJSON_ArrayForEach(value, course->values) {
        if (!cJSON_IsNumber(value)) continue;
        lowest = fmin(lowest, value->valuedouble);
        highest = fmax(highest, value->valuedouble);
    }
    bool has_change =
        cJSON_IsNumber(end) && cJSON_IsNumber(reference) && untouched != course->values;
    const char *cells[] = {
        course->field,
        course->branch,
        short_text(&region, course->values->child),
        number_text(&region, lowest),
        number_text(&region, highest),
        short_text(&region, end),
        short_text(&region, last_of(course->low)),
        short_text(&region, last_of(course->high)),
        has_change ? number_text(&region, end->valuedouble - reference->valuedouble) : "",
    };
    rows_add(rows, cells, "");
    region_fini(&region);
}

static int write_summary(const struct session *session, const cJSON *answer) {
    struct rows *rows = session_rows(session, false, summary_columns, ARRAY_LEN(summary_columns));
    const cJSON *field, *branch, *fields = fields_of(answer);
    cJSON_ArrayForEach(field, fields) {
        cJSON_ArrayForEach(branch, member(answer, "branches", NULL)) {
            struct course course = course_of(branch, field->string);
            add_summary(rows, &course, field);
        }
    }
    return session_end(rows);
}

static void draw(const cJSON *times, const struct course *course) {
    struct buffer points = {0};
    const cJSON *value = course->values->child;
    const cJSON *low = course->low ? course->low->child : NULL;
    const cJSON *high = course->high ? course->high->child : NULL;
    for (const cJSON *time = times->child; time; time = time->next, value = value->next) {
        struct plot_point point = {.seconds = time->valuedouble,
                                   .has_value = cJSON_IsNumber(value)};
        if (point.has_value) point.value = point.min = point.max = value->valuedouble;
        if (point.has_value && cJSON_IsNumber(low)) point.min = fmin(point.min, low->valuedouble);
        if (point.has_value && cJSON_IsNumber(high)) point.max = fmax(point.max, high->valuedouble);
        buffer_add(&points, &point, sizeof point);
        low = low ? low->next : NULL;
        high = high ? high->next : NULL;
    }
    printf("%s, %s%s\n", course->field, course->branch, course->low ? ", nine courses in ten" : "");
    plot_write(stdout, "", (const void *)points.bytes,
               (int)(points.length / sizeof(struct plot_point)), plot_width());
    buffer_fini(&points);
}

static void draw_all(const cJSON *answer) {
    const cJSON *branch, *field = fields_of(answer)->child;
    cJSON_ArrayForEach(branch, member(answer, "branches", NULL)) {
        struct course course = course_of(branch, field->string);
        draw(member(answer, "time", NULL), &course);
    }
}

static char *json_of(const cJSON *const *parts) {
    cJSON *point = cJSON_CreateObject();
    for (size_t i = 0; i < ARRAY_LEN(point_columns); i++)
        if (parts[i])
            cJSON_AddItemToObject(point, point_columns[i].name, cJSON_Duplicate(parts[i], true));
    char *json = cJSON_PrintUnformatted(point);
    cJSON_Delete(point);
    return json;
}

static void write_course(struct rows *rows, const cJSON *times, const cJSON *name,
                         const struct course *course) {
    cJSON *field = cJSON_CreateString(course->field);
    const cJSON *value = course->values->child;
    const cJSON *low = course->low ? course->low->child : NULL;
    const cJSON *high = course->high ? course->high->child : NULL;
    for (const cJSON *time = times->child; time; time = time->next, value = value->next) {
        struct region region = {0};
        const cJSON *const parts[] = {time, name, field, value, low, high};
        const char *cells[ARRAY_LEN(parts)];
        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
            cells[i] = cell_of(&region, parts[i]);
        char *json = json_of(parts);
        rows_add(rows, cells, json);
        free(json);
        region_fini(&region);
        low = low ? low->next : NULL;
        high = high ? high->next : NULL;
    }
    cJSON_Delete(field);
}

static int write_points(const struct session *session, const cJSON *answer) {
    struct rows *rows = session_rows(session, false, point_columns, ARRAY_LEN(point_columns));
    const cJSON *branch, *field, *fields = fields_of(answer);
    cJSON_ArrayForEach(branch, member(answer, "branches", NULL)) {
        cJSON_ArrayForEach(field, fields) {
            struct course course = course_of(branch, field->string);
            write_course(rows, member(answer, "time", NULL), member(branch, "name", NULL), &course);
        }
    }
    return session_end(rows);
}

// Beside the numbers: what would be raised, and whose script fails.
static void tell_events(const cJSON *answer) {
    const cJSON *branch, *alarm;
    struct region region = {0};
    fflush(stdout);
    cJSON_ArrayForEach(branch, member(answer, "branches", NULL)) {
        const char *name = member(branch, "name", NULL)->valuestring;
        cJSON_ArrayForEach(alarm, member(branch, "alarms", NULL)) fprintf(
            stderr, "%s: at %s %s %s %s\n", name, cell_of(&region, member(alarm, "at", NULL)),
            cell_of(&region, member(alarm, "twin", NULL)),
            cell_of(&region, member(alarm, "alarm", NULL)),
            cJSON_IsTrue(member(alarm, "active", NULL)) ? "is raised" : "is over");
        const cJSON *failure = member(branch, "failure", NULL);
        if (failure)
            fprintf(stderr, "%s: the script of %s fails: %s\n", name,
                    cell_of(&region, member(failure, "twin", NULL)),
                    cell_of(&region, member(failure, "why", NULL)));
    }
    if (cJSON_IsTrue(member(answer, "is_cut", NULL)))
        fprintf(stderr, "relationships reach further than %d twins: those beyond stand still\n",
                (int)member(answer, "twins", NULL)->valuedouble);
    region_fini(&region);
}

int outlook_write(const struct session *session, const cJSON *answer) {
    bool is_table = session->format == ROWS_TABLE;
    if (is_table && cJSON_GetArraySize(fields_of(answer)) == 1) draw_all(answer);
    int code = is_table ? write_summary(session, answer) : write_points(session, answer);
    tell_events(answer);
    return code;
}
