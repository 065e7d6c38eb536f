// Each file is a world of its own, for two files may mean two twins by one id. The target of a row
// is known at the file's end, when it is how many rows of the twin follow.

#include "ctl/lessons.h"

#include "base/chance.h"
#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/cast.h"
#include "ctl/readings.h"
#include "script/learned.h"
#include "script/script.h"
#include "train/matrix.h"
#include "twin/input.h"
#include "twin/model.h"
#include "twin/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULTY_SHARE 0.3 // of the rows of a faulty copy that are kept
#define MISSING_SHARE 0.1
#define SPIKE_SHARE 0.02
#define SPIKE 10 // standard deviations
#define SHIFT 3
#define FIELDS_MAX 65536 // of a model

enum fault { FAULT_NONE, FAULT_MISSING, FAULT_STUCK, FAULT_SHIFTED, FAULT_SPIKES, FAULTS };

struct lesson { // one twin of one file, in one copy
    uint32_t number;
    float group;
    enum fault fault;
    int field;      // of the fault
    long from, row; // the fault begins there; rows so far
    double stuck;
};

struct run {
    const struct lessons *lessons;
    const struct learned *learned;
    struct readings readings;
    struct rehearsal *rehearsal;
    struct door door;
    const struct model *model;
    struct sample *samples;
    struct lesson *list;
    int count, present;
    struct chance chance;
    bool is_faulty;
    float group;                     // of the file's first twin
    double *sums, *squares, *counts; // of each field, from the copy without faults
    float *rows; // of this file: beside, then features; MATRIX_GROUP is the lesson
    size_t row_count, row_capacity;
    int inputs;
    bool is_uneven; // two calls passed different numbers of features
};

static bool open_readings(struct readings *readings, const struct lessons *lessons, int file,
                          const struct model *model, struct err *err) {
    *readings = (struct readings){0};
    return readings_open(readings, lessons->paths[file], lessons->time, lessons->id, err) &&
           readings_map(readings, model, lessons->maps, err);
}

static const struct model *find_model(const struct door *door, const char *name) {
    for (int i = 0; i < door->world->current_count; i++)
        if (strcmp(door->world->current[i]->name, name) == 0) return door->world->current[i];
    return NULL;
}

// ---- values for a profile

static int find_field(const struct model *model, const struct learned *learned, int index) {
    const char *name =
        index < learned->by_count ? learned->by[index] : learned->of[index - learned->by_count];
    return model_sample_field(model, name, strlen(name));
}

static bool check_fields(const struct model *model, const struct learned *learned,
                         struct err *err) {
    for (int i = 0; i < learned->by_count + learned->of_count; i++)
        if (find_field(model, learned, i) == NONE)
            return err_set(err, ERR_NOT_FOUND, "learned.%s of model %s: there is no telemetry '%s'",
                           learned->name, model->name,
                           i < learned->by_count ? learned->by[i]
                                                 : learned->of[i - learned->by_count]);
    return true;
}

static void add_values(const struct learned *learned, const struct model *model,
                       struct readings *readings, struct sample *samples, struct buffer *rows) {
    int width = learned->by_count + learned->of_count;
    while (readings_next(readings)) {
        int count = readings_take(readings, 0, samples);
        for (int i = 0; i < width; i++) {
            double value = NAN;
            for (int j = 0; j < count; j++)
                if (samples[j].field == find_field(model, learned, i) &&
                    samples[j].value.type == VALUE_NUMBER)
                    value = samples[j].value.number;
            buffer_add(rows, &value, sizeof value);
        }
    }
}

