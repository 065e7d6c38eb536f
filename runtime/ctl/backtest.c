// A playback with what its twin derived behind each row.

#include "ctl/backtest.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/cast.h"
#include "ctl/emit.h"
#include "ctl/playback.h"
#include "ctl/session.h"
#include "ctl/sources.h"
#include "script/script.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
    struct playback playback;
    const char *emitted, *out_path;
    FILE *out;
    struct emit emit;
};

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run_rows(struct backtest *backtest) {
    struct playback *playback = &backtest->playback;
    int64_t at;
    do {
        const struct twin *twin = playback_row(playback, &at);
        emit_text(readings_time(&playback->readings), backtest->out);
        putc(',', backtest->out);
        emit_text(playback_twin_id(playback), backtest->out);
        emit_row(&backtest->emit, twin, backtest->out);
    } while (playback_next(playback));
}

static bool begin(struct backtest *backtest, const struct cast *cast, struct err *err) {
    struct playback *playback = &backtest->playback;
    if (!playback_open(playback, cast, err) ||
        !emit_choose(&backtest->emit, playback->model, backtest->emitted, err))
        return false;
    backtest->out = backtest->out_path ? fopen(backtest->out_path, "w") : stdout;
    return backtest->out ||
           err_set(err, ERR_INVALID, "--out %s cannot be written", backtest->out_path);
}

static void end(struct backtest *backtest) {
    if (backtest->out && backtest->out != stdout) fclose(backtest->out);
    playback_close(&backtest->playback);
    free(backtest->playback.maps.list);
    free(backtest->playback.parameters.list);
    emit_fini(&backtest->emit);
}

static int tell(const struct backtest *backtest, double seconds) {
    fprintf(stderr, "%ld rows in %.2f s, %.0f a second", backtest->playback.rows, seconds,
            (double)backtest->playback.rows / (seconds > 0 ? seconds : 1e-9));
    if (backtest->playback.readings.refused > 0)
        fprintf(stderr, "; %ld refused", backtest->playback.readings.refused);
    fprintf(stderr, "%s\n", backtest->playback.failures == 0 ? "; no script failed" : "");
    if (fflush(backtest->out) != 0 || ferror(backtest->out)) return session_written(false);
    if (backtest->playback.failures == 0) return EXIT_GOOD;
    struct err err;
    err_set(&err, ERR_INVALID, "scripts failed %ld times, first on %s: %.300s",
            backtest->playback.failures, backtest->playback.failed_twin, backtest->playback.failed);
    return session_failed(&err, "mend it, and write a test of it: twinctl test");
}

static int backtest_run(const struct session *session, int argc, char **argv) {
    (void)session;
    struct err err;
    struct backtest backtest = {0};
    const char *folder = ".";
    bool is_verbose = false;
    const struct argument arguments[] = {
        {.name = "--model", .value = &backtest.playback.model_name},
        {.name = "--time", .value = &backtest.playback.time},
        {.name = "--id", .value = &backtest.playback.id},
        {.name = "--map", .each = &backtest.playback.maps},
        {.name = "--param", .each = &backtest.playback.parameters},
        {.name = "--emit", .value = &backtest.emitted},
        {.name = "--out", .value = &backtest.out_path},
        {.name = "--dir", .value = &folder},
        {.name = "--verbose", .is_given = &is_verbose},
    };
    bool is_good =
        arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) &&
        arguments_end(&argc, argv, 1, 1, &err) &&
        (backtest.playback.model_name || err_set(&err, ERR_INVALID, "--model is missing")) &&
        (backtest.playback.time || err_set(&err, ERR_INVALID,
                                           "--time is missing: the column with the time "
                                           "of each row"));
    if (!is_good) return session_misused(&backtest_verb, &err);
    struct script_files files = {0};
    struct cast cast = {0};
    backtest.playback.path = argv[0];
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
