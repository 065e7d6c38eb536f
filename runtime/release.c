// Deploying, promoting and rolling back: what is asked for waits in a line, and each goes worker
// (read, load) -> loop (decide) -> worker (store) -> loop (swap, answer).
//
// The list of versions belongs to the loop; the worker gets copies. What cannot be stored is not
// promoted, for the next start would serve another version; only --dev, whose files are on disk
// anyway, goes on.

#include "release.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "base/worker.h"
#include "canary_watch.h"
#include "config.h"
#include "folders.h"
#include "push/push.h"
#include "reload.h"
#include "store/checkpoint.h"
#include "turn/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_US 200000 // --dev where folders cannot be watched

static void begin(struct reload *reload);
static void on_loaded(struct job *job);
static void finish_served(struct load *load);
static void on_stored(struct job *job);

// ---- on the worker ----

static void run_load(struct job *job) {
    struct load *load = (struct load *)job;
    const struct config *config = load->reload->config;
    struct buffer bytes = {0};
    struct err *err = &load->err;
    bool is_read = true;
    if (load->source == SOURCE_DISK)
        is_read = script_files_read(config->models_dir, config->scripts_dir, &load->files, err);
    if (load->source == SOURCE_STORE)
        is_read = versions_read_files(checkpoint_file(load->reload->checkpoint), load->version,
                                      &bytes, err) &&
                  script_files_decode(bytes.bytes, bytes.length, &load->files, err);
    buffer_fini(&bytes);
    load->has_failed = !is_read;
    if (!is_read || load->is_only_read) return;
    load->version = load->files.version;
    if (load->version == load->serving) return; // is loaded, and twice is no use
    load->has_failed =
        !reload_load(load->reload, &load->files, &load->script, &load->for_looker, err);
    load->has_mark = load->has_failed && mark_find(&load->files, err, &load->mark);
}

static void run_store(struct job *job) {
    struct load *load = (struct load *)job;
    struct buffer bytes = {0};
    struct version_write write = {.head_count = load->heads.count, .dropped = load->dropped};
    for (int i = 0; i < load->heads.count; i++)
        write.heads[i] = versions_find(&load->heads, i == 0 ? load->version : load->serving);
    if (load->heads.count > 0) {
        script_files_encode(&load->files, &bytes);
        write.files = &bytes;
        write.promoted = load->heads.promoted;
        write.author = load->order ? load->order->author : NULL;
        if (load->is_rollback && !write.author) write.author = load->order ? "" : "twind";
    }
    load->has_failed =
        !versions_write(checkpoint_file(load->reload->checkpoint), &write, &load->err);
    buffer_fini(&bytes);
}

// ---- the line ----

static void free_order(struct order *order) {
    free(order->author);
    free(order->reason);
    script_files_fini(&order->files);
    free(order);
}

static void answer(struct load *load, const struct err *why, const struct buffer *json) {
    if (!load->order) return;
    struct later *later = &load->order->later;
    if (later->context) later->on_done(later, why, json);
    free_order(load->order);
    load->order = NULL;
}

static void submit(struct load *load, void (*run)(struct job *), void (*done)(struct job *)) {
    load->job = (struct job){.run = run, .done = done};
    worker_submit(load->reload->worker, &load->job);
}

// The load is over, whatever came of it; the next in the line begins.
static void finish(struct load *load) {
    struct reload *reload = load->reload;
    reload->first = load->next;
    if (!reload->first) reload->last = NULL;
    script_free(load->script);
    script_free(load->for_looker);
    script_files_fini(&load->files);
    versions_fini(&load->heads);
    free(load->why);
    free(load);
    begin(reload);
}

static void fail(struct load *load) {
    answer(load, &load->err, NULL);
    finish(load);
}

static struct load *append(struct reload *reload, enum load_source source) {
    struct load *load = xcalloc(1, sizeof *load);
    load->reload = reload;
    load->source = source;
    load->asked_at = loop_monotonic(reload->loop);
    if (reload->last)
        reload->last->next = load;
    else
        reload->first = load;
    reload->last = load;
    return load;
}

// Where a rollback goes, or what the order names.
static bool choose_version(struct load *load) {
    const struct versions *versions = &load->reload->versions;
    if (!load->is_rollback) {
        if (load->source != SOURCE_STORE || !load->order) return true;
        return versions_parse(versions, load->order->version, &load->version, &load->err);
    }
    const struct version_head *now = versions_find(versions, versions->promoted);
    load->version = now ? now->before : 0;
    if (versions_find(versions, load->version)) return true;
    return err_set(&load->err, ERR_PRECONDITION,
                   "there is no version to roll back to: nothing was promoted before %08x",
                   (unsigned)(versions->promoted >> 32));
}

