// A table is kept whole until its end, for only then its widths are known; the other forms are
// written as they come. What devices sent is shown on a terminal without its control characters.

#include "ctl/rows.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct rows {
    FILE *out;
    struct rows_options options;
    const struct column *columns;
    int column_count;
    int *widths;
    char **cells; // column_count a row
    int cell_count, cell_capacity;
    bool has_header;
};

struct rows *rows_new(FILE *out, const struct rows_options *options, const struct column *columns,
                      int count) {
    struct rows *rows = xcalloc(1, sizeof *rows);
    rows->out = out;
    rows->options = *options;
    rows->columns = columns;
    rows->column_count = count;
    rows->widths = xcalloc((size_t)count, sizeof *rows->widths);
    for (int i = 0; i < count; i++) {
        int name = (int)strlen(columns[i].name);
        rows->widths[i] = columns[i].width > name ? columns[i].width : name;
    }
    return rows;
}

// Characters, not bytes; good enough for what stands in a table.
static int width_of(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

// A copy without control characters (C0, DEL, and C1 in UTF-8), which could steer the terminal.
static char *printable(const char *text) {
    char *copy = xstrdup(text ? text : "");
    for (unsigned char *c = (unsigned char *)copy; *c; c++) {
        if (*c < 0x20 || *c == 0x7f) *c = '?';
        if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) c[0] = c[1] = '?';
    }
    return copy;
}

static const char *tint_of(const char *word) {
    if (strcmp(word, "bad") == 0 || strcmp(word, "critical") == 0) return "\033[31m";
    if (strcmp(word, "uncertain") == 0 || strcmp(word, "stale") == 0 ||
        strcmp(word, "warning") == 0)
        return "\033[33m";
    return "";
}

static void write_line(struct rows *rows, char *const *cells, bool is_header) {
    for (int i = 0; i < rows->column_count; i++) {
        const struct column *column = &rows->columns[i];
        const char *tint = "";
        if (rows->options.has_color && is_header) tint = "\033[1m";
        if (rows->options.has_color && column->is_judgement) tint = tint_of(cells[i]);
        int pad = rows->widths[i] - width_of(cells[i]);
        if (pad < 0) pad = 0;
        bool is_last = i == rows->column_count - 1;
        if (column->is_number) fprintf(rows->out, "%*s", pad, "");
        fprintf(rows->out, "%s%s%s", tint, cells[i], *tint ? "\033[0m" : "");
        if (!column->is_number && !is_last) fprintf(rows->out, "%*s", pad, "");
        fputs(is_last ? "\n" : "  ", rows->out);
    }
}

static void write_header(struct rows *rows) {
    char **names = xcalloc((size_t)rows->column_count, sizeof *names);
    for (int i = 0; i < rows->column_count; i++) {
        names[i] = xstrdup(rows->columns[i].name);
        for (char *c = names[i]; *c; c++)
            if (*c >= 'a' && *c <= 'z') *c -= 'a' - 'A';
    }
    write_line(rows, names, true);
    for (int i = 0; i < rows->column_count; i++)
        free(names[i]);
    free(names);
}

static void keep(struct rows *rows, const char *const *cells) {
    if (rows->cell_count + rows->column_count > rows->cell_capacity) {
        rows->cell_capacity = 2 * rows->cell_capacity + 16 * rows->column_count;
        rows->cells = xrealloc(rows->cells, (size_t)rows->cell_capacity * sizeof *rows->cells);
    }
    for (int i = 0; i < rows->column_count; i++) {
        char *cell = printable(cells[i]);
        int width = width_of(cell);
        if (!rows->options.is_stream && width > rows->widths[i]) rows->widths[i] = width;
        rows->cells[rows->cell_count++] = cell;
    }
}

static void write_kept(struct rows *rows) {
    if (!rows->has_header) write_header(rows);
    rows->has_header = true;
    for (int i = 0; i < rows->cell_count; i += rows->column_count)
        write_line(rows, rows->cells + i, false);
    for (int i = 0; i < rows->cell_count; i++)
        free(rows->cells[i]);
    rows->cell_count = 0;
}

static void write_csv_cell(FILE *out, const char *text) { // RFC 4180
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"') fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void write_csv(struct rows *rows, const char *const *cells) {
    for (int i = 0; i < rows->column_count; i++) {
        if (i > 0) fputc(',', rows->out);
        write_csv_cell(rows->out, cells[i] ? cells[i] : "");
    }
    fputc('\n', rows->out);
}

static void write_csv_header(struct rows *rows) {
    for (int i = 0; i < rows->column_count; i++)
        fprintf(rows->out, "%s%s", i > 0 ? "," : "", rows->columns[i].name);
    fputc('\n', rows->out);
    rows->has_header = true;
}

void rows_add(struct rows *rows, const char *const *cells, const char *json) {
    switch (rows->options.format) {
    case ROWS_TABLE:
        keep(rows, cells);
        if (rows->options.is_stream) write_kept(rows);
        break;
    case ROWS_JSON:
        fprintf(rows->out, "%s\n", json);
        break;
    case ROWS_CSV:
        if (!rows->has_header) write_csv_header(rows);
        write_csv(rows, cells);
        break;
    }
}

bool rows_end(struct rows *rows) {
    if (rows->options.format == ROWS_TABLE && !rows->options.is_stream) write_kept(rows);
    if (rows->options.format == ROWS_CSV && !rows->has_header) write_csv_header(rows);
    return fflush(rows->out) == 0 && !ferror(rows->out);
}

void rows_free(struct rows *rows) {
    if (!rows) return;
    for (int i = 0; i < rows->cell_count; i++)
        free(rows->cells[i]);
    free(rows->cells);
    free(rows->widths);
    free(rows);
}
