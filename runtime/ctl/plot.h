// A series of numbers as a chart for a terminal, in braille: each character is two dots wide and
// four high.

#ifndef CTL_PLOT_H
#define CTL_PLOT_H

#include <stdbool.h>
#include <stdio.h>

enum plot_mark { PLOT_GOOD, PLOT_UNSURE, PLOT_BAD };

struct plot_point {
    double seconds;         // UTC
    double value, min, max; // finite; all the same when the point stands for one sample
    enum plot_mark mark;
    bool has_value; // false: only the mark is drawn
};

int plot_width(void); // of the terminal; 80 when there is none

// Draws `count` points in order of time, `width` characters wide with the marks of the axes, 12
// rows high. From `min` to `max` of every point is drawn, however many share a column, so a spike
// is never hidden. Points are joined, except over a gap much longer than usual. Below stands a row
// of marks when some samples are not good, and the times of the first and the last one.
void plot_write(FILE *out, const char *unit, const struct plot_point *points, int count, int width);

#endif