double *lessons_values(const struct lessons *lessons, const struct script_files *files,
                       const struct learned *learned, size_t *count, struct err *err) {
    struct cast cast;
    struct buffer rows = {0};
    struct rehearsal *rehearsal = NULL;
    bool is_good = cast_load(&cast, files, LOG_LEVEL_ERROR, false, err);
    struct rehearsal_cast rehearsal_cast = cast_of(&cast);
    if (is_good) rehearsal = rehearsal_new(&rehearsal_cast, 0, err);
    if (rehearsal) {
        struct door door = rehearsal_door(rehearsal);
        const struct model *model = find_model(&door, lessons->model);
        is_good = check_fields(model, learned, err);
        for (int i = 0; i < lessons->path_count && is_good; i++) {
            struct readings readings;
            is_good = open_readings(&readings, lessons, i, model, err);
            struct sample *samples = xcalloc((size_t)readings.mapping_count + 1, sizeof *samples);
            if (is_good) add_values(learned, model, &readings, samples, &rows);
            free(samples);
            readings_close(&readings);
        }
    }
    is_good = is_good && rehearsal;
    rehearsal_free(rehearsal);
    cast_fini(&cast);
    *count = rows.length / sizeof(double) / (size_t)(learned->by_count + learned->of_count);
    if (is_good) return (double *)(void *)rows.bytes;
    buffer_fini(&rows);
    return NULL;
}

// ---- features

static struct lesson *find_lesson(struct run *run, const struct twin *twin) {
    for (int i = run->count; i-- > 0;) // rows of a twin mostly follow each other
        if (run->list[i].number == twin->number) return &run->list[i];
    run->list = xrealloc(run->list, sizeof *run->list * (size_t)(run->count + 1));
    struct lesson *lesson = &run->list[run->count++];
    *lesson = (struct lesson){.number = twin->number, .group = run->group + (float)run->count};
    if (!run->is_faulty) return lesson;
    lesson->fault = 1 + (enum fault)(chance_uniform(&run->chance) * (FAULTS - 1));
    int mapping = (int)(chance_uniform(&run->chance) * run->readings.mapping_count);
    lesson->field = readings_field(&run->readings, mapping);
    lesson->from = (long)(chance_uniform(&run->chance) * 150);
    return lesson;
}

static double deviation_of(const struct run *run, int field) {
    double mean = run->sums[field] / fmax(run->counts[field], 1);
    return sqrt(fmax(run->squares[field] / fmax(run->counts[field], 1) - mean * mean, 0));
}

// How many samples are left; the others are missing.
static int spoil(struct run *run, struct lesson *lesson, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
        struct sample sample = run->samples[i];
        bool is_its = sample.field == lesson->field && lesson->row >= lesson->from;
        if (sample.value.type != VALUE_NUMBER) goto keep;
        double deviation = deviation_of(run, sample.field);
        if (lesson->fault == FAULT_MISSING && chance_uniform(&run->chance) < MISSING_SHARE)
            continue;
        if (lesson->fault == FAULT_SPIKES && chance_uniform(&run->chance) < SPIKE_SHARE)
            sample.value.number +=
                chance_uniform(&run->chance) < 0.5 ? -SPIKE * deviation : SPIKE * deviation;
        if (lesson->fault == FAULT_SHIFTED && sample.field == lesson->field)
            sample.value.number += SHIFT * deviation;
        if (lesson->fault == FAULT_STUCK && is_its && lesson->row == lesson->from)
            lesson->stuck = sample.value.number;
        if (lesson->fault == FAULT_STUCK && is_its) sample.value.number = lesson->stuck;
    keep:
        run->samples[kept++] = sample;
    }
    return kept;
}

static void sum_up(struct run *run, int count) {
    for (int i = 0; i < count; i++) {
        if (run->samples[i].value.type != VALUE_NUMBER) continue;
        int field = run->samples[i].field;
        double number = run->samples[i].value.number;
        run->sums[field] += number;
        run->squares[field] += number * number;
        run->counts[field]++;
    }
}

static double target_of(const struct run *run, const struct lesson *lesson,
                        const struct twin *twin) {
    if (strcmp(run->learned->target, "remaining") == 0) return (double)lesson->row;
    const char *name = run->learned->target;
    int field = model_sample_field(run->model, name, strlen(name));
    struct value value = field == NONE ? value_none() : twin_value(twin, field);
    return value.type == VALUE_NUMBER ? value.number : NAN;
}

