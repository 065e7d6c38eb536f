// Each twin is fitted on its own, to all courses it has.

#include "ctl/calibrate.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/calibration.h"
#include "ctl/cast.h"
#include "ctl/client.h"
#include "ctl/export.h"
#include "ctl/playback.h"
#include "ctl/session.h"
#include "ctl/sources.h"
#include "ctl/verdict.h"
#include "script/duration.h"
#include "script/script.h"
#include "twin/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int calibrate_run(const struct session *session, int argc, char **argv);

const struct verb calibrate_verb = {
    .name = "calibrate",
    .words = "MODEL FILE.csv ... --time COLUMN | MODEL --from-history TWIN ...",
    .summary = "fit the parameters of a model's physics to recorded data",
    .options =
        "--from-history       from what the running twind has recorded of these twins\n"
        "--from, --to         of it: Unix seconds, or so long ago: 30d\n"
        "--apply              and set them there, for each twin its own\n"
        "--every TIME         again each TIME, as long as it runs: 24h; --rounds N: so many times\n"
        "--fit NAME,...       these parameters (those that the model names in physics.fit)\n"
        "--time COLUMN[:UNIT] --id COLUMN --map COLUMN=FIELD --param NAME=VALUE   as for backtest\n"
        "--dir DIR            where models/ and scripts/ are (here)\n",
    .run = calibrate_run,
};

struct calibrating {
    const char *model, *folder, *from, *to;
    bool is_from_history, is_applied;
    const struct session *session;
    struct client *client; // NULL without --from-history
    struct cast cast;
    struct playback *playbacks;
    int playback_count;
    struct calibration calibration;
};

// PUT replaces all parameters, so all that the twin has are sent with those that were fitted.
static cJSON *body_of(const struct calibrating *calibrating, const cJSON *twin) {
    const struct calibration *calibration = &calibrating->calibration;
    cJSON *body = cJSON_CreateObject();
    cJSON *parameters = cJSON_Duplicate(member(twin, "parameters", NULL), true);
    cJSON_AddStringToObject(body, "model", calibrating->model);
    cJSON_AddItemToObject(body, "parameters", parameters);
    for (int i = 0; i < calibration->fit.count; i++) {
        const char *name = calibration_field(calibration, i)->name;
        cJSON_DeleteItemFromObjectCaseSensitive(parameters, name);
        cJSON_AddNumberToObject(parameters, name, calibration->fit.numbers[i]);
    }
    return body;
}

static bool apply(struct calibrating *calibrating, struct err *err) {
    const char *id = calibrating->calibration.id;
    struct answer twin = {0}, answer = {0};
    bool is_good = client_ask_twin(calibrating->client, "GET", id, "", NULL, 0, &twin, err);
    if (is_good) {
        cJSON *body = body_of(calibrating, twin.body);
        is_good = client_ask_twin(calibrating->client, "PUT", id, "", body, 0, &answer, err);
        cJSON_Delete(body);
    }
    if (is_good) fprintf(stderr, "%s: set\n", id);
    answer_fini(&answer);
    answer_fini(&twin);
    return is_good;
}

static bool calibrate_all(struct calibrating *calibrating, struct rows *rows, struct err *err) {
    const struct courses *courses = &calibrating->calibration.courses;
    for (int i = 0; i < courses->count; i++) {
        const struct course *first = &courses->list[i];
        bool is_done = first->count < 2;
        for (int j = 0; j < i; j++)
            is_done |= courses->list[j].count > 1 && strcmp(courses->list[j].id, first->id) == 0;
        if (is_done) continue;
        calibrating->calibration.id = first->id;
        if (!calibration_fit(&calibrating->calibration, first, err)) return false;
        for (int j = 0; j < calibrating->calibration.fit.count; j++)
            verdict_write(&calibrating->calibration, first, j, rows);
        verdict_tell_courses(&calibrating->calibration, first);
        verdict_tell_unclear(&calibrating->calibration);
        if (!calibrating->is_from_history) verdict_tell_words(&calibrating->calibration);
        if (calibrating->is_applied && !apply(calibrating, err)) return false;
    }
    return true;
}

