// What the store's tests share: a directory that goes away, a log with a bell, and a fleet that
// makes revisions of every kind from a seed.

#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "base/err.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "store/log.h"
#include "test.h"
#include "twin/change.h"
#include "twin/model.h"
#include "twin/revision.h"
#include "twin/world.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000
#define START_TIME ((int64_t)1700000000 * SECOND)

struct fixture {
    char dir[64];
    struct metrics *metrics;
    struct log_options options;
    sem_t bell; // rings when the committer is idle again
    struct log *log;
    _Atomic uint64_t answered; // what on_commit was given, newest
};

static inline int remove_one(const char *path, const struct stat *stat, int kind,
                             struct FTW *place) {
    (void)stat, (void)kind, (void)place;
    return remove(path);
}

static inline void remove_tree(const char *dir) {
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void on_commit(void *context, void *attachment) {
    struct fixture *fixture = context;
    fixture->answered = (uint64_t)(uintptr_t)attachment;
}

static inline void on_wake(void *context) {
    struct fixture *fixture = context;
    sem_post(&fixture->bell);
}

static inline int64_t clock_of_a_test(void *context) {
    (void)context;
    static _Atomic int64_t now;
    return now += 1000;
}

static inline void fixture_open(struct fixture *fixture) {
    struct err err = {0};
    fixture->log = log_open(&fixture->options, &err);
    if (!fixture->log) fail_msg("%s", err.text);
}

static inline int fixture_setup(void **state) {
    struct fixture *fixture = xcalloc(1, sizeof *fixture);
    const char *tmp = getenv("TMPDIR");
    snprintf(fixture->dir, sizeof fixture->dir, "%.40s/store-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(fixture->dir));
    sem_init(&fixture->bell, 0, 0);
    fixture->metrics = metrics_new();
    fixture->options = (struct log_options){.dir = fixture->dir,
                                            .retry_ms = 5,
                                            .metrics = fixture->metrics,
                                            .on_commit = on_commit,
                                            .wake = on_wake,
                                            .now = clock_of_a_test,
                                            .context = fixture};
    *state = fixture;
    return 0;
}

// A log's gauges go with its log: a new one wants new metrics.
static inline void fixture_close(struct fixture *fixture) {
    log_close(fixture->log);
    fixture->log = NULL;
    metrics_free(fixture->metrics);
    fixture->metrics = fixture->options.metrics = metrics_new();
}

static inline void fixture_reopen(struct fixture *fixture) {
    fixture_close(fixture);
    fixture_open(fixture);
}

static inline int fixture_teardown(void **state) {
    struct fixture *fixture = *state;
    fixture_close(fixture);
    metrics_free(fixture->metrics);
    sem_destroy(&fixture->bell);
    remove_tree(fixture->dir);
    free(fixture);
    return 0;
}

// Waits for something that another thread will make true, a minute at most.
#define WAIT_UNTIL(condition)                                                                      \
    do {                                                                                           \
        for (int left = 60000; !(condition); left--) {                                             \
            if (left == 0) fail_msg("never came true: %s", #condition);                            \
            poll(NULL, 0, 1);                                                                      \
        }                                                                                          \
    } while (0)

static inline void wait_for_bell(struct fixture *fixture) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    while (sem_timedwait(&fixture->bell, &until) != 0)
        if (errno != EINTR) fail_msg("the committer never finished");
}

static inline void submit(struct fixture *fixture, uint64_t attachment) {
    log_submit(fixture->log, (void *)(uintptr_t)attachment);
    wait_for_bell(fixture);
}

// A revision that sets one number, of twin 1, with the rev as its value.
static inline void append_plain(struct log *log, uint64_t rev) {
    struct change change = {.kind = CHANGE_SET,
                            .index = 0,
                            .at = START_TIME + (int64_t)rev,
                            .value = value_number((double)rev)};
    struct revision revision = {.rev = rev,
                                .previous = rev - 1,
                                .twin = 1,
                                .received = START_TIME + (int64_t)rev,
                                .kind = INPUT_SAMPLES,
                                .message = rev % 3 ? rev * 1000 : 0,
                                .version = 7,
                                .changes = &change,
                                .change_count = 1,
                                .input_count = 1};
    log_append(log, &revision);
}

// Commits revs from..to, one after the other, one a commit.
static inline void commit_plain(struct fixture *fixture, uint64_t from, uint64_t to) {
    for (uint64_t rev = from; rev <= to; rev++) {
        append_plain(fixture->log, rev);
        submit(fixture, rev);
    }
}

struct seen {
    uint64_t first, last, count, gaps;
    uint64_t stop_at;
};

static inline bool see(void *context, const struct revision *revision) {
    struct seen *seen = context;
    if (seen->count && revision->rev != seen->last + 1) seen->gaps++;
    if (!seen->count) seen->first = revision->rev;
    seen->last = revision->rev;
    seen->count++;
    assert_int_equal(revision->changes[0].value.number, revision->rev);
    assert_int_equal(revision->received, START_TIME + (int64_t)revision->rev);
    return revision->rev != seen->stop_at;
}

static inline struct seen read_all(struct fixture *fixture, uint64_t from) {
    struct seen seen = {0};
    struct err err = {0};
    if (!log_read(fixture->log, from, see, &seen, &err)) fail_msg("%s", err.text);
    return seen;
}

static inline double metric(struct fixture *fixture, const char *name) {
    struct buffer text = {0};
    metrics_write(fixture->metrics, &text);
    buffer_byte(&text, 0);
    char line[80];
    snprintf(line, sizeof line, "\n%s ", name);
    const char *found = strstr((const char *)text.bytes, line);
    double value = found ? strtod(found + strlen(line), NULL) : -1;
    buffer_fini(&text);
    return value;
}

// Flips one bit of the file where `needle` is found in it.
static inline void flip_in_file(const struct fixture *fixture, const void *needle, size_t length) {
    char path[96];
    snprintf(path, sizeof path, "%s/log/data.mdb", fixture->dir);
    int fd = open(path, O_RDWR);
    struct stat stat;
    fstat(fd, &stat);
    uint8_t *bytes = xmalloc((size_t)stat.st_size);
    assert_int_equal(pread(fd, bytes, (size_t)stat.st_size, 0), stat.st_size);
    int found = 0;
    for (uint8_t *at = bytes;
         (at = memmem(at, (size_t)(bytes + stat.st_size - at), needle, length)); at += length) {
        at[length / 2] ^= 0x10;
        found++;
    }
    assert_true(found > 0);
    assert_int_equal(pwrite(fd, bytes, (size_t)stat.st_size, 0), stat.st_size);
    free(bytes);
    close(fd);
}

#endif
