// What a model's `autonomous` comes to for one of its twins now.

#ifndef PUSH_AUTONOMY_PARTS_H
#define PUSH_AUTONOMY_PARTS_H

#include <cjson/cJSON.h>

struct autonomy_spec;
struct twin;
struct world;

// What /optimise is asked (http_optimise.h): each set-point within its limits, and as far as it may
// be moved at once.
cJSON *autonomy_question(const struct world *world, const struct twin *twin,
                         const struct autonomy_spec *spec);
// What is minimised, as the world shows it; NAN while a part of it is not known.
double autonomy_cost(const struct world *world, const struct twin *twin,
                     const struct autonomy_spec *spec);
// What a value is set to, else what the device says that it is; NAN when that is not known.
double autonomy_set_point(const struct twin *twin, const char *name);

#endif