// A script_features: the last call of a row counts.
static void on_features(void *context, const struct twin *twin, const char *name,
                        const double *features, int count) {
    struct run *run = context;
    if (strcmp(name, run->learned->name) != 0 || run->present < 0) return;
    if (run->inputs == 0) run->inputs = count;
    run->is_uneven |= run->inputs != count;
    if (run->inputs != count) return;
    struct lesson *lesson = &run->list[run->present];
    if (run->is_faulty && chance_uniform(&run->chance) >= FAULTY_SHARE) return;
    size_t width = (size_t)(MATRIX_BESIDE + run->inputs);
    if (run->row_count == run->row_capacity) {
        run->row_capacity = run->row_capacity ? run->row_capacity * 2 : 4096;
        run->rows = xrealloc(run->rows, sizeof *run->rows * width * run->row_capacity);
    }
    float *row = run->rows + run->row_count++ * width;
    row[MATRIX_GROUP] = (float)run->present;
    row[MATRIX_FAULTY] = run->is_faulty;
    row[MATRIX_TARGET] = (float)target_of(run, lesson, twin);
    for (int i = 0; i < count; i++)
        row[MATRIX_BESIDE + i] = (float)features[i];
}

static bool run_row(struct run *run, struct err *err) {
    const char *id = readings_id(&run->readings);
    if (!id) id = run->lessons->model;
    int64_t at, now = run->door.now(run->door.context);
    if (!readings_at(&run->readings, &at)) return true;
    if (at > now) rehearsal_advance(run->rehearsal, at - now);
    struct twin *twin = world_find(run->door.world, id, strlen(id));
    uint64_t rev;
    if (!twin) {
        struct configure_input create = {.id = id, .id_length = strlen(id), .model = run->model};
        bool is_new;
        if (!run->door.configure(run->door.context, &create, &is_new, &rev, err)) return false;
        twin = world_find(run->door.world, id, strlen(id));
    }
    struct lesson *lesson = find_lesson(run, twin);
    run->present = (int)(lesson - run->list);
    int count = readings_take(&run->readings, at, run->samples);
    if (run->is_faulty)
        count = spoil(run, lesson, count);
    else
        sum_up(run, count);
    lesson->row++;
    struct samples_input input = {
        .twin = twin, .model = run->model, .samples = run->samples, .count = count};
    return count == 0 || run->door.samples(run->door.context, &input, &rev, err);
}

// Rows of a file whose target is known now; those without one are left out.
static bool write_rows(struct run *run, FILE *out, uint64_t *written) {
    size_t width = (size_t)(MATRIX_BESIDE + run->inputs);
    bool is_remaining = strcmp(run->learned->target, "remaining") == 0;
    for (size_t i = 0; i < run->row_count; i++) {
        float *row = run->rows + i * width;
        const struct lesson *lesson = &run->list[(int)row[MATRIX_GROUP]];
        if (is_remaining) row[MATRIX_TARGET] = (float)lesson->row - row[MATRIX_TARGET];
        if (run->learned->cap > 0)
            row[MATRIX_TARGET] = fminf(row[MATRIX_TARGET], (float)run->learned->cap);
        row[MATRIX_GROUP] = lesson->group;
        if (!isfinite(row[MATRIX_TARGET])) continue;
        if (fwrite(row, sizeof *row * width, 1, out) != 1) return false;
        ++*written;
    }
    return true;
}

