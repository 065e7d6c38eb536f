// The file's time drives the clock: timers and predictions that are due before a row run before it.
// A row that is older than the one before it is a late sample, as it would be live.

#include "ctl/backtest.h"

#include "base/csv.h"
#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/cast.h"
#include "ctl/emit.h"
#include "ctl/reading.h"
#include "ctl/readings.h"
#include "ctl/session.h"
#include "ctl/sources.h"
#include "script/script.h"
#include "twin/model.h"
#include "twin/name.h"
#include "twin/world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_ROWS 4096

static int backtest_run(const struct session *session, int argc, char **argv);

const struct verb backtest_verb = {
    .name = "backtest",
    .words = "--model NAME FILE.csv --time COLUMN",
    .summary = "run a table of readings through a model, and write what it derives from each row",
    .options =
        "--model NAME         of the models in the folder\n"
        "--time COLUMN[:UNIT] when a row was measured: ISO 8601, or a number of s, ms, us or ns\n"
        "--id COLUMN          which twin a row is of; without it all are of one twin\n"
        "--map COLUMN=FIELD   what a column is; columns of a field's own name need none\n"
        "--param NAME=VALUE   a parameter of the twins\n"
        "--emit FIELD,...     what to write (all derived values and predictions); of a prediction\n"
        "                     also NAME.low and NAME.high\n"
        "--out FILE           instead of standard output\n"
        "--dir DIR            where models/ and scripts/ are (here)\n"
        "--verbose            what the scripts log, on standard error\n",
    .run = backtest_run,
};

struct backtest {
    const char *model_name, *path, *time, *id, *emitted, *out_path;
    struct texts maps, parameters;
    struct readings readings;
    FILE *out;
    struct rehearsal *rehearsal;
    struct door door;
    const struct model *model;
    struct setting *settings;
    struct location *rooms; // of parameters that are locations
    struct sample *samples;
    struct emit emit;
    long rows, failures;
    char failed_twin[TWIN_ID_MAX + 1], failed[420]; // the first one
};

static const struct actor file_actor = {.kind = ACTOR_RUNTIME};

// ---- what the words mean

static bool find_model(struct backtest *backtest, struct err *err) {
    const struct world *world = backtest->door.world;
    struct suggestion near = {backtest->model_name, strlen(backtest->model_name), NULL, 0};
    struct buffer known = {0};
    for (int i = 0; i < world->current_count; i++) {
        const struct model *model = world->current[i];
        if (strcmp(model->name, backtest->model_name) == 0) backtest->model = model;
        suggestion_try(&near, model->name);
        buffer_printf(&known, "%s%s", i ? ", " : "", model->name);
    }
    buffer_byte(&known, 0);
    if (!backtest->model && near.best)
        err_set(err, ERR_NOT_FOUND, "there is no model '%s'; did you mean '%s'?",
                backtest->model_name, near.best);
    else if (!backtest->model)
        err_set(err, ERR_NOT_FOUND, "there is no model '%s'; there are %s", backtest->model_name,
                (const char *)known.bytes);
    buffer_fini(&known);
    return backtest->model != NULL;
}

static bool read_parameter(struct backtest *backtest, int index, struct err *err) {
    const char *text = backtest->parameters.list[index], *equals = strchr(text, '=');
    if (!equals) return err_set(err, ERR_INVALID, "--param %s: write NAME=VALUE", text);
    int field = model_field(backtest->model, FIELD_PARAMETER, text, (size_t)(equals - text));
    if (field == NONE)
        return err_set(err, ERR_NOT_FOUND, "--param %s: model %s has no such parameter", text,
                       backtest->model_name);
    backtest->settings[index].field = field;
    if (reading_take(&backtest->model->fields[field], equals + 1, &backtest->rooms[index],
                     &backtest->settings[index].value) == READING_VALUE)
        return true;
    return err_set(err, ERR_INVALID, "--param %s: '%s' is no %s", text, equals + 1,
                   value_type_name(backtest->model->fields[field].type));
}

// ---- rows

