// The block of memory that a twin's model lays out: slots, alarms, forecasts, windows, estimators.

#ifndef TWIN_LAYOUT_H
#define TWIN_LAYOUT_H

#include <stddef.h>

struct model;
struct twin;

void layout_init(struct twin *twin, const struct model *model); // fresh, all missing
void layout_fini(struct twin *twin);
size_t layout_bytes(const struct model *model);

// Changes to another model in place, keeping by kind and name what both have with the same type.
// Links are the world's to renumber.
void layout_change(struct twin *twin, const struct model *model);

#endif
