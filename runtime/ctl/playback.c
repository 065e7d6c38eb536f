// A row that is older than the one before it is a late sample, as it would be live.

#include "ctl/playback.h"

#include "base/csv.h"
#include "base/err.h"
#include "base/memory.h"
#include "ctl/cast.h"
#include "ctl/reading.h"
#include "twin/model.h"
#include "twin/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_ROWS 4096

static const struct actor file_actor = {.kind = ACTOR_RUNTIME};

// ---- what the words mean

static bool find_model(struct playback *playback, struct err *err) {
    const struct world *world = playback->door.world;
    struct suggestion near = {playback->model_name, strlen(playback->model_name), NULL, 0};
    struct buffer known = {0};
    for (int i = 0; i < world->current_count; i++) {
        const struct model *model = world->current[i];
        if (strcmp(model->name, playback->model_name) == 0) playback->model = model;
        suggestion_try(&near, model->name);
        buffer_printf(&known, "%s%s", i ? ", " : "", model->name);
    }
    buffer_byte(&known, 0);
    if (!playback->model && near.best)
        err_set(err, ERR_NOT_FOUND, "there is no model '%s'; did you mean '%s'?",
                playback->model_name, near.best);
    else if (!playback->model)
        err_set(err, ERR_NOT_FOUND, "there is no model '%s'; there are %s", playback->model_name,
                (const char *)known.bytes);
    buffer_fini(&known);
    return playback->model != NULL;
}

static bool read_parameter(struct playback *playback, int index, struct err *err) {
    const char *text = playback->parameters.list[index], *equals = strchr(text, '=');
    if (!equals) return err_set(err, ERR_INVALID, "--param %s: write NAME=VALUE", text);
    int field = model_field(playback->model, FIELD_PARAMETER, text, (size_t)(equals - text));
    if (field == NONE)
        return err_set(err, ERR_NOT_FOUND, "--param %s: model %s has no such parameter", text,
                       playback->model_name);
    playback->settings[index].field = field;
    if (reading_take(&playback->model->fields[field], equals + 1, &playback->rooms[index],
                     &playback->settings[index].value) == READING_VALUE)
        return true;
    return err_set(err, ERR_INVALID, "--param %s: '%s' is no %s", text, equals + 1,
                   value_type_name(playback->model->fields[field].type));
}

// ---- rows

const char *playback_twin_id(const struct playback *playback) {
    const char *id = readings_id(&playback->readings);
    return id ? id : playback->model_name;
}

// The twin of a row, made when it is the first one of it. NULL with the reason.
static struct twin *take_twin(struct playback *playback, struct err *err) {
    const char *id = playback_twin_id(playback);
    size_t length = strlen(id);
    struct twin *twin = world_find(playback->door.world, id, length);
    if (twin) return twin;
    if (!twin_id_is_valid(id, length)) {
        err_set(err, ERR_INVALID, "'%.80s' is no id of a twin: 1 to 64 of A-Z a-z 0-9 . _ ~ : -",
                id);
        return NULL;
    }
    struct configure_input input = {.id = id,
                                    .id_length = length,
                                    .model = playback->model,
                                    .parameters = playback->settings,
                                    .parameter_count = playback->parameters.count,
                                    .actor = file_actor};
    bool is_new;
    uint64_t rev;
    if (!playback->door.configure(playback->door.context, &input, &is_new, &rev, err)) return NULL;
    return world_find(playback->door.world, id, length);
}

static void note_failures(struct playback *playback) {
    char id[TWIN_ID_MAX + 1], text[420];
    while (rehearsal_failure(playback->rehearsal, NULL, "", id, text)) {
        if (playback->failures++ > 0) continue;
        memcpy(playback->failed_twin, id, sizeof id);
        memcpy(playback->failed, text, sizeof text);
    }
}

struct twin *playback_row(struct playback *playback, int64_t *at_out) {
    struct readings *readings = &playback->readings;
    struct err err;
    int64_t at = 0;
    bool has_time = readings_at(readings, &at);
    *at_out = has_time ? at : 0;
    if (!has_time) readings_refuse(readings, "its time is neither ISO 8601 nor a number; left out");
    int64_t now = playback->door.now(playback->door.context);
    if (has_time && at > now) rehearsal_advance(playback->rehearsal, at - now);
    struct twin *twin = take_twin(playback, &err);
    if (!twin) readings_refuse(readings, err.text);
    if (!twin || !has_time) return twin;
    struct samples_input input = {.twin = twin,
                                  .model = playback->model,
                                  .samples = playback->samples,
                                  .count = readings_take(readings, at, playback->samples),
                                  .actor = file_actor};
    uint64_t rev;
    if (input.count > 0 && !playback->door.samples(playback->door.context, &input, &rev, &err))
        readings_refuse(readings, err.text);
    note_failures(playback);
    return twin;
}

bool playback_next(struct playback *playback) {
    bool is_told = isatty(STDERR_FILENO) == 1, is_there = readings_next(&playback->readings);
    if (++playback->rows % PROGRESS_ROWS == 0 && is_told)
        fprintf(stderr, "\r%ld rows, %.0f %%\033[K", playback->rows,
                100 * csv_share(playback->readings.csv));
    if (!is_there && is_told) fputs("\r\033[K", stderr);
    return is_there;
}

// ---- from begin to end

bool playback_open(struct playback *playback, const struct cast *cast, struct err *err) {
    int64_t start = 0;
    struct readings *readings = &playback->readings;
    if (!readings_open(readings, playback->path, playback->time, playback->id, err)) return false;
    if (!readings_next(readings))
        return err_set(err, ERR_INVALID, "%s has no row under its names", playback->path);
    readings_at(readings, &start);
    struct rehearsal_cast rehearsal_cast = cast_of(cast);
    playback->rehearsal = rehearsal_new(&rehearsal_cast, start, err);
    if (!playback->rehearsal) return false;
    playback->door = rehearsal_door(playback->rehearsal);
    if (!find_model(playback, err) ||
        !readings_map(readings, playback->model, &playback->maps, err))
        return false;
    size_t parameters = (size_t)playback->parameters.count;
    playback->settings = xcalloc(parameters + 1, sizeof *playback->settings);
    playback->rooms = xcalloc(parameters + 1, sizeof *playback->rooms);
    playback->samples = xcalloc((size_t)readings->mapping_count, sizeof *playback->samples);
    for (int i = 0; i < playback->parameters.count; i++)
        if (!read_parameter(playback, i, err)) return false;
    return true;
}

void playback_close(struct playback *playback) {
    readings_close(&playback->readings);
    rehearsal_free(playback->rehearsal);
    free(playback->settings);
    free(playback->rooms);
    free(playback->samples);
}