static bool run_file(struct run *run, const struct cast *cast, int file, struct err *err) {
    struct rehearsal_cast rehearsal_cast = cast_of(cast);
    int64_t start = 0;
    run->count = 0;
    run->row_count = 0;
    run->rehearsal = rehearsal_new(&rehearsal_cast, 0, err);
    if (!run->rehearsal) return false;
    run->door = rehearsal_door(run->rehearsal);
    run->model = find_model(&run->door, run->lessons->model);
    bool is_good = open_readings(&run->readings, run->lessons, file, run->model, err);
    if (is_good && readings_next(&run->readings) && readings_at(&run->readings, &start)) {
        rehearsal_advance(run->rehearsal, start);
        run->samples = xcalloc((size_t)run->readings.mapping_count, sizeof *run->samples);
        do
            is_good = run_row(run, err);
        while (is_good && readings_next(&run->readings));
        free(run->samples);
    }
    char id[65], text[420];
    if (is_good && rehearsal_failure(run->rehearsal, NULL, "", id, text))
        is_good = err_set(err, ERR_INVALID, "%s: %s: %.300s", run->lessons->paths[file], id, text);
    readings_close(&run->readings);
    rehearsal_free(run->rehearsal);
    run->present = -1;
    return is_good;
}

static bool run_all(struct run *run, const struct cast *cast, FILE *out, uint64_t *rows,
                    struct err *err) {
    float group = 0;
    bool is_told = isatty(STDERR_FILENO) == 1;
    for (int file = 0; file < run->lessons->path_count; file++) {
        float most = 0;
        for (int copy = 0; copy <= run->learned->faults; copy++) {
            run->is_faulty = copy > 0;
            run->group = group; // the same of a twin's copies, so that a fold has all of them
            if (!run_file(run, cast, file, err)) return false;
            if (!write_rows(run, out, rows))
                return err_set(err, ERR_INTERNAL,
                               "the matrix cannot be written: is the disk full?");
            most = fmaxf(most, (float)run->count);
        }
        group += most;
        if (is_told)
            fprintf(stderr, "\r%s: %llu rows so far\033[K", run->lessons->paths[file],
                    (unsigned long long)*rows);
    }
    if (is_told) fprintf(stderr, "\r\033[K");
    if (run->is_uneven)
        return err_set(err, ERR_INVALID, "%s was called with different numbers of features",
                       run->learned->name);
    return *rows > 0 ||
           err_set(err, ERR_INVALID,
                   "the behavior of %s never called learned(\"%s\", features) with a known target",
                   run->lessons->model, run->learned->name);
}

bool lessons_matrix(const struct lessons *lessons, const struct script_files *files,
                    const struct learned *learned, const char *out, int *inputs, struct err *err) {
    struct cast cast;
    struct run run = {.lessons = lessons, .learned = learned, .present = -1};
    struct matrix_head head = {.format = MATRIX_FORMAT,
                               .trees = (uint32_t)learned->trees,
                               .depth = (uint32_t)learned->depth,
                               .rate = (float)learned->rate,
                               .cap = (float)learned->cap,
                               .band = (float)learned->band};
    FILE *file = fopen(out, "wb");
    if (!file) return err_set(err, ERR_INTERNAL, "%s cannot be written", out);
    chance_init(&run.chance, 1, 1);
    bool is_good = cast_load(&cast, files, LOG_LEVEL_ERROR, false, err);
    if (is_good) {
        run.sums = xcalloc(FIELDS_MAX * 3, sizeof *run.sums);
        run.squares = run.sums + FIELDS_MAX;
        run.counts = run.squares + FIELDS_MAX;
        script_watch(cast.script, on_features, &run);
        fwrite(&head, sizeof head, 1, file);
        is_good = run_all(&run, &cast, file, &head.rows, err);
        head.inputs = (uint32_t)run.inputs;
        *inputs = run.inputs;
        rewind(file);
        fwrite(&head, sizeof head, 1, file);
    }
    if (fclose(file) != 0 && is_good)
        is_good = err_set(err, ERR_INTERNAL, "%s cannot be written: is the disk full?", out);
    cast_fini(&cast);
    free(run.list);
    free(run.rows);
    free(run.sums);
    return is_good;
}