static const char *row_id(const struct backtest *backtest) {
    const char *id = readings_id(&backtest->readings);
    return id ? id : backtest->model_name;
}

// The twin of a row, made when it is the first one of it. NULL with the reason.
static struct twin *take_twin(struct backtest *backtest, struct err *err) {
    const char *id = row_id(backtest);
    size_t length = strlen(id);
    struct twin *twin = world_find(backtest->door.world, id, length);
    if (twin) return twin;
    if (!twin_id_is_valid(id, length)) {
        err_set(err, ERR_INVALID, "'%.80s' is no id of a twin: 1 to 64 of A-Z a-z 0-9 . _ ~ : -",
                id);
        return NULL;
    }
    struct configure_input input = {.id = id,
                                    .id_length = length,
                                    .model = backtest->model,
                                    .parameters = backtest->settings,
                                    .parameter_count = backtest->parameters.count,
                                    .actor = file_actor};
    bool is_new;
    uint64_t rev;
    if (!backtest->door.configure(backtest->door.context, &input, &is_new, &rev, err)) return NULL;
    return world_find(backtest->door.world, id, length);
}

static void note_failures(struct backtest *backtest) {
    char id[TWIN_ID_MAX + 1], text[420];
    while (rehearsal_failure(backtest->rehearsal, NULL, "", id, text)) {
        if (backtest->failures++ > 0) continue;
        memcpy(backtest->failed_twin, id, sizeof id);
        memcpy(backtest->failed, text, sizeof text);
    }
}

