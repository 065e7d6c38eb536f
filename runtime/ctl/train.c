// Profiles first, for features may stand on them: each is written into the set of files and the set
// is loaded anew, so that what follows runs as it will serve.

#include "ctl/train.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/cast.h"
#include "ctl/client.h"
#include "ctl/export.h"
#include "ctl/fit.h"
#include "ctl/lessons.h"
#include "ctl/session.h"
#include "ctl/sources.h"
#include "predict/profile.h"
#include "predict/ridge.h"
#include "script/learned.h"
#include "script/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int train_run(const struct session *session, int argc, char **argv);

const struct verb train_verb = {
    .name = "train",
    .words = "MODEL FILE.csv ... --time COLUMN | MODEL --from-history",
    .summary = "learn what a model declares learnable, and write it into scripts/learned",
    .options =
        "--from-history       from what the running twind has recorded of the model's twins\n"
        "--from, --to         of it: Unix seconds, or so long ago: 30d\n"
        "--time COLUMN[:UNIT] --id COLUMN --map COLUMN=FIELD   as for backtest\n"
        "--dir DIR            where models/ and scripts/ are (here)\n"
        "--dry-run            only say how well it would do\n",
    .run = train_run,
};

struct train {
    struct lessons lessons;
    bool is_from_history;
    struct export history;
    const char *folder;
    bool is_dry;
    struct script_files files;
};

static void write_numbers(struct buffer *out, const char *name, const double *numbers, int count) {
    char text[JSON_NUMBER_SIZE];
    buffer_printf(out, "  %s = {", name);
    for (int i = 0; i < count; i++) {
        json_format_number(numbers[i], text);
        buffer_printf(out, "%s%s%s", i ? "," : "", i && i % 12 == 0 ? "\n    " : " ", text);
    }
    buffer_printf(out, " },\n");
}

static void write_head(const struct train *train, const struct learned *learned,
                       const char *summary, struct buffer *out) {
    buffer_printf(
        out, "-- Made by `twinctl train %s`: %s\nreturn {\n  model = \"%s\", learned = \"%s\",\n",
        train->lessons.model, summary, learned->model, learned->name);
}

// Into the set, and onto the disk.
static bool keep(struct train *train, const struct learned *learned, struct buffer *text,
                 struct err *err) {
    struct buffer path = {0}, shown = {0};
    buffer_printf(&shown, "scripts/learned/%s_%s.lua", learned->model, learned->name);
    buffer_printf(&path, "%s/scripts/learned", train->folder);
    bool is_good = true;
    FILE *file = NULL;
    if (text->length > SCRIPT_FILE_MAX)
        is_good = err_set(err, ERR_TOO_LARGE,
                          "%s would have %zu bytes; %d are allowed: fewer trees, "
                          "or less depth",
                          (char *)shown.bytes, text->length, SCRIPT_FILE_MAX);
    if (is_good && !train->is_dry) {
        mkdir((char *)path.bytes, 0777);
        path.length = 0;
        buffer_printf(&path, "%s/%s", train->folder, (char *)shown.bytes);
        file = fopen((char *)path.bytes, "w");
        is_good = file && fwrite(text->bytes, text->length, 1, file) == 1;
        if (file && fclose(file) != 0) is_good = false;
        if (!is_good)
            err_set(err, ERR_INTERNAL, "%s cannot be written: %s", (char *)path.bytes,
                    strerror(errno));
    }
    struct script_files rest = {0};
    for (int i = 0; i < train->files.count; i++)
        if (strcmp(train->files.files[i].path, (char *)shown.bytes) != 0)
            script_files_add(&rest, train->files.files[i].path, train->files.files[i].text,
                             train->files.files[i].length);
    script_files_add(&rest, (char *)shown.bytes, (char *)text->bytes, text->length);
    script_files_seal(&rest);
    script_files_fini(&train->files);
    train->files = rest;
    if (is_good && !train->is_dry)
        printf("wrote %s, %zu bytes\n", (char *)path.bytes, text->length);
    buffer_fini(&path);
    buffer_fini(&shown);
    return is_good;
}

static bool train_profile(struct train *train, const struct learned *learned, struct err *err) {
    size_t count;
    double *rows = lessons_values(&train->lessons, &train->files, learned, &count, err);
    if (!rows) return false;
    struct profile *profile =
        profile_fit(rows, count, learned->regimes, learned->by_count, learned->of_count);
    free(rows);
    if (!profile)
        return err_set(err, ERR_INVALID, "learned.%s: no two rows have all of its settings",
                       learned->name);
    struct buffer text = {0};
    char summary[120];
    snprintf(summary, sizeof summary, "%d regimes found in %zu rows", profile->regimes, count);
    printf("%s: %s\n", learned->name, summary);
    write_head(train, learned, summary, &text);
    buffer_printf(&text, "  regimes = %d,\n", profile->regimes);
    write_numbers(&text, "scales", profile->scales, profile->settings);
    write_numbers(&text, "centres", profile->centres, profile->regimes * profile->settings);
    write_numbers(&text, "means", profile->means, profile->regimes * profile->values);
    write_numbers(&text, "deviations", profile->deviations, profile->regimes * profile->values);
    buffer_printf(&text, "}\n");
    bool is_good = keep(train, learned, &text, err);
    buffer_fini(&text);
    profile_free(profile);
    return is_good;
}

