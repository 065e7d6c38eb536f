// A reader holds the archivist for one series: what it has in memory is newer than the file.

#include "base/err.h"
#include "store/archivist_own.h"
#include "twin/model.h"

#include <string.h>

struct read {
    const struct line *line; // NULL = nothing of it in memory
    void (*on_part)(void *context, const struct archive_part *part);
    void *context;
    bool has_newest;
};

static bool on_stretch(void *context, int64_t key_at, const uint8_t *payload, size_t length) {
    struct read *read = context;
    const struct line *line = read->line;
    struct archive_part part = {.bytes = payload, .length = length, .key_at = key_at};
    if (line && line->newest.count > 0 && line->newest.key_at == key_at) {
        part.open = &line->newest;
        read->has_newest = true;
    } else if (line && line->late && line->late->stretch.key_at == key_at) {
        part.open = &line->late->stretch;
    }
    read->on_part(read->context, &part);
    return true;
}

static const struct line *find_line(const struct archivist *archivist,
                                    const struct archive_query *query) {
    if (query->twin >= archivist->follower_count) return NULL;
    const struct follower *follower = &archivist->followers[query->twin];
    int field = follower->model
                    ? model_field(follower->model, query->kind, query->name, strlen(query->name))
                    : NONE;
    return field == NONE ? NULL : follower->lines[field];
}

bool archivist_read(struct archivist *archivist, const struct archive_query *query,
                    void (*on_part)(void *context, const struct archive_part *part), void *context,
                    struct err *err) {
    struct series_key key;
    series_key(&key, query->twin, query->kind, query->name);
    pthread_mutex_lock(&archivist->mutex);
    while (archivist->read_rev < query->rev && !archivist->is_stuck &&
           !atomic_load(&archivist->is_stopping)) {
        archivist_wake(archivist);
        pthread_cond_wait(&archivist->has_read, &archivist->mutex);
    }
    bool is_good = (archivist->read_rev >= query->rev && archivist_commit(archivist, 0)) ||
                   err_set(err, ERR_UNAVAILABLE, "series cannot be written now; try again later");
    struct read read = {
        .line = find_line(archivist, query), .on_part = on_part, .context = context};
    is_good = is_good && series_walk(archivist->options.file, &key, query->from, query->to,
                                     on_stretch, &read, err);
    const struct line *line = read.line;
    bool is_left = is_good && line && line->newest.count > 0 && !read.has_newest;
    if (is_left && (line->newest.key_at <= query->to || line->newest.samples[0].at <= query->to))
        on_part(context,
                &(struct archive_part){.open = &line->newest, .key_at = line->newest.key_at});
    pthread_mutex_unlock(&archivist->mutex);
    return is_good;
}
