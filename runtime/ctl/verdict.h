// What came of a calibration, for people on standard error and as rows for programs.

#ifndef CTL_VERDICT_H
#define CTL_VERDICT_H

#include "ctl/rows.h"

struct calibration;

struct course;

extern const struct column verdict_columns[];
extern const int verdict_column_count;

// A row of one fitted number; `first` has what it was before.
void verdict_write(const struct calibration *calibration, const struct course *first, int number,
                   struct rows *rows);
// How well the states follow each course, and followed before.
void verdict_tell_courses(struct calibration *calibration, const struct course *first);
// Which parameters the data cannot tell, and why.
void verdict_tell_unclear(const struct calibration *calibration);
// For a command line: --param a=1 --param b=2
void verdict_tell_words(const struct calibration *calibration);

#endif
