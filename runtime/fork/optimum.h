// The optimum: which set-points, within their ranges, cost least over the horizon while what is to
// be kept is kept. Each point that is tried is a future (future.h) without chance; how sure the
// gain is comes from futures with chance, the same for the untouched and for the optimum.
//
// {"rev", "at", "until", "twins", "samples", "tried": points,
//  "set": [{"name", "before", "value"}],
//  "cost": {"untouched", "optimum", "gain",
//           "low", "high" of the optimum's cost, "gain_low", "gain_high" of the gain: with
//           samples},
//  "keep": [{"name", "low", "high", "lowest", "highest", "held": share of samples}],
//  "failure": {"twin", "why"}}
//
// A limit that chance breaks in more than one course of ten is moved inwards by as much and
// searched again, three times at most: `held` says how far that got.
//
// The cost is the mean over the horizon of the weighted sum of numbers.

#ifndef FORK_OPTIMUM_H
#define FORK_OPTIMUM_H

#include "fork/future.h"
#include "fork/horizon.h"
#include "predict/minimise.h"

#define OPTIMUM_COSTS_MAX 32
#define OPTIMUM_KEEPS_MAX (MINIMISE_CONSTRAINTS / 2) // each has two sides
#define OPTIMUM_SAMPLES_MAX 1000

struct buffer;

struct optimum_request { // zeroed at first; texts are its own
    struct fork_source source;
    struct snapshot *snapshot; // of now
    uint32_t number;           // the twin
    uint64_t version;          // that is live
    struct horizon horizon;
    int samples; // -1: as many as is usual
    struct optimum_set {
        uint32_t number;
        char *name, *field; // "pump-1/speed", "speed"
        double low, high;
    } sets[MINIMISE_NUMBERS];
    int set_count;
    struct optimum_cost {
        uint32_t number;
        char *name, *field;
        double weight;
    } costs[OPTIMUM_COSTS_MAX];
    int cost_count;
    struct optimum_keep {
        uint32_t number;
        char *name, *field;
        double low, high; // -INFINITY, INFINITY: no limit
    } keeps[OPTIMUM_KEEPS_MAX];
    int keep_count;
};

// Any thread; nothing live is touched. False with a sentence, also when nothing keeps what is to be
// kept.
bool optimum_run(struct optimum_request *request, struct buffer *json, struct err *err);
void optimum_request_fini(struct optimum_request *request);

#endif
