// The heart of twinsim: a transport, one of the three modes, and the clock that drives both.

#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "sim/acked.h"
#include "sim/options.h"
#include "sim/tally.h"
#include "sim/transport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct run;

// What a mode does. All callbacks get the run, whose `mode_state` is theirs.
struct mode {
    const char *name;
    bool (*open)(struct run *run, struct err *err);
    void (*close)(struct run *run);
    // Sends what is due and gives the time at which it wants to be called again, INT64_MAX when
    // only after an answer, 0 when it has come to its end.
    int64_t (*tick)(struct run *run, int64_t now);
    void (*on_answer)(struct run *run, const struct exchange *exchange,
                      const struct message *answer, int64_t now);
    bool (*on_notification)(struct run *run, const struct message *message, int64_t now);
    uint32_t (*slots)(const struct options *options);
    size_t (*datagram)(const struct options *options);
};

struct run {
    const struct options *options;
    const struct mode *mode;
    void *mode_state;
    struct transport *transport;
    struct acked *acked; // NULL when not kept
    struct tally tally;
    int64_t began; // monotonic microseconds
    bool is_draining;
};

// Writes a message up to its pack, to /t/{twin} or, when that is NULL, to /senml; the pack follows
// there.
uint8_t *run_post(struct run *run, struct exchange *exchange, const char *twin);
#define RUN_POST_BYTES 128 // at most, with the longest id

// Runs until the end of the mode, of the time, or of `stop_fd` (readable: stop); then waits a
// little for what is in flight. False when it could not begin or go on.
bool run_mode(struct run *run, int stop_fd, struct err *err);

#endif
