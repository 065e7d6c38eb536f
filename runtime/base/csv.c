// A row is one line of the file, split where it stands.

#include "base/csv.h"

#include "base/err.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define BOM "\xef\xbb\xbf" // of UTF-8, which some programs write first

struct csv {
    FILE *file;
    long first_row; // where it begins
    long size;      // bytes; 0 when that cannot be told
    long number;    // of the line that was read last
    char separator;
    char *names_line, *line; // each row's text, split
    size_t line_size;
    char **names, **cells;
    int column_count, cell_count;
    struct buffer names_text;
};

static bool line_read(struct csv *csv);
static int line_split(char *line, char separator, char ***cells);

struct csv *csv_open(const char *path, struct err *err) {
    FILE *file = fopen(path, "r");
    if (!file) {
        err_set(err, ERR_INVALID, "%s cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    struct csv *csv = xcalloc(1, sizeof *csv);
    csv->file = file;
    if (fseek(file, 0, SEEK_END) == 0) {
        csv->size = ftell(file);
        rewind(file);
    }
    if (!line_read(csv)) {
        err_set(err, ERR_INVALID, "%s has no first line with names", path);
        csv_close(csv);
        return NULL;
    }
    if (strncmp(csv->line, BOM, strlen(BOM)) == 0)
        memmove(csv->line, csv->line + strlen(BOM), strlen(csv->line + strlen(BOM)) + 1);
    csv->first_row = ftell(file);
    csv->separator = strchr(csv->line, ';') ? ';' : ',';
    csv->names_line = xstrdup(csv->line);
    csv->column_count = line_split(csv->names_line, csv->separator, &csv->names);
    for (int i = 0; i < csv->column_count; i++)
        buffer_printf(&csv->names_text, "%s%s", i ? ", " : "", csv->names[i]);
    buffer_byte(&csv->names_text, 0);
    return csv;
}

void csv_close(struct csv *csv) {
    if (!csv) return;
    fclose(csv->file);
    free(csv->names_line);
    free(csv->line);
    free(csv->names);
    free(csv->cells);
    buffer_fini(&csv->names_text);
    free(csv);
}

int csv_column(const struct csv *csv, const char *name) {
    for (int i = 0; i < csv->column_count; i++)
        if (strcmp(csv->names[i], name) == 0) return i;
    return -1;
}

const char *csv_names(const struct csv *csv) {
    return (const char *)csv->names_text.bytes;
}

bool csv_next(struct csv *csv) {
    do {
        if (!line_read(csv)) return false;
    } while (!*csv->line && csv->column_count > 1); // a blank line is no row
    csv->cell_count = line_split(csv->line, csv->separator, &csv->cells);
    return true;
}

const char *csv_cell(const struct csv *csv, int column) {
    return column >= 0 && column < csv->cell_count ? csv->cells[column] : "";
}

long csv_line(const struct csv *csv) {
    return csv->number;
}

double csv_share(const struct csv *csv) {
    return csv->size > 0 ? (double)ftell(csv->file) / (double)csv->size : 0;
}

void csv_rewind(struct csv *csv) {
    csv->number = 1;
    fseek(csv->file, csv->first_row, SEEK_SET);
}

bool csv_number(const char *cell, double *value) {
    if (strcasecmp(cell, "true") == 0 || strcasecmp(cell, "false") == 0) {
        *value = tolower((unsigned char)cell[0]) == 't';
        return true;
    }
    char *end;
    *value = strtod(cell, &end);
    return end != cell && *end == '\0' && isfinite(*value);
}

bool csv_time(const char *cell, double unit, int64_t *us) {
    struct tm parts = {0};
    double seconds = 0;
    int length = 0;
    int read =
        sscanf(cell, "%4d-%2d-%2d%n%*1[T ]%2d:%2d%n:%lf%n", &parts.tm_year, &parts.tm_mon,
               &parts.tm_mday, &length, &parts.tm_hour, &parts.tm_min, &length, &seconds, &length);
    if (read < 3 || read == 4) {
        long double number = 0;
        char *end;
        number = strtold(cell, &end);
        if (end == cell || *end || !(fabsl(number * unit) <= 1e18L)) return false;
        *us = llroundl(number * unit);
        return true;
    }
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    int hours = 0, minutes = 0;
    char sign[2] = "+";
    const char *zone = cell + length;
    bool is_known = *zone == '\0' || strcmp(zone, "Z") == 0 ||
                    sscanf(zone, "%1[+-]%2d:%2d", sign, &hours, &minutes) == 3;
    int64_t ahead = (hours * 60 + minutes) * 60;
    *us = ((int64_t)timegm(&parts) - (sign[0] == '-' ? -ahead : ahead)) * 1000000 +
          (int64_t)llround(seconds * 1e6);
    return is_known;
}

static bool line_read(struct csv *csv) {
    ssize_t length = getline(&csv->line, &csv->line_size, csv->file);
    if (length < 0) return false;
    csv->number++;
    while (length > 0 && (csv->line[length - 1] == '\n' || csv->line[length - 1] == '\r'))
        csv->line[--length] = '\0';
    return true;
}

// Cuts the line into cells, quotes taken off and doubled ones made one, in place.
static int line_split(char *line, char separator, char ***cells) {
    int count = 0;
    char *in = line;
    for (bool is_more = true; is_more; count++) {
        *cells = xrealloc(*cells, (size_t)(count + 1) * sizeof **cells);
        (*cells)[count] = in;
        char *out = in;
        bool is_quoted = *in == '"';
        if (is_quoted) in++;
        for (; *in && (is_quoted || *in != separator); in++) {
            if (is_quoted && *in == '"') {
                if (in[1] != '"') {
                    is_quoted = false;
                    continue;
                }
                in++;
            }
            *out++ = *in;
        }
        is_more = *in == separator;
        if (is_more) in++;
        *out = '\0';
    }
    return count;
}