// ---- where the data come from

static bool take_file(struct calibrating *calibrating, const struct playback *wanted,
                      struct err *err) {
    struct playback *playback = &calibrating->playbacks[calibrating->playback_count++];
    *playback = *wanted;
    playback->model_name = calibrating->model;
    if (!playback_open(playback, &calibrating->cast, err)) return false;
    calibrating->calibration.courses.physics =
        physics_find(calibrating->cast.script, calibrating->model);
    if (!calibrating->calibration.courses.physics)
        return err_set(err, ERR_NOT_FOUND, "model %s has no physics: declare it in models/%s.lua",
                       calibrating->model, calibrating->model);
    calibrating->calibration.model = playback->model;
    return courses_take(&calibrating->calibration.courses, &calibrating->cast, playback, err);
}

// The parameters that the twin has in twind, as --param would have them.
static bool ask_parameters(struct calibrating *calibrating, const char *id, struct region *region,
                           struct texts *parameters, struct err *err) {
    struct answer answer = {0};
    bool is_good = client_ask_twin(calibrating->client, "GET", id, "", NULL, 0, &answer, err);
    const cJSON *parameter;
    cJSON_ArrayForEach(parameter, member(answer.body, "parameters", NULL)) {
        const char *value = cell_of(region, member(parameter, "value", NULL));
        struct buffer text = {0};
        if (!*value) continue;
        buffer_printf(&text, "%s=%s", parameter->string, value);
        parameters->list =
            xrealloc(parameters->list, sizeof *parameters->list * (size_t)(parameters->count + 1));
        parameters->list[parameters->count++] = region_copy(region, text.bytes, text.length);
        buffer_fini(&text);
    }
    answer_fini(&answer);
    return is_good;
}

static bool take_history(struct calibrating *calibrating, const char *id, struct err *err) {
    char path[] = "/tmp/twinctl-history-XXXXXX";
    struct region region = {0};
    struct texts parameters = {0}, maps = {0};
    struct export wanted = {.id = id,
                            .from = calibrating->from,
                            .to = calibrating->to,
                            .is_told = isatty(STDERR_FILENO) == 1};
    int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file) return err_set(err, ERR_INTERNAL, "%s cannot be written", path);
    long rows = export_write(calibrating->client, &wanted, file, err);
    bool is_good = fclose(file) == 0 && rows >= 0;
    if (is_good && rows == 0)
        is_good = err_set(err, ERR_NOT_FOUND, "twind has recorded nothing of %s", id);
    is_good = is_good && ask_parameters(calibrating, id, &region, &parameters, err);
    struct playback from = {
        .path = path, .time = "time", .id = "twin", .maps = maps, .parameters = parameters};
    is_good = is_good && take_file(calibrating, &from, err);
    unlink(path);
    free(parameters.list);
    region_fini(&region);
    return is_good;
}

static bool take_all(struct calibrating *calibrating, const struct playback *wanted, char **words,
                     int count, struct err *err) {
    calibrating->playbacks = xcalloc((size_t)count, sizeof *calibrating->playbacks);
    if (calibrating->is_from_history) {
        calibrating->client = client_new(calibrating->session->url, err);
        if (!calibrating->client) return false;
    }
    for (int i = 0; i < count; i++) {
        struct playback from = *wanted;
        from.path = words[i];
        if (!(calibrating->is_from_history ? take_history(calibrating, words[i], err)
                                           : take_file(calibrating, &from, err)))
            return false;
    }
    return true;
}

