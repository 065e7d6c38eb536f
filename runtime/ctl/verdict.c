#include "ctl/verdict.h"

#include "base/memory.h"
#include "ctl/calibration.h"
#include "ctl/session.h"
#include "twin/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const struct column verdict_columns[] = {
    {.name = "twin"},
    {.name = "parameter"},
    {.name = "before", .is_number = true},
    {.name = "value", .is_number = true},
    {.name = "low", .is_number = true},
    {.name = "high", .is_number = true},
    {.name = "unit"},
    {.name = "told"},
};
const int verdict_column_count = ARRAY_LEN(verdict_columns);

static void add_number(cJSON *row, const char *name, double number) {
    if (isfinite(number)) cJSON_AddNumberToObject(row, name, number);
}

void verdict_write(const struct calibration *calibration, const struct course *first, int i,
                   struct rows *rows) {
    const struct fit *fit = &calibration->fit;
    const struct field *field = calibration_field(calibration, i);
    double number = fit->numbers[i], half = fit->interval[i];
    double before = first->p[calibration->places[i]];
    char texts[4][32];
    snprintf(texts[0], sizeof texts[0], "%.6g", before);
    snprintf(texts[1], sizeof texts[1], "%.6g", number);
    snprintf(texts[2], sizeof texts[2], "%.6g", fmax(number - half, field->low));
    snprintf(texts[3], sizeof texts[3], "%.6g", fmin(number + half, field->high));
    const char *cells[] = {
        calibration->id, field->name, texts[0],    texts[1],
        texts[2],        texts[3],    field->unit, fit->is_told[i] ? "yes" : "no"};
    cJSON *row = cJSON_CreateObject();
    cJSON_AddStringToObject(row, "twin", calibration->id);
    cJSON_AddStringToObject(row, "parameter", field->name);
    add_number(row, "before", before);
    add_number(row, "value", number);
    add_number(row, "low", fmax(number - half, field->low));
    add_number(row, "high", fmin(number + half, field->high));
    cJSON_AddStringToObject(row, "unit", field->unit);
    cJSON_AddBoolToObject(row, "told", fit->is_told[i]);
    char *json = cJSON_PrintUnformatted(row);
    rows_add(rows, cells, json);
    free(json);
    cJSON_Delete(row);
}

// Root mean square of one course's readings of one state, in its unit; NAN when it has none.
static double error_of(const struct calibration *calibration, const struct course *course,
                       const double *x, int state) {
    int states = calibration->courses.physics->state_count, count = 0;
    double sum = 0;
    for (int i = 0; i < course->count; i++) {
        double reading = course->readings[i * states + state];
        if (isnan(reading)) continue;
        sum += (reading - x[i * states + state]) * (reading - x[i * states + state]);
        count++;
    }
    return count ? sqrt(sum / count) : NAN;
}

// "box 0.312 Cel (was 1.204) over 1530 rows of ramp_up.csv"
void verdict_tell_courses(struct calibration *calibration, const struct course *first) {
    const struct physics *physics = calibration->courses.physics;
    double before[FIT_NUMBERS];
    for (int i = 0; i < calibration->fit.count; i++)
        before[i] = first->p[calibration->places[i]];
    for (int i = 0; i < calibration->courses.count; i++) {
        const struct course *course = &calibration->courses.list[i];
        if (!calibration_has(calibration, course)) continue;
        struct err err;
        double *was = calibration_solve(calibration, course, before, &err);
        double *is = calibration_solve(calibration, course, calibration->fit.numbers, &err);
        for (int j = 0; j < physics->state_count && is; j++) {
            double error = error_of(calibration, course, is, j);
            if (isnan(error)) continue;
            fprintf(stderr, "%s: %s %.4g %s root mean square, open loop", calibration->id,
                    physics->states[j].name, error, physics->states[j].unit);
            if (was) fprintf(stderr, ", was %.4g", error_of(calibration, course, was, j));
            fprintf(stderr, ": %d rows of %s\n", course->count, course->path);
        }
        free(was);
        free(is);
    }
}

void verdict_tell_unclear(const struct calibration *calibration) {
    const struct fit *fit = &calibration->fit;
    struct buffer names = {0};
    int together = 0;
    for (int i = 0; i < fit->count; i++) {
        if (fabs(fit->unclear[i]) <= 0.3) continue;
        buffer_printf(&names, "%s%s", together++ ? ", " : "",
                      calibration_field(calibration, i)->name);
    }
    buffer_byte(&names, 0);
    for (int i = 0; i < fit->count; i++) {
        const struct field *field = calibration_field(calibration, i);
        double number = fit->numbers[i], room = 1e-5 * (field->high - field->low);
        if (fit->is_told[i]) continue;
        if (number < field->low + room || number > field->high - room)
            fprintf(stderr,
                    "%s: %s lies at the end of its range, %g to %g: widen the range, or "
                    "the data say nothing of it\n",
                    calibration->id, field->name, field->low, field->high);
        else if (fabs(fit->unclear[i]) > 0.3 && together > 1)
            fprintf(stderr,
                    "%s: the data cannot tell %s: other values of %s together fit as "
                    "well; fix one of them, or record a run that moves more\n",
                    calibration->id, field->name, (const char *)names.bytes);
        else
            fprintf(stderr,
                    "%s: the data cannot tell %s: anything from %.4g to %.4g fits as "
                    "well\n",
                    calibration->id, field->name, fmax(number - fit->interval[i], field->low),
                    fmin(number + fit->interval[i], field->high));
    }
    buffer_fini(&names);
}

void verdict_tell_words(const struct calibration *calibration) {
    for (int i = 0; i < calibration->fit.count; i++)
        fprintf(stderr, "%s--param %s=%.6g",
                i ? " " : "use: ", calibration_field(calibration, i)->name,
                calibration->fit.numbers[i]);
    fputs("\n", stderr);
}
