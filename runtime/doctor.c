// Four parts, each in a child: the pages, the trees, the log, the replay. A child that dies of a
// signal died of what it was reading.

#include "doctor.h"

#include "base/err.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "config.h"
#include "data_folder.h"
#include "script/script_files.h"
#include "store/checkpoint.h"
#include "store/examine.h"
#include "store/journal.h"
#include "store/log.h"
#include "store/pages.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct patient { // shared with the children
    struct examine examine;
    char doing[80];
    bool is_shown; // how far it is
    const char *dir;
    const struct config *config;
    const struct logger *logger;
    bool has_bad_state, has_bad_log; // pages: LMDB is not let near them
};

static void on_finding(void *context, const char *line) {
    const struct patient *patient = context;
    if (patient->is_shown) fputs("\r\033[K", stderr);
    puts(line);
    fflush(stdout);
}

static bool on_progress(void *context, const char *doing, uint64_t done, uint64_t of) {
    struct patient *patient = context;
    snprintf(patient->doing, sizeof patient->doing, "%.60s, after %llu", doing,
             (unsigned long long)done);
    if (!patient->is_shown) return true;
    fprintf(stderr, "\r\033[K%s %llu", doing, (unsigned long long)done);
    if (of > 0) fprintf(stderr, " of %llu", (unsigned long long)of);
    return true;
}

static bool is_version(uint64_t version, const struct buffer *files, struct err *why) {
    return script_files_are(files->bytes, files->length, version, why);
}

static bool look_at_pages_of(struct patient *patient, const char *name) {
    struct pages pages;
    struct err err;
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s/data.mdb", patient->dir, name);
    buffer_byte(&path, 0);
    bool is_there = access((char *)path.bytes, F_OK) == 0; // else look_at_trees says so
    bool is_good = !is_there || pages_check((char *)path.bytes, &pages, &err);
    if (!is_good) examine_finding(&patient->examine, "%s", err.text);
    buffer_fini(&path);
    return is_good;
}

static void look_at_pages(struct patient *patient) {
    patient->has_bad_state = !look_at_pages_of(patient, "state");
    patient->has_bad_log = !look_at_pages_of(patient, "log");
}

static void look_at_trees(struct patient *patient) {
    struct environment environment;
    struct journal journal;
    if (!patient->has_bad_state &&
        examine_open_state(&patient->examine, &environment, patient->dir, patient->logger)) {
        examine_trees(&patient->examine, &environment, "state", NULL);
        environment_close(&environment);
    }
    if (!patient->has_bad_log &&
        examine_open_journal(&patient->examine, &journal, patient->dir, patient->logger)) {
        examine_trees(&patient->examine, &journal.environment, "log", NULL);
        journal_close(&journal);
    }
}

static void look_at_log(struct patient *patient) {
    struct journal journal;
    if (patient->has_bad_log ||
        !examine_open_journal(&patient->examine, &journal, patient->dir, patient->logger))
        return;
    examine_log(&patient->examine, &journal, true);
    journal_close(&journal);
}

static void replay(struct patient *patient) {
    struct err err;
    struct metrics *metrics = metrics_new();
    struct log_options options = {.dir = patient->dir,
                                  .quota_bytes = (uint64_t)patient->config->log_quota,
                                  .logger = patient->logger,
                                  .metrics = metrics};
    struct checkpoint_options checkpoints = {patient->dir, patient->logger, metrics};
    struct checkpoint *checkpoint = NULL;
    struct log *log = log_open(&options, &err);
    if (log) checkpoint = checkpoint_open(&checkpoints, &err);
    if (checkpoint)
        examine_replay(&patient->examine, log, checkpoint);
    else
        examine_finding(&patient->examine, "twind would not start on it: %s", err.text);
    log_close(log);
    checkpoint_close(checkpoint);
    metrics_free(metrics);
}

static void in_child(struct patient *patient, void (*look)(struct patient *patient)) {
    int status = 0;
    patient->doing[0] = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        look(patient);
        fflush(stdout);
        _exit(0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child < 0)
        examine_finding(&patient->examine, "no process can be started: %s", strerror(errno));
    else if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0)
        examine_finding(&patient->examine,
                        "the pages of a data file are damaged: reading ended with %s (%s); what "
                        "lies behind cannot be read, and twind would end there too; restore a "
                        "backup",
                        WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "a failure",
                        patient->doing[0] ? patient->doing : "at the beginning");
}

static void report(const struct patient *patient) {
    const struct examine *examine = &patient->examine;
    if (patient->is_shown) fputs("\r\033[K", stderr);
    if (examine->findings == 0)
        printf("%llu revisions in %llu batches, rev %llu to %llu, %llu full states, %llu records\n"
               "whole\n",
               (unsigned long long)examine->revisions, (unsigned long long)examine->batches,
               (unsigned long long)examine->first_rev, (unsigned long long)examine->last_rev,
               (unsigned long long)examine->states, (unsigned long long)examine->records);
    else
        printf("%llu findings\n", (unsigned long long)examine->findings);
}

bool doctor_run(const struct config *config, const struct logger *logger, struct err *err) {
    struct stat stat_of;
    if (stat(config->data_dir, &stat_of) != 0)
        return err_set(err, ERR_NOT_FOUND, "data folder %s: %s; name another with --data",
                       config->data_dir, strerror(errno));
    int data_folder = data_folder_hold(config->data_dir, err);
    if (data_folder < 0) return false;
    struct patient *patient =
        mmap(NULL, sizeof *patient, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (patient == MAP_FAILED) {
        data_folder_release(data_folder);
        return err_set(err, ERR_INTERNAL, "no memory: %s", strerror(errno));
    }
    *patient = (struct patient){.dir = config->data_dir,
                                .is_shown = isatty(STDERR_FILENO) == 1,
                                .config = config,
                                .logger = logger};
    patient->examine = (struct examine){.on_finding = on_finding,
                                        .on_progress = on_progress,
                                        .is_version = is_version,
                                        .context = patient};
    in_child(patient, look_at_pages);
    in_child(patient, look_at_trees);
    in_child(patient, look_at_log);
    if (patient->examine.findings == 0) in_child(patient, replay);
    report(patient);
    bool is_whole = patient->examine.findings == 0;
    err->text[0] = 0;
    err->code = ERR_INTERNAL;
    munmap(patient, sizeof *patient);
    data_folder_release(data_folder);
    return is_whole;
}