struct report { // the lines that whoever learned has written
    double error, mean, base;
    struct buffer bands, trees;
};

static void take_lines(FILE *lines, struct report *report) {
    char *line = NULL;
    size_t size = 0;
    *report = (struct report){.error = -1};
    while (getline(&line, &size, lines) > 0) {
        line[strcspn(line, "\n")] = 0;
        double at, low, high;
        if (sscanf(line, "error %lf", &report->error) == 1 ||
            sscanf(line, "mean %lf", &report->mean) == 1 ||
            sscanf(line, "base %lf", &report->base) == 1)
            continue;
        if (sscanf(line, "band %lf %lf %lf", &at, &low, &high) == 3)
            buffer_printf(&report->bands, "    %.6g, %.6g, %.6g,\n", at, low, high);
        else if (strncmp(line, "tree ", 5) == 0)
            buffer_printf(&report->trees, "    \"%s\",\n", line + 5);
    }
    free(line);
}

static void report_fini(struct report *report) {
    buffer_fini(&report->bands);
    buffer_fini(&report->trees);
}

// How well it would do, which is said first; then the begin of its file.
static void write_report(const struct train *train, const struct learned *learned,
                         const struct report *report, int inputs, struct buffer *out) {
    char summary[160];
    snprintf(summary, sizeof summary,
             "cross-validated error %.4g (root mean square; of the mean alone %.4g)", report->error,
             report->mean);
    printf("%s: %s\n", learned->name, summary);
    write_head(train, learned, summary, out);
    buffer_printf(out, "  inputs = %d,\n  bands = {\n%s  },\n", inputs,
                  report->bands.length ? (char *)report->bands.bytes : "");
}

// Beside this program, where both are installed.
static bool find_trainer(char *path, size_t size, struct err *err) {
    ssize_t length = readlink("/proc/self/exe", path, size - 16);
    if (length < 0) length = 0;
    path[length] = 0;
    char *slash = strrchr(path, '/');
    strcpy(slash ? slash + 1 : path, "twintrain");
    return access(path, X_OK) == 0 ||
           err_set(err, ERR_NOT_FOUND,
                   "trees are learned by %s, which is not there: `make train` installs libxgboost "
                   "and builds it",
                   path);
}

static bool learn_trees(struct train *train, const struct learned *learned, const char *matrix,
                        int inputs, struct buffer *text, struct err *err) {
    char trainer[1024];
    struct buffer command = {0};
    struct report report = {0};
    if (!find_trainer(trainer, sizeof trainer, err)) return false;
    buffer_printf(&command, "'%s' %s", trainer, matrix);
    FILE *lines = popen((char *)command.bytes, "r");
    buffer_fini(&command);
    if (!lines) return err_set(err, ERR_INTERNAL, "%s: %s", trainer, strerror(errno));
    take_lines(lines, &report);
    bool is_good = pclose(lines) == 0 && report.error >= 0 && report.trees.length > 0;
    if (is_good) {
        write_report(train, learned, &report, inputs, text);
        buffer_printf(text, "  base = %.9g,\n  trees = {\n%s  },\n}\n", report.base,
                      (char *)report.trees.bytes);
    } else {
        err_set(err, ERR_INTERNAL, "%s gave no trees", trainer);
    }
    report_fini(&report);
    return is_good;
}

static bool learn_ridge(struct train *train, const struct learned *learned, const char *matrix,
                        int inputs, struct buffer *text, struct err *err) {
    struct report report = {0};
    FILE *lines = tmpfile();
    struct ridge *ridge = lines ? fit_ridge(matrix, learned->penalty, lines, err) : NULL;
    if (!lines) err_set(err, ERR_INTERNAL, "no file for figures: %s", strerror(errno));
    if (ridge) {
        rewind(lines);
        take_lines(lines, &report);
        write_report(train, learned, &report, inputs, text);
        write_numbers(text, "weights", ridge->weights, inputs);
        write_numbers(text, "means", ridge->means, inputs);
        write_numbers(text, "deviations", ridge->deviations, inputs);
        buffer_printf(text, "  offset = %.9g,\n}\n", ridge->offset);
    }
    if (lines) fclose(lines);
    report_fini(&report);
    ridge_free(ridge);
    return text->length > 0;
}