// One row: its time, what is due until then, its samples. The twin as it stands then, or NULL.
static struct twin *take_row(struct backtest *backtest) {
    struct readings *readings = &backtest->readings;
    struct err err;
    int64_t at;
    bool has_time = readings_at(readings, &at);
    if (!has_time) readings_refuse(readings, "its time is neither ISO 8601 nor a number; left out");
    int64_t now = backtest->door.now(backtest->door.context);
    if (has_time && at > now) rehearsal_advance(backtest->rehearsal, at - now);
    struct twin *twin = take_twin(backtest, &err);
    if (!twin) readings_refuse(readings, err.text);
    if (!twin || !has_time) return twin;
    struct samples_input input = {.twin = twin,
                                  .model = backtest->model,
                                  .samples = backtest->samples,
                                  .count = readings_take(readings, at, backtest->samples),
                                  .actor = file_actor};
    uint64_t rev;
    if (input.count > 0 && !backtest->door.samples(backtest->door.context, &input, &rev, &err))
        readings_refuse(readings, err.text);
    note_failures(backtest);
    return twin;
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run_rows(struct backtest *backtest) {
    bool is_told = isatty(STDERR_FILENO) == 1;
    do {
        const struct twin *twin = take_row(backtest);
        emit_text(readings_time(&backtest->readings), backtest->out);
        putc(',', backtest->out);
        emit_text(row_id(backtest), backtest->out);
        emit_row(&backtest->emit, twin, backtest->out);
        if (++backtest->rows % PROGRESS_ROWS == 0 && is_told)
            fprintf(stderr, "\r%ld rows, %.0f %%\033[K", backtest->rows,
                    100 * csv_share(backtest->readings.csv));
    } while (readings_next(&backtest->readings));
    if (is_told) fputs("\r\033[K", stderr);
}

// ---- from begin to end

// The world begins with the first row that has a time.
static bool begin(struct backtest *backtest, const struct cast *cast, struct err *err) {
    int64_t start = 0;
    struct readings *readings = &backtest->readings;
    if (!readings_open(readings, backtest->path, backtest->time, backtest->id, err)) return false;
    if (!readings_next(readings))
        return err_set(err, ERR_INVALID, "%s has no row under its names", backtest->path);
    readings_at(readings, &start);
    struct rehearsal_cast rehearsal_cast = cast_of(cast);
    backtest->rehearsal = rehearsal_new(&rehearsal_cast, start, err);
    if (!backtest->rehearsal) return false;
    backtest->door = rehearsal_door(backtest->rehearsal);
    if (!find_model(backtest, err) ||
        !readings_map(readings, backtest->model, &backtest->maps, err))
        return false;
    size_t parameters = (size_t)backtest->parameters.count;
    backtest->settings = xcalloc(parameters + 1, sizeof *backtest->settings);
    backtest->rooms = xcalloc(parameters + 1, sizeof *backtest->rooms);
    backtest->samples = xcalloc((size_t)readings->mapping_count, sizeof *backtest->samples);
    for (int i = 0; i < backtest->parameters.count; i++)
        if (!read_parameter(backtest, i, err)) return false;
    if (!emit_choose(&backtest->emit, backtest->model, backtest->emitted, err)) return false;
    backtest->out = backtest->out_path ? fopen(backtest->out_path, "w") : stdout;
    return backtest->out ||
           err_set(err, ERR_INVALID, "--out %s cannot be written", backtest->out_path);
}

static void end(struct backtest *backtest) {
    if (backtest->out && backtest->out != stdout) fclose(backtest->out);
    readings_close(&backtest->readings);
    rehearsal_free(backtest->rehearsal);
    emit_fini(&backtest->emit);
    free(backtest->settings);
    free(backtest->rooms);
    free(backtest->samples);
    free(backtest->maps.list);
    free(backtest->parameters.list);
}

static int tell(const struct backtest *backtest, double seconds) {
    fprintf(stderr, "%ld rows in %.2f s, %.0f a second", backtest->rows, seconds,
            (double)backtest->rows / (seconds > 0 ? seconds : 1e-9));
    if (backtest->readings.refused > 0)
        fprintf(stderr, "; %ld refused", backtest->readings.refused);
    fprintf(stderr, "%s\n", backtest->failures == 0 ? "; no script failed" : "");
    if (fflush(backtest->out) != 0 || ferror(backtest->out)) return session_written(false);
    if (backtest->failures == 0) return EXIT_GOOD;
    struct err err;
    err_set(&err, ERR_INVALID, "scripts failed %ld times, first on %s: %.300s", backtest->failures,
            backtest->failed_twin, backtest->failed);
    return session_failed(&err, "mend it, and write a test of it: twinctl test");
}

static int backtest_run(const struct session *session, int argc, char **argv) {
    (void)session;
    struct err err;
    struct backtest backtest = {0};
    const char *folder = ".";
    bool is_verbose = false;
    const struct argument arguments[] = {
        {.name = "--model", .value = &backtest.model_name},
        {.name = "--time", .value = &backtest.time},
        {.name = "--id", .value = &backtest.id},
        {.name = "--map", .each = &backtest.maps},
        {.name = "--param", .each = &backtest.parameters},
        {.name = "--emit", .value = &backtest.emitted},
        {.name = "--out", .value = &backtest.out_path},
        {.name = "--dir", .value = &folder},
        {.name = "--verbose", .is_given = &is_verbose},
    };
    bool is_good = arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) &&
                   arguments_end(&argc, argv, 1, 1, &err) &&
                   (backtest.model_name || err_set(&err, ERR_INVALID, "--model is missing")) &&
                   (backtest.time || err_set(&err, ERR_INVALID,
                                             "--time is missing: the column with the time "
                                             "of each row"));
    if (!is_good) return session_misused(&backtest_verb, &err);
    struct script_files files = {0};
    struct cast cast = {0};
    backtest.path = argv[0];
    enum log_level level = is_verbose ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR;
    is_good = sources_read(folder, &files, &err) && cast_load(&cast, &files, level, false, &err);
    int code = EXIT_FAILED;
    if (!is_good) {
        code = session_failed(&err, "twinctl check %s", folder);
    } else if (!begin(&backtest, &cast, &err)) {
        code = session_failed(&err, "twinctl backtest --help");
    } else {
        double began = seconds_now();
        fputs("time,twin", backtest.out);
        emit_head(&backtest.emit, backtest.out);
        run_rows(&backtest);
        code = tell(&backtest, seconds_now() - began);
    }
    end(&backtest);
    cast_fini(&cast);
    script_files_fini(&files);
    return code;
}
