// The file of what was acknowledged: one line `TWIN FIELD VALUE` for each record of a message that
// was answered 2.xx, written before the next message is sent and there even when twinsim is killed.

#ifndef SIM_ACKED_H
#define SIM_ACKED_H

#include "sim/senml.h"

#include <stdbool.h>

struct acked;
struct err;

struct acked *acked_open(const char *path, struct err *err); // appends to what is there
void acked_close(struct acked *acked);
void acked_add(struct acked *acked, const char *twin, const struct reading *readings, int count);
// One write(2) of the lines gathered. False when the disk would not take them.
bool acked_flush(struct acked *acked, struct err *err);

#endif
