// Lists of a handful, grown by one; the encoding writes a count of 0 for no process.

#include "twin/process_spec.h"

#include "base/memory.h"
#include "predict/ewma.h"
#include "predict/ring.h"
#include "twin/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAGES_MAX 64

struct process_spec *process_add(struct model *model) {
    struct process_spec *process = model->process = xcalloc(1, sizeof *process);
    process->rate = xstrdup("");
    process->level = xstrdup("");
    process->throughput = process->bottleneck = NONE;
    return process;
}

struct stage_spec *process_add_stage(struct process_spec *process, const char *relationship) {
    process->stages =
        xrealloc(process->stages, sizeof *process->stages * (size_t)(process->stage_count + 1));
    struct stage_spec *stage = &process->stages[process->stage_count++];
    *stage = (struct stage_spec){.relationship = xstrdup(relationship),
                                 .blocked = NONE,
                                 .starved = NONE,
                                 .held_blocked = NONE,
                                 .held_starved = NONE,
                                 .share_blocked = NONE,
                                 .share_starved = NONE};
    return stage;
}

void process_add_buffer(struct process_spec *process, const char *relationship) {
    process->buffers =
        xrealloc(process->buffers, sizeof *process->buffers * (size_t)(process->buffer_count + 1));
    process->buffers[process->buffer_count++] = xstrdup(relationship);
}

static int add_estimator(struct model *model, const struct estimator_kind *kind, double setting,
                         const char *stage, const char *what) {
    char name[100];
    snprintf(name, sizeof name, "%s %s", stage, what); // a blank: of no script's names
    model_add_estimator(model, name, kind)->as.settings[0] = setting;
    return model->estimator_count - 1;
}

void process_add_memory(struct model *model) {
    double window = (double)model->process->window_us / 1e6;
    for (int i = 0; i < model->process->stage_count; i++) {
        struct stage_spec *stage = &model->process->stages[i];
        const char *name = stage->relationship;
        stage->held_blocked = add_estimator(model, &ring_kind, 1, name, "is blocked");
        stage->share_blocked = add_estimator(model, &ewma_kind, window, name, "blocked share");
        stage->held_starved = add_estimator(model, &ring_kind, 1, name, "is starved");
        stage->share_starved = add_estimator(model, &ewma_kind, window, name, "starved share");
    }
}

void process_free(struct process_spec *process) {
    if (!process) return;
    for (int i = 0; i < process->stage_count; i++)
        free(process->stages[i].relationship);
    for (int i = 0; i < process->buffer_count; i++)
        free(process->buffers[i]);
    free(process->stages);
    free(process->buffers);
    free(process->rate);
    free(process->level);
    free(process);
}

static void renumber(int *field, const int *places) {
    if (*field != NONE) *field = places[*field];
}

void process_renumber(struct process_spec *process, const int *places) {
    renumber(&process->throughput, places);
    renumber(&process->bottleneck, places);
    for (int i = 0; i < process->stage_count; i++) {
        renumber(&process->stages[i].blocked, places);
        renumber(&process->stages[i].starved, places);
    }
}

static void write_text(struct buffer *out, const char *text) {
    buffer_text(out, text, strlen(text));
}

void process_encode(const struct process_spec *process, struct buffer *out) {
    buffer_varint(out, process ? (uint64_t)process->stage_count : 0);
    if (!process) return;
    for (int i = 0; i < process->stage_count; i++) {
        const struct stage_spec *stage = &process->stages[i];
        write_text(out, stage->relationship);
        buffer_zigzag(out, stage->blocked);
        buffer_zigzag(out, stage->starved);
        buffer_zigzag(out, stage->held_blocked);
        buffer_zigzag(out, stage->held_starved);
        buffer_zigzag(out, stage->share_blocked);
        buffer_zigzag(out, stage->share_starved);
    }
    buffer_varint(out, (uint64_t)process->buffer_count);
    for (int i = 0; i < process->buffer_count; i++)
        write_text(out, process->buffers[i]);
    write_text(out, process->rate);
    write_text(out, process->level);
    buffer_double(out, process->full);
    buffer_double(out, process->empty);
    buffer_zigzag(out, process->window_us);
    buffer_zigzag(out, process->throughput);
    buffer_zigzag(out, process->bottleneck);
}

static int read_index(struct reader *in, int count) {
    int64_t index = read_zigzag(in);
    if (index >= NONE && index < count) return (int)index;
    in->is_bad = 1;
    return NONE;
}

static void read_stage(const struct model *model, struct reader *in) {
    char *name = read_text_copy(in);
    struct stage_spec *stage = process_add_stage(model->process, name);
    free(name);
    stage->blocked = read_index(in, model->field_count);
    stage->starved = read_index(in, model->field_count);
    stage->held_blocked = read_index(in, model->estimator_count);
    stage->held_starved = read_index(in, model->estimator_count);
    stage->share_blocked = read_index(in, model->estimator_count);
    stage->share_starved = read_index(in, model->estimator_count);
}

void process_decode(struct model *model, struct reader *in) {
    uint64_t count = read_varint(in);
    if (count == 0 || in->is_bad) return;
    struct process_spec *process = process_add(model);
    if (count > STAGES_MAX) in->is_bad = 1;
    for (; count > 0 && !in->is_bad; count--)
        read_stage(model, in);
    count = read_varint(in);
    if (count > 0 && count != (uint64_t)process->stage_count - 1) in->is_bad = 1;
    for (; count > 0 && !in->is_bad; count--) {
        char *name = read_text_copy(in);
        process_add_buffer(process, name);
        free(name);
    }
    free(process->rate);
    free(process->level);
    process->rate = read_text_copy(in);
    process->level = read_text_copy(in);
    process->full = read_double(in);
    process->empty = read_double(in);
    process->window_us = read_zigzag(in);
    process->throughput = read_index(in, model->field_count);
    process->bottleneck = read_index(in, model->field_count);
    if (process->throughput == NONE) in->is_bad = 1;
    for (int i = 0; process->buffer_count > 0 && i < process->stage_count; i++) {
        const struct stage_spec *stage = &process->stages[i];
        if (stage->blocked == NONE || stage->starved == NONE || stage->held_blocked == NONE ||
            stage->held_starved == NONE || stage->share_blocked == NONE ||
            stage->share_starved == NONE || process->bottleneck == NONE)
            in->is_bad = 1;
    }
}
