// Versions are loaded when a turn needs them and stay; a log names few.

#include "fork/fork.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/metrics.h"
#include "script/script.h"
#include "store/log.h"
#include "store/past.h"
#include "store/state_file.h"
#include "store/versions.h"
#include "turn/engine.h"
#include "twin/snapshot.h"
#include "twin/twin_codec.h"

#include <stdlib.h>
#include <string.h>

#define GROWTH_BYTES (64u << 20) // of memory in one call: more than live gives, for it obeys live
#define STATE_BYTES (512u << 20)

// What scripts say in a fork has been said.
static const struct logger quiet = {.level = LOG_LEVEL_OFF};

struct fork_version {
    uint64_t version;
    const struct model **models; // NULL when it could not be loaded: `why`
    int count;
    struct err why;
};

static const struct model *find_layout(void *context, uint64_t layout) {
    return world_layout(((struct fork *)context)->world, layout);
}

// ---- twins

// Of `from` as it was, the relationship of that name to `to`; NONE when it did not have it.
static int find_link(const struct twin *from, const char *name, uint32_t to) {
    for (uint32_t i = 0; i < from->link_count; i++) {
        const struct link *link = &from->links[i];
        if (!link->is_incoming && link->other == to &&
            strcmp(from->model->relationships[link->relationship].name, name) == 0)
            return link->relationship;
    }
    return NONE;
}

// The relationship by which `other` was linked to a twin at the fork's rev, of its model then;
// `now` is that of the snapshot. A read of the log for each that has moved since.
static int past_link(struct fork *fork, uint32_t other, int now, uint32_t to) {
    struct buffer bytes = {0};
    struct twin *twin = NULL;
    struct err err;
    int relationship = NONE;
    if (snapshot_read(fork->options.snapshot, other, &bytes)) {
        struct reader in = {.at = bytes.bytes, .end = bytes.bytes + bytes.length};
        read_u32(&in);
        twin = twin_decode(&in, find_layout, fork, &err);
    }
    if (twin && twin->rev <= fork->options.rev) {
        relationship = now;
    } else if (twin) {
        struct past past = {0};
        if (past_open(&past, fork->options.source.log, other, twin->rev, fork->options.rev, &err))
            relationship = find_link(past.twin, twin->model->relationships[now].name, to);
        past_close(&past);
    }
    twin_free(twin);
    buffer_fini(&bytes);
    return relationship;
}

// A link that was taken away since the fork's rev is not in the snapshot any more, so it is not
// found.
static void link_in(struct fork *fork, struct twin *twin, struct reader *in) {
    for (uint32_t count = read_u32(in); count > 0; count--) {
        uint32_t other = read_u32(in);
        int relationship = (int)read_u32(in);
        if (fork->options.rev) relationship = past_link(fork, other, relationship, twin->number);
        if (relationship != NONE) world_link_in(twin, relationship, other);
    }
}

// Puts in what the log has of a twin at `rev`; `newest` is a revision of it at or after that.
static bool add_past(struct fork *fork, uint32_t number, uint64_t newest, uint64_t rev,
                     struct err *err) {
    struct past past = {0};
    struct buffer bytes = {0};
    bool is_found = past_open(&past, fork->options.source.log, number, newest, rev, err);
    if (is_found) {
        twin_encode(past.twin, &bytes);
        struct reader in = {.at = bytes.bytes, .end = bytes.bytes + bytes.length};
        struct twin *owned = twin_decode(&in, find_layout, fork, err);
        struct twin *here = world_twin(fork->world, number);
        is_found = owned != NULL;
        if (owned && here)
            world_restore(fork->world, here, owned);
        else if (owned)
            world_add(fork->world, owned);
    }
    buffer_fini(&bytes);
    past_close(&past);
    return is_found;
}

// Marks it, too.
static bool is_fetched(struct fork *fork, uint32_t number) {
    uint8_t *bits = &fork->fetched[number / 8], bit = (uint8_t)(1u << number % 8);
    bool is = *bits & bit;
    *bits |= bit;
    return is;
}

