// A quote opens a quoted cell only where a cell begins, so an inch sign in a text does no harm.

#include "base/cells.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

char cells_separator(const char *at, const char *end) {
    bool is_quoted = false;
    for (; at < end && *at != '\n'; at++) {
        if (*at == '"') is_quoted = !is_quoted;
        if (*at == ';' && !is_quoted) return ';';
    }
    return ',';
}

const char *cells_record_end(const char *at, const char *end, char separator) {
    enum { START, PLAIN, QUOTED, CLOSED } state = START; // of the cell
    for (; at < end; at++) {
        if (state == QUOTED)
            state = *at == '"' ? CLOSED : QUOTED;
        else if (*at == '"' && state != PLAIN) // a second quote behind the first goes on
            state = QUOTED;
        else if (*at == '\n')
            return at + 1;
        else if (*at == separator)
            state = START;
        else if (state != START || !is_blank(*at))
            state = PLAIN;
    }
    return end;
}

static char *add(struct cells *cells, size_t size) {
    if (cells->count == cells->capacity) {
        cells->capacity = cells->capacity ? cells->capacity * 2 : 16;
        cells->list = xrealloc(cells->list, sizeof *cells->list * (size_t)cells->capacity);
    }
    return cells->list[cells->count++] = region_alloc(&cells->region, size + 1);
}

void cells_split(struct cells *cells, const char *record, const char *end, char separator) {
    cells->count = 0;
    region_reset(&cells->region);
    while (end > record && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    const char *at = record;
    for (bool is_more = at < end; is_more;) {
        while (at < end && is_blank(*at))
            at++;
        char *cell = add(cells, (size_t)(end - at)), *out = cell;
        bool was_quoted = at < end && *at == '"', is_quoted = was_quoted;
        if (was_quoted) at++;
        for (; at < end && (is_quoted || *at != separator); at++) {
            if (is_quoted && *at == '"') {
                if (at + 1 == end || at[1] != '"') {
                    is_quoted = false;
                    continue;
                }
                at++;
            }
            *out++ = *at;
        }
        while (!was_quoted && out > cell && is_blank(out[-1]))
            out--;
        *out = 0;
        is_more = at < end; // a separator at the end has an empty cell behind it
        at += is_more;
        if (is_more && at == end) *add(cells, 0) = 0, is_more = false;
    }
}

void cells_fini(struct cells *cells) {
    free(cells->list);
    region_fini(&cells->region);
    *cells = (struct cells){0};
}
