// A batch is read again and again; who runs twind wants to hear of it once.

#include "store/damage.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"

#include <stdbool.h>
#include <stdlib.h>

static double read_count(void *context) {
    struct damage *damage = context;
    pthread_mutex_lock(&damage->mutex);
    int count = damage->count;
    pthread_mutex_unlock(&damage->mutex);
    return count;
}

void damage_init(struct damage *damage, const struct logger *logger, struct metrics *metrics) {
    *damage = (struct damage){.logger = logger};
    pthread_mutex_init(&damage->mutex, NULL);
    if (metrics)
        metrics_gauge(metrics, "twind_log_damaged_batches",
                      "Batches of the log that were asked for and cannot be read.", read_count,
                      damage);
}

void damage_fini(struct damage *damage) {
    pthread_mutex_destroy(&damage->mutex);
    free(damage->batches);
    damage->batches = NULL;
}

void damage_note(struct damage *damage, uint64_t from, uint64_t to, const struct err *why) {
    bool is_known = false;
    pthread_mutex_lock(&damage->mutex);
    for (int i = 0; i < damage->count; i++)
        is_known |= damage->batches[i] == from;
    if (!is_known) {
        damage->batches =
            xrealloc(damage->batches, sizeof *damage->batches * (size_t)(damage->count + 1));
        damage->batches[damage->count++] = from;
    }
    pthread_mutex_unlock(&damage->mutex);
    if (!is_known)
        logger_line(
            damage->logger, LOG_LEVEL_ERROR, "log_damaged",
            "from=%llu to=%llu why=\"%s\" text=\"these revisions cannot be read, all others "
            "can; `twinctl doctor` looks for more, a backup has them\"",
            (unsigned long long)from, (unsigned long long)to, why->text);
}