// The world asks for a twin that it does not have.
static struct twin *fetch(void *context, uint32_t number) {
    struct fork *fork = context;
    struct buffer bytes = {0};
    struct err err;
    struct twin *twin = NULL;
    if (number >= snapshot_next_number(fork->options.snapshot) || is_fetched(fork, number))
        return NULL;
    fork->world->fetch = NULL; // what is looked for below is not fetched
    if (snapshot_read(fork->options.snapshot, number, &bytes)) {
        struct reader in = {.at = bytes.bytes, .end = bytes.bytes + bytes.length};
        read_u32(&in);
        twin = twin_decode(&in, find_layout, fork, &err);
        if (twin && fork->options.rev && twin->rev > fork->options.rev) {
            uint64_t newest = twin->rev;
            twin_free(twin);
            twin = NULL;
            if (add_past(fork, number, newest, fork->options.rev, &err))
                twin = world_twin(fork->world, number);
        } else if (twin) {
            world_add(fork->world, twin);
        }
        int64_t run_at = (int64_t)read_u64(&in);
        if (twin) link_in(fork, twin, &in);
        if (twin) twin->timers_run_at = fork->options.rev ? fork->world->clock : run_at;
    }
    fork->world->fetch = fetch;
    buffer_fini(&bytes);
    return twin;
}

struct twin *fork_decode(struct fork *fork, const struct buffer *bytes) {
    struct reader in = {.at = bytes->bytes, .end = bytes->bytes + bytes->length};
    struct err err;
    read_u32(&in);
    return twin_decode(&in, find_layout, fork, &err);
}

bool fork_restore(struct fork *fork, uint32_t number, uint64_t rev, struct err *err) {
    return add_past(fork, number, rev, rev, err);
}

// ---- versions

static struct script *load(struct fork *fork, const struct script_files *files,
                           struct fork_version *version) {
    struct script_limits limits = {.call_us = fork->options.source.call_us,
                                   .predict_us = fork->options.source.call_us,
                                   .patience = fork->options.patience,
                                   .soft_bytes = GROWTH_BYTES,
                                   .hard_bytes = STATE_BYTES};
    struct script *script = script_load(files, &limits, &quiet, fork->metrics, &version->why);
    if (!script) return NULL;
    script_trace(script, fork->options.trace);
    version->count = script_model_count(script);
    version->models = xcalloc((size_t)version->count + 1, sizeof *version->models);
    for (int i = 0; i < version->count; i++) {
        version->models[i] = world_adopt_model(fork->world, script_take_model(script, i));
        script_bind(script, i, version->models[i]);
    }
    engine_know(fork->engine, files);
    return script;
}

static struct fork_version *add_version(struct fork *fork, uint64_t version) {
    fork->versions =
        xrealloc(fork->versions, (size_t)(fork->version_count + 1) * sizeof *fork->versions);
    struct fork_version *added = &fork->versions[fork->version_count++];
    *added = (struct fork_version){.version = version};
    return added;
}

static struct fork_version *find_version(struct fork *fork, uint64_t version) {
    for (int i = fork->version_count; i-- > 0;)
        if (fork->versions[i].version == version) return &fork->versions[i];
    return NULL;
}

static struct script *load_stored(struct fork *fork, uint64_t version) {
    struct fork_version *added = add_version(fork, version);
    struct buffer bytes = {0};
    struct script_files files = {0};
    struct script *script = NULL;
    if (versions_read_files(fork->options.source.file, version, &bytes, &added->why) &&
        script_files_decode(bytes.bytes, bytes.length, &files, &added->why))
        script = load(fork, &files, added);
    script_files_fini(&files);
    buffer_fini(&bytes);
    return script;
}

// A version that a twin is held on.
static struct script *on_missing(void *context, uint64_t version) {
    return load_stored(context, version);
}

static void set_current(struct fork *fork, uint64_t version) {
    const struct fork_version *found = find_version(fork, version);
    world_set_current(fork->world, found->models, found->count);
}

bool fork_serve(struct fork *fork, uint64_t version, struct err *err) {
    if (version == fork->world->version) return true;
    if (engine_use_again(fork->engine, version)) {
        set_current(fork, version);
        return true;
    }
    struct fork_version *known = find_version(fork, version);
    struct script *script = known ? NULL : load_stored(fork, version);
    if (!script) {
        *err = find_version(fork, version)->why;
        return false;
    }
    set_current(fork, version);
    engine_use(fork->engine, script);
    return true;
}

