// The check is that of --verify: both ways of recovery, so a restore that ends well is a store that
// starts.

#include "restoring.h"

#include "base/err.h"
#include "config.h"
#include "data_folder.h"
#include "store/restore.h"
#include "verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_BYTES ((uint64_t)16 << 20) // between two lines of progress

struct progress {
    bool is_shown;
    uint64_t told;
};

static void on_progress(void *context, const char *doing, uint64_t bytes, uint64_t expected) {
    struct progress *progress = context;
    if (bytes < progress->told) progress->told = 0; // checked; now it is restored
    if (!progress->is_shown || bytes - progress->told < PROGRESS_BYTES) return;
    progress->told = bytes;
    fprintf(stderr, "\r\033[K%s %llu MB of about %llu", doing, (unsigned long long)(bytes >> 20),
            (unsigned long long)(expected >> 20));
}

bool restoring_run(const struct config *config, const struct logger *logger, struct err *err) {
    struct progress progress = {.is_shown = isatty(STDERR_FILENO) == 1};
    struct restore_options options = {.dir = config->data_dir,
                                      .fd = STDIN_FILENO,
                                      .logger = logger,
                                      .on_progress = on_progress,
                                      .context = &progress};
    struct backup_end end;
    bool is_given = strcmp(config->restore_file, "-") != 0;
    if (is_given) options.fd = open(config->restore_file, O_RDONLY | O_CLOEXEC);
    if (options.fd < 0)
        return err_set(err, ERR_INVALID, "%s cannot be opened: %s", config->restore_file,
                       strerror(errno));
    int data_folder = data_folder_hold(config->data_dir, err);
    bool is_good = data_folder >= 0 && restore_run(&options, &end, err);
    data_folder_release(data_folder);
    if (is_given) close(options.fd);
    if (progress.told > 0) fputs("\r\033[K", stderr);
    if (!is_good) return false;
    printf("restored data=%s rev=%llu twins=%llu damaged=%llu\n", config->data_dir,
           (unsigned long long)end.rev, (unsigned long long)end.twins,
           (unsigned long long)end.damaged);
    return verify_run(config, logger, err);
}
