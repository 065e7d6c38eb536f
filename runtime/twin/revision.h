// A revision: the cause of a turn and its effects, as it is written to the log and read back.

#ifndef TWIN_REVISION_H
#define TWIN_REVISION_H

#include "twin/change.h"
#include "twin/input.h"

#include <stdbool.h>
#include <stdint.h>

struct buffer;
struct reader;
struct region;

struct revision {
    uint64_t rev;
    uint64_t previous; // the twin's revision before, 0 = first
    uint32_t twin;     // number
    int64_t received;
    enum input_kind kind;
    struct actor actor;
    uint64_t message;  // key of the message that caused it, 0 = none (input.h)
    uint64_t from_rev; // event: the revision that sent it; prediction: the one it looked at
    uint16_t from_index;
    uint64_t version; // of the scripts
    uint64_t present; // the version meant for the twin then; another one when it was held back
    // What random() was seeded by, with the twin: the first revision of the external input that
    // this turn belongs to, and how many handlers had run since.
    uint64_t input_rev;
    uint32_t ordinal;
    int64_t run_before; // timer: what was due by then had run
    struct change *changes;
    int change_count;
    int input_count;
};

// "samples", "desired", "timer", ...
const char *input_kind_name(enum input_kind kind);

// `base` is the batch's received time; rev is not written, a batch's revisions are consecutive.
void revision_encode(const struct revision *revision, int64_t base, struct buffer *out);
// Changes live in `region`. False when malformed.
bool revision_decode(struct reader *in, int64_t base, uint64_t rev, struct region *region,
                     struct revision *revision);
// Only the message key and the received time, cheaply: for rebuilding the duplicate table.
bool revision_skim(struct reader *in, int64_t base, uint64_t *message, int64_t *received);

#endif
