// Dots are counted from the top left. The axis ends at round numbers outside of the values, so that
// marks stand in rows of their own and no dot lies beyond them.

#include "ctl/plot.h"

#include "base/json.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ROWS 12
#define MARKS 5 // distances on the y axis, about
#define WIDTH_USUAL 80
#define WIDTH_LEAST 8 // of what is drawn
#define GAP 5         // times the mean distance of two points: they are not joined
#define LABEL_SIZE 64
#define BIGGEST 1e300 // beyond it differences overflow; drawn at the edge

struct plot {
    const struct plot_point *points;
    int count, columns; // characters
    double low, high, step;
    uint8_t *dots;         // ROWS by columns, the braille patterns
    enum plot_mark *marks; // the worst of a column
};

static double clamp(double value) {
    return fmax(-BIGGEST, fmin(BIGGEST, value));
}

// 1, 2 or 5 times a power of ten, not less than `least`.
static double round_step(double least) {
    double power = pow(10, floor(log10(least)));
    double times = least / power;
    return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

static void set_range(struct plot *plot) {
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < plot->count; i++) {
        if (!plot->points[i].has_value) continue;
        low = fmin(low, clamp(plot->points[i].min));
        high = fmax(high, clamp(plot->points[i].max));
    }
    if (low > high) low = high = 0;
    // What differs by less than doubles can tell apart along an axis is a line in the middle.
    double least = fmax(fabs(low), fabs(high)) * 1e-12;
    if (high - low <= least) {
        plot->step = round_step(fmax(fabs(low) / 10, 1e-300));
        if (low == 0) plot->step = 1;
        low -= plot->step, high += plot->step;
    } else {
        plot->step = round_step((high - low) / MARKS);
    }
    plot->low = floor(low / plot->step) * plot->step;
    plot->high = ceil(high / plot->step) * plot->step;
}

static int row_of(const struct plot *plot, double value) { // in dots
    double share = (plot->high - clamp(value)) / (plot->high - plot->low);
    return (int)lround(fmax(0, fmin(1, share)) * (4 * ROWS - 1));
}

static int column_of(const struct plot *plot, double seconds) { // in dots
    double first = plot->points[0].seconds, last = plot->points[plot->count - 1].seconds;
    if (last <= first) return 0;
    double share = (seconds - first) / (last - first);
    return (int)lround(fmax(0, fmin(1, share)) * (2 * plot->columns - 1));
}

static void set_dot(struct plot *plot, int x, int y) {
    static const uint8_t bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    plot->dots[y / 4 * plot->columns + x / 2] |= bits[y % 4][x % 2];
}

static void draw_upright(struct plot *plot, int x, int from, int to) {
    for (int y = from < to ? from : to; y <= (from < to ? to : from); y++)
        set_dot(plot, x, y);
}

// Column by column from one dot to another, upright where it is steep.
static void draw_line(struct plot *plot, int x, int y, int to_x, int to_y) {
    int last = y;
    for (int at = x; at <= to_x; at++) {
        int next =
            to_x == x ? to_y : y + (int)lround((double)(to_y - y) * (at - x) / (double)(to_x - x));
        draw_upright(plot, at, last, next);
        last = next;
    }
}

static void draw(struct plot *plot) {
    const struct plot_point *points = plot->points, *before = NULL;
    double mean = plot->count > 1
                      ? (points[plot->count - 1].seconds - points[0].seconds) / (plot->count - 1)
                      : 0;
    for (int i = 0; i < plot->count; i++) {
        const struct plot_point *point = &points[i];
        int x = column_of(plot, point->seconds);
        if (point->mark > plot->marks[x / 2]) plot->marks[x / 2] = point->mark;
        if (!point->has_value) {
            before = NULL;
            continue;
        }
        draw_upright(plot, x, row_of(plot, point->min), row_of(plot, point->max));
        if (before && point->seconds - before->seconds <= GAP * mean)
            draw_line(plot, column_of(plot, before->seconds), row_of(plot, before->value), x,
                      row_of(plot, point->value));
        set_dot(plot, x, row_of(plot, point->value));
        before = point;
    }
}

// ---- as text ----