// `given` is what was typed.
static int run_once(const struct calibrating *given, const struct playback *wanted, char **words,
                    int count) {
    struct err err;
    struct calibrating calibrating = *given;
    struct script_files files = {0};
    bool is_good = sources_read(calibrating.folder, &files, &err) &&
                   cast_load(&calibrating.cast, &files, LOG_LEVEL_ERROR, false, &err) &&
                   take_all(&calibrating, wanted, words, count, &err);
    int code = EXIT_FAILED;
    if (is_good) {
        struct rows *rows =
            session_rows(given->session, false, verdict_columns, verdict_column_count);
        is_good = calibrate_all(&calibrating, rows, &err);
        code = session_end(rows);
    }
    if (!is_good) code = session_failed(&err, "twinctl calibrate --help");
    for (int i = 0; i < calibrating.playback_count; i++)
        playback_close(&calibrating.playbacks[i]);
    courses_free(&calibrating.calibration.courses);
    free(calibrating.playbacks);
    client_free(calibrating.client);
    if (calibrating.cast.metrics) cast_fini(&calibrating.cast);
    script_files_fini(&files);
    return code;
}

// A round that fails is told, and the next one tried; the code is that of the last.
static int run_again(const struct calibrating *given, const struct playback *wanted, char **words,
                     int count, int64_t every, long rounds) {
    int code = run_once(given, wanted, words, count);
    for (long round = 1; every > 0 && round != rounds; round++) {
        fflush(stdout);
        sleep((unsigned)((every + 999999) / 1000000));
        code = run_once(given, wanted, words, count);
    }
    return code;
}

static bool check_words(const struct calibrating *calibrating, const struct playback *wanted,
                        const char *every, const char *rounds, int64_t *every_us, long *round_count,
                        struct err *err) {
    char *end = "";
    *round_count = rounds ? strtol(rounds, &end, 10) : 0;
    if (!calibrating->is_from_history && !wanted->time)
        return err_set(err, ERR_INVALID, "--time is missing: the column with each row's time");
    if (calibrating->is_applied && !calibrating->is_from_history)
        return err_set(err, ERR_INVALID,
                       "--apply is for --from-history: of a file it is not "
                       "known which twin it is of");
    if (every && !duration_parse(every, every_us))
        return err_set(err, ERR_INVALID, "--every wants " DURATION_FORM ", not '%.40s'", every);
    if (every && !calibrating->is_from_history)
        return err_set(err, ERR_INVALID, "--every is for --from-history: a file stays the same");
    if (rounds && (*end || *round_count < 1 || !every))
        return err_set(err, ERR_INVALID, "--rounds wants a number, 1 or more, and --every");
    return true;
}

static int calibrate_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct calibrating calibrating = {.folder = ".", .session = session};
    struct playback wanted = {0};
    const char *every = NULL, *rounds = NULL;
    int64_t every_us = 0;
    long round_count;
    const struct argument arguments[] = {
        {.name = "--time", .value = &wanted.time},
        {.name = "--id", .value = &wanted.id},
        {.name = "--map", .each = &wanted.maps},
        {.name = "--param", .each = &wanted.parameters},
        {.name = "--fit", .value = &calibrating.calibration.fitted},
        {.name = "--dir", .value = &calibrating.folder},
        {.name = "--from-history", .is_given = &calibrating.is_from_history},
        {.name = "--from", .value = &calibrating.from},
        {.name = "--to", .value = &calibrating.to},
        {.name = "--apply", .is_given = &calibrating.is_applied},
        {.name = "--every", .value = &every},
        {.name = "--rounds", .value = &rounds},
    };
    bool is_good = arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) &&
                   arguments_end(&argc, argv, 2, 10000, &err) &&
                   check_words(&calibrating, &wanted, every, rounds, &every_us, &round_count, &err);
    if (!is_good) return session_misused(&calibrate_verb, &err);
    calibrating.model = argv[0];
    int code = run_again(&calibrating, &wanted, argv + 1, argc - 1, every_us, round_count);
    free(wanted.maps.list);
    free(wanted.parameters.list);
    return code;
}
