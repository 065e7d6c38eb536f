// A commit: what one transaction of the journal writes. Filled by the loop, written by the
// committer.

#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include "base/memory.h"
#include "store/batch.h"

#include <stdbool.h>
#include <stddef.h>

struct commit {            // what one transaction writes; all zero is an empty one
    struct batch *batches; // several only when revs have a gap or a batch is full
    int batch_count, batch_capacity;
    struct buffer layouts; // { layout u64, length u32, bytes } *
    struct buffer acts;    // { rev u64, length u32, bytes } *
    void *attachment;
};
struct batch *commit_add_batch(struct commit *commit); // a fresh one at the end
bool commit_is_empty(const struct commit *commit);
size_t commit_bytes(const struct commit *commit);
void commit_clear(struct commit *commit);
void commit_fini(struct commit *commit);

#endif