static void begin(struct reload *reload) {
    struct load *load = reload->first;
    if (!load || reload->is_closing) return;
    if (load->is_disk_look) reload->is_disk_waiting = false;
    load->serving = reload->world->version;
    if (load->dropped) {
        submit(load, run_store, on_stored);
    } else if (load->is_rollback && canary_is_out(reload)) { // the canary is all there is to undo
        canary_withdraw(reload, "");
        reload_follow(reload, 0);
        load->version = load->serving;
        finish_served(load);
    } else if (choose_version(load)) {
        submit(load, run_load, on_loaded);
    } else {
        fail(load);
    }
}

static void append_and_begin(struct reload *reload, struct load *load) {
    if (reload->first == load) begin(reload);
}

// ---- loaded ----

static void refuse_disk(struct load *load) {
    struct reload *reload = load->reload;
    bool is_known = load->files.version && load->files.version == reload->refused;
    if (is_known && !load->is_asked) return;
    ++*reload->refused_total;
    reload->refused = load->files.version;
    logger_line(reload->logger, LOG_LEVEL_ERROR, "scripts_refused", "why=\"%s\" serving=%08x",
                load->err.text, (unsigned)(load->serving >> 32));
    if (reload->config->is_dev) release_write_block(load);
    release_tell(load, "refused", load->err.text);
}

// Nothing to load: what is asked for serves already.
static void finish_served(struct load *load) {
    struct reload *reload = load->reload;
    struct buffer json = {0};
    bool is_mended = load->source == SOURCE_DISK && reload->refused != 0;
    if (load->source == SOURCE_DISK) reload->refused = 0;
    if (is_mended) release_tell(load, "promoted", "");
    if (load->order && load->order->kind == ORDER_FILES)
        release_write_files(load, &json);
    else
        release_write_answer(load, &json), release_close_answer(load, &json);
    answer(load, NULL, &json);
    buffer_fini(&json);
    finish(load);
}

// Nothing is stored, so it begins at once.
static void begin_trial(struct load *load) {
    struct buffer json = {0};
    if (!canary_may_begin(load, &load->err)) {
        fail(load);
        return;
    }
    release_write_answer(load, &json);
    canary_begin(load);
    reload_follow(load->reload, 0);
    release_close_answer(load, &json);
    answer(load, NULL, &json);
    buffer_fini(&json);
    finish(load);
}

static void on_loaded(struct job *job) {
    struct load *load = (struct load *)job;
    struct reload *reload = load->reload;
    const struct order *order = load->order;
    if (reload->is_closing) return;
    if (load->has_failed) {
        if (load->source == SOURCE_DISK) refuse_disk(load);
        fail(load);
    } else if (order && order->canary > 0) {
        begin_trial(load);
    } else if (load->is_only_read || load->version == load->serving ||
               (order && (order->is_dry || order->kind == ORDER_CHECK))) {
        finish_served(load);
    } else if (load->source == SOURCE_DISK && load->version == reload->refused &&
               !load->is_asked) { // it was rolled back: until the files change
        finish(load);
    } else {
        release_prepare_heads(load);
        submit(load, run_store, on_stored);
    }
}

// ---- stored ----

static void swap(struct load *load) {
    struct reload *reload = load->reload;
    bool has_probation = !load->is_rollback && (load->source != SOURCE_DISK || load->is_asked);
    int64_t before = loop_monotonic(reload->loop);
    reload_adopt(reload, load->script, load->for_looker, &load->files);
    load->script = load->for_looker = NULL;
    reload_follow(reload, has_probation ? reload->config->probation_us : 0);
    ++*(load->is_rollback ? reload->rolled_back_total : reload->loaded_total);
    // What was rolled back by itself is on disk still: it is not taken again until that changes.
    reload->refused = load->is_rollback ? load->serving : 0;
    int64_t now = loop_monotonic(reload->loop);
    if (now - before > reload->longest_swap_us) reload->longest_swap_us = now - before;
    logger_line(reload->logger, load->why ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
                load->is_rollback ? "rolled_back" : "scripts_loaded",
                "version=%08x from=%08x swap_us=%lld ms=%lld why=\"%s\"",
                (unsigned)(load->version >> 32), (unsigned)(load->serving >> 32),
                (long long)(now - before), (long long)(now - load->asked_at) / 1000,
                load->why ? load->why : "");
    release_tell(load, load->is_rollback ? "rolled_back" : "promoted", load->why ? load->why : "");
}

