// The end of a run, as JSON for programs and as some lines for people.

#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "sim/run.h"

#include <stdbool.h>

struct err;

// Writes the file that --report names: members in report.c, times in microseconds.
bool report_write(const struct run *run, const char *path, struct err *err);
void report_print(const struct run *run);

#endif
