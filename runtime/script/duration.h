// A duration as authors write it: "250ms", "30s", "10m", "48h", "7d".

#ifndef SCRIPT_DURATION_H
#define SCRIPT_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#define DURATION_FORM "a number and ms, s, m, h or d, like \"30s\""

// Microseconds, at least 1 ms, at most 10 years. The number may have a fraction.
bool duration_parse(const char *text, int64_t *us);

#endif