static void on_stored(struct job *job) {
    struct load *load = (struct load *)job;
    struct reload *reload = load->reload;
    struct buffer json = {0};
    if (reload->is_closing) return;
    if (load->dropped) {
        if (!load->has_failed) versions_remove(&reload->versions, load->dropped);
        bool is_again = !load->has_failed;
        finish(load);
        if (is_again) release_trim(reload);
        return;
    }
    if (load->has_failed) {
        logger_line(reload->logger, LOG_LEVEL_WARN, "version_not_stored", "why=\"%s\"",
                    load->err.text);
        load->err.code = ERR_UNAVAILABLE;
        if (load->source != SOURCE_DISK || load->is_asked) {
            fail(load);
            return;
        }
    }
    release_write_answer(load, &json); // compares with what serves until now
    for (int i = 0; i < load->heads.count; i++)
        versions_put(&reload->versions, &load->heads.heads[i]);
    if (load->heads.promoted) {
        reload->versions.promoted = load->heads.promoted;
        swap(load);
    }
    bool is_swapped = load->heads.promoted != 0; // it is trimmed when the fleet has been walked
    release_close_answer(load, &json);
    answer(load, NULL, &json);
    buffer_fini(&json);
    finish(load);
    if (!is_swapped) release_trim(reload);
}

// ---- the ways in ----

void reload_disk(struct reload *reload, bool is_asked) {
    if (reload->is_disk_waiting && !is_asked) return;
    struct load *load = append(reload, SOURCE_DISK);
    load->is_asked = is_asked;
    load->is_disk_look = reload->is_disk_waiting = !is_asked;
    append_and_begin(reload, load);
}

static void take_order(void *context, struct order *order) {
    static const enum load_source sources[] = {[ORDER_DEPLOY] = SOURCE_GIVEN,
                                               [ORDER_CHECK] = SOURCE_STORE,
                                               [ORDER_PROMOTE] = SOURCE_STORE,
                                               [ORDER_ROLLBACK] = SOURCE_STORE,
                                               [ORDER_FILES] = SOURCE_STORE};
    struct reload *reload = context;
    struct load *load = append(reload, sources[order->kind]);
    load->order = order;
    load->is_rollback = order->kind == ORDER_ROLLBACK;
    load->is_only_read = order->kind == ORDER_FILES;
    if (load->is_rollback && order->reason && *order->reason) load->why = xstrdup(order->reason);
    load->files = order->files;
    order->files = (struct script_files){0};
    append_and_begin(reload, load);
}

void release_roll_back(struct reload *reload, const char *why) {
    struct load *load = append(reload, SOURCE_STORE);
    load->is_rollback = true;
    load->why = xstrdup(why);
    append_and_begin(reload, load);
}

static bool is_needed(const void *engine, uint64_t version) {
    return engine_needs(engine, version);
}

void release_trim(struct reload *reload) {
    uint64_t version = versions_superfluous(&reload->versions, is_needed, reload->engine);
    if (!version) return;
    struct load *load = append(reload, SOURCE_STORE);
    load->dropped = version;
    engine_forget(reload->engine, version);
    append_and_begin(reload, load);
}

struct desk reload_desk(struct reload *reload) {
    return (struct desk){.context = reload, .list = release_list, .take = take_order};
}

// ---- opening and closing ----

static void on_folders(void *context) {
    reload_disk(context, false);
}

static void on_poll(void *context) {
    struct reload *reload = context;
    reload_disk(reload, false);
    loop_timer_set(reload->loop, &reload->poll_timer, POLL_US, on_poll, reload);
}

bool reload_start(struct reload *reload, struct err *err) {
    const struct config *config = reload->config;
    struct err why;
    reload->worker = worker_new("twind-reload", (void (*)(void *))loop_wake, reload->loop, err);
    if (!reload->worker) return false;
    reload_follow(reload, 0);
    if (!config->is_dev) return true;
    reload->folders = folders_watch(reload->loop, config->models_dir, config->scripts_dir,
                                    on_folders, reload, &why);
    if (reload->folders) return true;
    logger_line(reload->logger, LOG_LEVEL_WARN, "folders_not_watched",
                "why=\"%s\" note=\"they are read five times a second\"", why.text);
    on_poll(reload);
    return true;
}

void reload_collect(struct reload *reload) {
    worker_collect(reload->worker);
}

void reload_close(struct reload *reload) {
    struct err err;
    if (!reload->worker) return;
    reload->is_closing = true;
    worker_free(reload->worker);
    reload->worker = NULL;
    err_set(&err, ERR_UNAVAILABLE, "twind stops: ask again when it runs");
    while (reload->first) {
        answer(reload->first, &err, NULL);
        finish(reload->first);
    }
}

void reload_fini(struct reload *reload) {
    folders_free(reload->folders);
    versions_fini(&reload->versions);
    script_files_fini(&reload->files);
}
