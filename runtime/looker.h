// The looker runs predictions: it copies the twin, lets a worker run the script on the copy, and
// hands the result to the engine as an input. A live twin never leaves the loop's thread.

#ifndef LOOKER_H
#define LOOKER_H

#include <stdint.h>

struct engine;
struct err;
struct logger;
struct loop;
struct looker;
struct metrics;
struct script;
struct twin;
struct world;

struct looker *looker_new(struct engine *engine, struct world *world, struct loop *loop,
                          const struct logger *logger, struct metrics *metrics, struct err *err);
void looker_free(struct looker *looker); // frees the script too

// From now on predictions run on `owned`, which the worker's thread alone enters; the one before is
// freed when its last job is done.
void looker_use(struct looker *looker, struct script *owned);

// Starts one; while too many wait it is skipped and counted, the next period tries again.
void looker_start(struct looker *looker, const struct twin *twin, int prediction, int64_t now);
void looker_collect(struct looker *looker, int64_t now); // results into the engine

#endif