static bool train_estimate(struct train *train, const struct learned *learned, struct err *err) {
    char matrix[] = "/tmp/twinctl-train-XXXXXX";
    int fd = mkstemp(matrix), inputs = 0;
    if (fd < 0) return err_set(err, ERR_INTERNAL, "%s: %s", matrix, strerror(errno));
    close(fd);
    struct buffer text = {0};
    bool is_good = lessons_matrix(&train->lessons, &train->files, learned, matrix, &inputs, err);
    if (is_good && learned->kind == LEARNED_TREES)
        is_good = learn_trees(train, learned, matrix, inputs, &text, err);
    else if (is_good)
        is_good = learn_ridge(train, learned, matrix, inputs, &text, err);
    unlink(matrix);
    is_good = is_good && keep(train, learned, &text, err);
    buffer_fini(&text);
    return is_good;
}

// Each step loads the files anew; a learned lives as long as its load.
static bool train_kinds(struct train *train, bool is_profile, int *trained, struct err *err) {
    bool is_good = true, is_more = true;
    for (int i = 0; is_good && is_more; i++) {
        struct cast cast;
        is_good = cast_load(&cast, &train->files, LOG_LEVEL_ERROR, false, err);
        const struct learned *learned = is_good ? script_learned(cast.script, i) : NULL;
        is_more = learned != NULL;
        if (learned && (learned->kind == LEARNED_PROFILE) == is_profile &&
            strcmp(learned->model, train->lessons.model) == 0) {
            ++*trained;
            is_good = is_profile ? train_profile(train, learned, err)
                                 : train_estimate(train, learned, err);
        }
        cast_fini(&cast);
    }
    return is_good;
}

// What twind has recorded, as a table in `path`.
static bool fetch_history(struct train *train, const char *url, const char *path, struct err *err) {
    FILE *file = fopen(path, "w");
    if (!file) return err_set(err, ERR_INTERNAL, "%s cannot be written", path);
    train->history.model = train->lessons.model;
    train->history.is_told = isatty(STDERR_FILENO) == 1;
    struct client *client = client_new(url, err);
    long rows = client ? export_write(client, &train->history, file, err) : -1;
    client_free(client);
    bool is_written = fclose(file) == 0;
    if (rows < 0) return false;
    if (!is_written) return err_set(err, ERR_INTERNAL, "%s cannot be written", path);
    if (rows == 0)
        return err_set(err, ERR_NOT_FOUND, "twind has recorded nothing of twins of model %s",
                       train->lessons.model);
    printf("%ld rows recorded\n", rows);
    return true;
}

static bool check_words(const struct train *train, int argc, struct err *err) {
    if (train->is_from_history)
        return argc == 1 || err_set(err, ERR_INVALID, "--from-history takes no files");
    if (argc < 2) return err_set(err, ERR_INVALID, "something is missing");
    return train->lessons.time || err_set(err, ERR_INVALID, "--time is missing");
}

static int train_run(const struct session *session, int argc, char **argv) {
    struct err err;
    char path[] = "/tmp/twinctl-history-XXXXXX";
    const char *const history[] = {path};
    struct texts maps = {0};
    struct train train = {.folder = ".", .lessons = {.maps = &maps}};
    const struct argument arguments[] = {
        {.name = "--time", .value = &train.lessons.time},
        {.name = "--id", .value = &train.lessons.id},
        {.name = "--map", .each = &maps},
        {.name = "--dir", .value = &train.folder},
        {.name = "--dry-run", .is_given = &train.is_dry},
        {.name = "--from-history", .is_given = &train.is_from_history},
        {.name = "--from", .value = &train.history.from},
        {.name = "--to", .value = &train.history.to},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 1, 10000, &err) || !check_words(&train, argc, &err))
        return session_misused(&train_verb, &err);
    train.lessons.model = argv[0];
    train.lessons.paths = (const char *const *)argv + 1;
    train.lessons.path_count = argc - 1;
    int trained = 0, fd = train.is_from_history ? mkstemp(path) : -1;
    bool is_good = true;
    if (fd >= 0) {
        close(fd);
        train.lessons.paths = history;
        train.lessons.path_count = 1;
        train.lessons.time = "time";
        train.lessons.id = "twin";
        is_good = fetch_history(&train, session->url, path, &err);
    }
    is_good = is_good && sources_read(train.folder, &train.files, &err) &&
              train_kinds(&train, true, &trained, &err) &&
              train_kinds(&train, false, &trained, &err);
    if (is_good && trained == 0)
        is_good =
            err_set(&err, ERR_NOT_FOUND, "model %s declares nothing learned", train.lessons.model);
    if (fd >= 0) unlink(path);
    int code = is_good ? EXIT_GOOD : session_failed(&err, "twinctl train --help");
    script_files_fini(&train.files);
    free(maps.list);
    return code;
}
