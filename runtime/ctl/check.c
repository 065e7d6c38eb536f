// Loads every file as twind does at its start, so what passes here starts there.

#include "ctl/check.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "ctl/arguments.h"
#include "ctl/session.h"
#include "predict/window.h"
#include "script/mark.h"
#include "script/script.h"
#include "twin/model.h"
#include "twin/twin.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int check_run(const struct session *session, int argc, char **argv);

const struct verb check_verb = {
    .name = "check",
    .words = "[DIR]",
    .summary = "load the models and scripts in DIR (here: .); needs no running twind",
    .options = "",
    .run = check_run,
};

static const struct column columns[] = {
    {.name = "model"},
    {.name = "level"},
    {.name = "fields", .is_number = true},
    {.name = "alarms", .is_number = true},
    {.name = "predictions", .is_number = true},
    {.name = "bytes", .is_number = true}, // a twin without samples
    {.name = "bytes_full",
     .is_number = true}, // and with the whole recent past its predictions need
};

// What the windows of a twin hold when they are full.
static size_t full_bytes(const struct model *model) {
    size_t bytes = 0;
    for (int i = 0; i < model->window_count; i++) {
        struct window *window = window_new();
        for (int64_t sample = 0; sample < 4 * WINDOW_POINTS; sample++)
            window_add(window, model->windows[i].span_us, (double)sample,
                       sample * model->windows[i].span_us / (2 * WINDOW_POINTS));
        bytes += window_bytes(window);
        window_free(window);
    }
    return bytes;
}

static void write_model(struct rows *rows, const struct model *model) {
    struct twin *twin = twin_new(1, "x", model);
    size_t bytes = twin_bytes(twin);
    size_t full = bytes + full_bytes(model);
    twin_free(twin);

    char fields[16], alarms[16], predictions[16], small[24], large[24];
    snprintf(fields, sizeof fields, "%d", model->field_count);
    snprintf(alarms, sizeof alarms, "%d", model->alarm_count);
    snprintf(predictions, sizeof predictions, "%d", model->prediction_count);
    snprintf(small, sizeof small, "%zu", bytes);
    snprintf(large, sizeof large, "%zu", full);
    const char *cells[] = {
        model->name, level_name(model->level), fields, alarms, predictions, small, large};
    struct buffer json = {0};
    buffer_printf(&json,
                  "{\"model\":\"%s\",\"level\":\"%s\",\"fields\":%s,\"alarms\":%s,"
                  "\"predictions\":%s,\"bytes\":%s,\"bytes_full\":%s}",
                  model->name, level_name(model->level), fields, alarms, predictions, small, large);
    buffer_byte(&json, 0);
    rows_add(rows, cells, (const char *)json.bytes);
    buffer_fini(&json);
}

static bool check_folder(const char *folder, struct rows *rows, struct err *err) {
    struct script_limits limits = {
        .call_us = 2000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 256u << 20};
    struct logger logger = {.level = LOG_LEVEL_WARN};
    struct metrics *metrics = metrics_new();
    struct script_files files = {0};
    struct script *script = NULL;
    struct buffer models = {0};
    struct buffer scripts = {0};
    buffer_printf(&models, "%s/models", folder);
    buffer_printf(&scripts, "%s/scripts", folder);
    buffer_byte(&models, 0);
    buffer_byte(&scripts, 0);

    if (script_files_read((char *)models.bytes, (char *)scripts.bytes, &files, err))
        script = script_load(&files, &limits, &logger, metrics, err);
    if (!script) mark_show(&files, err);
    for (int i = 0; script && i < script_model_count(script); i++) {
        struct model *model = script_take_model(script, i);
        write_model(rows, model);
        model_free(model);
    }
    bool is_good = script != NULL;
    script_free(script);
    script_files_fini(&files);
    metrics_free(metrics);
    buffer_fini(&models);
    buffer_fini(&scripts);
    return is_good;
}

static int check_run(const struct session *session, int argc, char **argv) {
    struct err err;
    if (!arguments_end(&argc, argv, 0, 1, &err)) return session_misused(&check_verb, &err);
    const char *folder = argc > 0 ? argv[0] : ".";
    struct session text = *session; // people's text also when piped, unless asked otherwise
    if (!session->has_format) text.format = ROWS_TABLE;
    struct rows *rows = session_rows(&text, false, columns, ARRAY_LEN(columns));
    if (check_folder(folder, rows, &err)) return session_end(rows);
    rows_free(rows);
    return session_failed(&err, "mend it, then: twinctl check %s", folder);
}
