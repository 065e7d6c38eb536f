// Batches keep their memory from one use to the next.

#include "store/commit.h"

#include <stdlib.h>

struct batch *commit_add_batch(struct commit *commit) {
    if (commit->batch_count == commit->batch_capacity) {
        commit->batches =
            xrealloc(commit->batches, sizeof *commit->batches * (size_t)(commit->batch_count + 1));
        commit->batches[commit->batch_capacity++] = (struct batch){0};
    }
    return &commit->batches[commit->batch_count++];
}

bool commit_is_empty(const struct commit *commit) {
    return commit->batch_count == 0 && commit->layouts.length == 0;
}

size_t commit_bytes(const struct commit *commit) {
    size_t bytes = commit->layouts.length + commit->acts.length;
    for (int i = 0; i < commit->batch_count; i++)
        bytes += batch_bytes(&commit->batches[i]);
    return bytes;
}

void commit_clear(struct commit *commit) {
    for (int i = 0; i < commit->batch_count; i++)
        batch_clear(&commit->batches[i]);
    commit->batch_count = 0;
    commit->layouts.length = 0;
    commit->acts.length = 0;
    commit->attachment = NULL;
}

void commit_fini(struct commit *commit) {
    for (int i = 0; i < commit->batch_capacity; i++)
        batch_fini(&commit->batches[i]);
    free(commit->batches);
    buffer_fini(&commit->layouts);
    buffer_fini(&commit->acts);
}
