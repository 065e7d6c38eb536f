// A log whose oldest part has been dropped cannot be compared: it is read and checked, and said to
// be trimmed.

#include "verify.h"

#include "base/err.h"
#include "base/metrics.h"
#include "config.h"
#include "data_folder.h"
#include "fork/replay.h"
#include "store/checkpoint.h"
#include "store/log.h"
#include "store/recovery.h"
#include "twin/world.h"

#include <stdio.h>

struct verify {
    struct metrics *metrics;
    struct log *log;
    struct checkpoint *checkpoint;
};

static void on_commit(void *context, void *attachment) {
    (void)context;
    (void)attachment;
}

static void on_wake(void *context) {
    (void)context;
}

static bool open_store(struct verify *verify, const struct config *config,
                       const struct logger *logger, struct err *err) {
    struct log_options log = {.dir = config->data_dir,
                              .quota_bytes = (uint64_t)config->log_quota,
                              .logger = logger,
                              .metrics = verify->metrics,
                              .on_commit = on_commit,
                              .wake = on_wake};
    struct checkpoint_options checkpoint = {config->data_dir, logger, verify->metrics};
    verify->log = log_open(&log, err);
    if (verify->log) verify->checkpoint = checkpoint_open(&checkpoint, err);
    return verify->checkpoint != NULL;
}

static bool recover(struct verify *verify, bool ignore_checkpoints, struct recovery *recovery,
                    uint32_t *twins, uint64_t *hash, struct err *err) {
    struct world *world = world_new();
    struct recovery_options options = {.ignore_checkpoints = ignore_checkpoints};
    bool is_done = recovery_run(verify->log, verify->checkpoint, world, &options, recovery, err);
    *hash = world_hash(world);
    *twins = world->twin_count;
    world_free(world);
    return is_done;
}

static bool compare(struct verify *verify, struct err *err) {
    struct recovery recovery;
    uint32_t twins;
    uint64_t hash, log_hash = 0;
    if (!recover(verify, false, &recovery, &twins, &hash, err)) return false;
    bool is_whole = log_first_rev(verify->log) <= 1;
    uint32_t log_twins;
    if (is_whole && !recover(verify, true, &recovery, &log_twins, &log_hash, err)) return false;
    bool is_equal = hash == log_hash;
    printf("rev=%llu twins=%u hash=%016llx log_hash=%016llx %s\n", (unsigned long long)recovery.rev,
           twins, (unsigned long long)hash, (unsigned long long)log_hash,
           !is_whole  ? "trimmed"
           : is_equal ? "equal"
                      : "differ");
    if (is_whole && !is_equal)
        return err_set(err, ERR_INTERNAL,
                       "the state from checkpoints and the state from the log alone differ");
    return true;
}

// What the log's inputs come to when they are run again.
static bool replay(struct verify *verify, const struct config *config, struct err *err) {
    struct replay_request request = {
        .source = {verify->log, checkpoint_file(verify->checkpoint), config->call_us},
        .to = UINT64_MAX};
    struct replay_report report;
    if (log_dropped_rev(verify->log) != 0) return true; // what twins were at its begin is not known
    if (!replay_run(&request, &report, err)) return false;
    replay_print(&report, stdout);
    return replay_is_equal(&report) ||
           err_set(err, ERR_INTERNAL,
                   "the recorded inputs come to something else when they are run again");
}

bool verify_run(const struct config *config, const struct logger *logger, struct err *err) {
    struct verify verify = {.metrics = metrics_new()};
    int data_folder = data_folder_hold(config->data_dir, err);
    bool is_good = data_folder >= 0 && open_store(&verify, config, logger, err) &&
                   compare(&verify, err) && replay(&verify, config, err);
    log_close(verify.log);
    checkpoint_close(verify.checkpoint);
    metrics_free(verify.metrics);
    data_folder_release(data_folder);
    return is_good;
}
