// A scan: batch after batch of the journal, verified, each under a read transaction of its own.
//
// The batch is copied, so nothing of LMDB is held between two steps, however long the caller takes.
// Any thread; a scan belongs to one.

#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include "store/batch.h"
#include "store/environment.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct journal;

struct scan {
    struct journal *journal;
    bool is_found;       // `batch` is the one stepped to; else there is none further
    bool is_damaged;     // the step failed by the batch itself: `key` and `copy` are of it, go on
    uint64_t key;        // rev under which the last one was found
    uint64_t damaged_to; // last rev before the next batch
    struct batch_view batch;
    struct buffer copy; // its bytes
    struct touched touched;
};

void scan_open(struct scan *scan, struct journal *journal);
void scan_close(struct scan *scan);

// Each false only when the batch cannot be read or is damaged. After a damaged one a scan may step
// on, to either side.
bool scan_at(struct scan *scan, uint64_t rev,
             struct err *err); // with `rev`, or the first one after it
bool scan_last(struct scan *scan, struct err *err);
bool scan_next(struct scan *scan, struct err *err); // after one of the others
bool scan_previous(struct scan *scan, struct err *err);

#endif