static int width_of(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

// The marks of the y axis, each at the row that its value lies in.
static void write_labels(const struct plot *plot, const char *unit, char labels[ROWS][LABEL_SIZE]) {
    int count = (int)lround((plot->high - plot->low) / plot->step);
    int decimals = (int)fmax(0, -floor(log10(plot->step) + 1e-9));
    bool is_long = decimals > 6 || fmax(fabs(plot->low), fabs(plot->high)) >= 1e9;
    for (int i = 0; i <= count; i++) {
        double value = plot->low + i * plot->step;
        if (fabs(value) < plot->step / 2) value = 0; // and not -0
        char *label = labels[row_of(plot, value) / 4];
        const char *gap = *unit ? " " : "";
        if (is_long)
            snprintf(label, LABEL_SIZE, "%.6g%s%s", value, gap, unit);
        else
            snprintf(label, LABEL_SIZE, "%.*f%s%s", decimals, value, gap, unit);
    }
}

static void write_dots(FILE *out, uint8_t dots) { // U+2800 and the pattern, in UTF-8
    if (dots == 0)
        fputc(' ', out);
    else
        fprintf(out, "\xe2%c%c", 0xa0 | dots >> 6, 0x80 | (dots & 0x3f));
}

static void write_rows(FILE *out, const struct plot *plot, char labels[ROWS][LABEL_SIZE],
                       int gutter) {
    for (int row = 0; row < ROWS; row++) {
        fprintf(out, "%*s%s %s", gutter - width_of(labels[row]), "", labels[row],
                *labels[row] ? "┤" : "│");
        int last = plot->columns;
        while (last > 0 && plot->dots[row * plot->columns + last - 1] == 0)
            last--;
        for (int i = 0; i < last; i++)
            write_dots(out, plot->dots[row * plot->columns + i]);
        fputc('\n', out);
    }
}

static void write_marks(FILE *out, const struct plot *plot, int gutter) {
    int last = plot->columns;
    while (last > 0 && plot->marks[last - 1] == PLOT_GOOD)
        last--;
    if (last == 0) return;
    fprintf(out, "%*s │", gutter, "");
    for (int i = 0; i < last; i++)
        fputc(" ?x"[plot->marks[i]], out);
    fputc('\n', out);
}

static void write_times(FILE *out, const struct plot *plot, int gutter) {
    fprintf(out, "%*s └", gutter, "");
    for (int i = 0; i < plot->columns; i++)
        fputs("─", out);
    struct buffer times[2] = {0};
    const double seconds[] = {plot->points[0].seconds, plot->points[plot->count - 1].seconds};
    for (int i = 0; i < 2; i++) {
        json_time(&times[i], llround(seconds[i] * 1e6));
        buffer_byte(&times[i], 0);
        times[i].bytes[times[i].length - 2] = 0; // the quote behind; the one before is skipped
    }
    const char *first = (const char *)times[0].bytes + 1, *last = (const char *)times[1].bytes + 1;
    int room = plot->columns - (int)strlen(first) - (int)strlen(last);
    fprintf(out, "\n%*s  %s", gutter, "", first);
    if (plot->count == 1 || seconds[0] == seconds[1])
        fputc('\n', out);
    else if (room >= 2)
        fprintf(out, "%*s%s\n", room, "", last);
    else // a narrow terminal: below each other
        fprintf(out, "\n%*s  %s\n", gutter, "", last);
    buffer_fini(&times[0]);
    buffer_fini(&times[1]);
}

int plot_width(void) {
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return WIDTH_USUAL;
}

void plot_write(FILE *out, const char *unit, const struct plot_point *points, int count,
                int width) {
    if (count == 0) return;
    struct plot plot = {.points = points, .count = count};
    char labels[ROWS][LABEL_SIZE] = {{0}};
    int gutter = 0;
    set_range(&plot);
    write_labels(&plot, unit, labels);
    for (int i = 0; i < ROWS; i++)
        if (width_of(labels[i]) > gutter) gutter = width_of(labels[i]);
    plot.columns = width - gutter - 2;
    if (plot.columns < WIDTH_LEAST) plot.columns = WIDTH_LEAST;
    plot.dots = xcalloc((size_t)ROWS * (size_t)plot.columns, sizeof *plot.dots);
    plot.marks = xcalloc((size_t)plot.columns, sizeof *plot.marks);
    draw(&plot);
    write_rows(out, &plot, labels, gutter);
    write_marks(out, &plot, gutter);
    write_times(out, &plot, gutter);
    free(plot.marks);
    free(plot.dots);
}