bool fork_serve_files(struct fork *fork, const struct script_files *files, struct err *err) {
    struct script *script = load(fork, files, add_version(fork, files->version));
    if (!script) {
        *err = find_version(fork, files->version)->why;
        return false;
    }
    set_current(fork, files->version);
    engine_use(fork->engine, script);
    return true;
}

// ---- the fork

// The world stands as the snapshot does, with no twin in it yet.
static void stand(struct fork *fork) {
    const struct snapshot *snapshot = fork->options.snapshot;
    fork->world->rev = fork->options.rev ? fork->options.rev : snapshot_rev(snapshot);
    fork->world->clock = snapshot_clock(snapshot);
    fork->world->next_number = snapshot_next_number(snapshot);
    memset(fork->fetched, 0, snapshot_next_number(snapshot) / 8 + 1);
    fork->world->fetch = fetch;
    fork->world->fetch_context = fork;
}

void fork_reset(struct fork *fork) {
    fork->world->fetch = NULL;
    engine_drop_events(fork->engine);
    for (uint32_t i = 0; i < fork->world->number_capacity; i++)
        if (fork->world->by_number[i]) world_remove(fork->world, fork->world->by_number[i]);
    stand(fork);
}

bool fork_open(struct fork *fork, const struct fork_options *options, struct err *err) {
    *fork = (struct fork){.world = world_new(), .options = *options, .metrics = metrics_new()};
    struct sink sink = options->sink;
    sink.context = fork;
    sink.on_missing = on_missing;
    fork->engine = engine_new(fork->world, &sink, &quiet, fork->metrics);
    scan_open(&fork->scan, log_journal(options->source.log));
    if (options->snapshot) {
        fork->fetched = xcalloc(snapshot_next_number(options->snapshot) / 8 + 1, 1);
        stand(fork);
    }
    return fork_read_layouts(fork, err);
}

void fork_close(struct fork *fork) {
    fork->world->fetch = NULL;
    engine_free(fork->engine);
    for (int i = 0; i < fork->version_count; i++)
        free(fork->versions[i].models);
    free(fork->versions);
    free(fork->fetched);
    scan_close(&fork->scan);
    world_free(fork->world);
    metrics_free(fork->metrics);
}

void fork_rewind(struct fork *fork, uint64_t rev, int64_t clock) {
    fork->options.rev = fork->world->rev = rev;
    fork->world->clock = clock;
    fork->world->fetch = rev && fork->options.snapshot ? fetch : NULL;
}

// Its newest revision in the snapshot, 0 = it is not there.
static uint64_t newest_of(struct fork *fork, uint32_t number) {
    struct buffer bytes = {0};
    struct twin *twin =
        snapshot_read(fork->options.snapshot, number, &bytes) ? fork_decode(fork, &bytes) : NULL;
    uint64_t rev = twin ? twin->rev : 0;
    twin_free(twin);
    buffer_fini(&bytes);
    return rev;
}

bool fork_advance(struct fork *fork, uint32_t number, uint64_t rev, int64_t clock,
                  struct err *err) {
    struct world *world = fork->world;
    uint32_t left = world->twin_count;
    fork_rewind(fork, rev, clock);
    memset(fork->fetched, 0, snapshot_next_number(fork->options.snapshot) / 8 + 1);
    for (uint32_t i = 0; left > 0; i++) {
        if (!world->by_number[i]) continue;
        left--;
        is_fetched(fork, i);
        uint64_t newest = i == number ? 0 : newest_of(fork, i);
        if (newest > world->by_number[i]->rev && !add_past(fork, i, newest, rev, err)) return false;
    }
    return true;
}

void fork_renew(struct fork *fork, struct snapshot *snapshot) {
    uint32_t had = snapshot_next_number(fork->options.snapshot) / 8 + 1;
    uint32_t has = snapshot_next_number(snapshot) / 8 + 1;
    fork->fetched = xrealloc(fork->fetched, has);
    memset(fork->fetched + had, 0, has - had);
    fork->options.snapshot = snapshot;
}
