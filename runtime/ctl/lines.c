// The longest common subsequence, by the table of all pairs, after equal beginnings and ends are
// set aside: scripts are hundreds of lines, and what changed of them is few.

#include "ctl/lines.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define AROUND 3
#define CELLS_MAX 16000000 // 4000 x 4000 changed lines; beyond it all of them are shown as changed

struct lines {
    const char **at;
    int *length;
    int count;
};

struct edit {
    char sign; // ' ', '-', '+'
    int old, new;
};

static struct lines split(const char *text) {
    struct lines lines = {0};
    int capacity = 0;
    while (text && *text) {
        int length = (int)strcspn(text, "\n");
        if (lines.count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            lines.at = xrealloc(lines.at, (size_t)capacity * sizeof *lines.at);
            lines.length = xrealloc(lines.length, (size_t)capacity * sizeof *lines.length);
        }
        lines.at[lines.count] = text;
        lines.length[lines.count++] = length;
        text += length + (text[length] == '\n');
    }
    return lines;
}

static void lines_fini(struct lines *lines) {
    free(lines->at);
    free(lines->length);
}

static bool is_equal(const struct lines *old, int i, const struct lines *new, int j) {
    return old->length[i] == new->length[j] &&
           memcmp(old->at[i], new->at[j], (size_t)old->length[i]) == 0;
}

// How many lines old[i..] and new[j..] have in common in order: table[i * (columns + 1) + j].
static uint32_t *count_common(const struct lines *old, const struct lines *new, int from, int rows,
                              int columns) {
    size_t width = (size_t)columns + 1;
    uint32_t *table = xcalloc(((size_t)rows + 1) * width, sizeof *table);
    for (int i = rows; i-- > 0;)
        for (int j = columns; j-- > 0;) {
            uint32_t *cell = &table[(size_t)i * width + (size_t)j];
            uint32_t down = cell[width], right = cell[1];
            *cell = is_equal(old, from + i, new, from + j) ? cell[width + 1] + 1
                    : down > right                         ? down
                                                           : right;
        }
    return table;
}

static int make_edits(const struct lines *old, const struct lines *new, struct edit *edits) {
    int from = 0, tail = 0, count = 0;
    while (from < old->count && from < new->count &&is_equal(old, from, new, from))
        from++;
    while (tail < old->count - from &&
           tail <
               new->count - from &&is_equal(old, old->count - 1 - tail, new, new->count - 1 - tail))
        tail++;
    int rows = old->count - from - tail, columns = new->count - from - tail, i = 0, j = 0;
    uint32_t *table =
        (int64_t)rows * columns > CELLS_MAX ? NULL : count_common(old, new, from, rows, columns);
    size_t width = (size_t)columns + 1;
    for (int k = 0; k < from; k++)
        edits[count++] = (struct edit){' ', k, k};
    while (i < rows || j < columns) {
        const uint32_t *cell = table ? &table[(size_t)i * width + (size_t)j] : NULL;
        if (cell && i < rows && j < columns && is_equal(old, from + i, new, from + j)) {
            edits[count++] = (struct edit){' ', from + i, from + j};
            i++, j++;
        } else if (i < rows && (j == columns || !cell || cell[width] >= cell[1])) {
            edits[count++] = (struct edit){'-', from + i, from + j};
            i++;
        } else {
            edits[count++] = (struct edit){'+', from + i, from + j};
            j++;
        }
    }
    free(table);
    for (int k = 0; k < tail; k++)
        edits[count++] = (struct edit){' ', from + rows + k, from + columns + k};
    return count;
}

static void write_range(struct buffer *out, char sign, int first, int count) {
    // diff(1) counts from 1, and names the line before when there is none.
    buffer_printf(out, "%c%d", sign, count ? first + 1 : first);
    if (count != 1) buffer_printf(out, ",%d", count);
}

static void write_hunk(const struct lines *old, const struct lines *new, const struct edit *edits,
                       int count, struct buffer *out) {
    int olds = 0, news = 0;
    for (int k = 0; k < count; k++) {
        olds += edits[k].sign != '+';
        news += edits[k].sign != '-';
    }
    buffer_printf(out, "@@ ");
    write_range(out, '-', edits[0].old, olds);
    buffer_printf(out, " ");
    write_range(out, '+', edits[0].new, news);
    buffer_printf(out, " @@\n");
    for (int k = 0; k < count; k++) {
        const struct lines *from = edits[k].sign == '+' ? new : old;
        int line = edits[k].sign == '+' ? edits[k].new : edits[k].old;
        buffer_printf(out, "%c%.*s\n", edits[k].sign, from->length[line], from->at[line]);
    }
}

void lines_diff(const char *old_name, const char *old_text, const char *new_name,
                const char *new_text, struct buffer *out) {
    struct lines old = split(old_text), new = split(new_text);
    struct edit *edits = xcalloc((size_t)(old.count + new.count + 1), sizeof *edits);
    int count = make_edits(&old, &new, edits), at = 0;
    bool has_head = false;
    while (at < count) {
        int change = at;
        while (change < count && edits[change].sign == ' ')
            change++;
        if (change == count) break;
        int begin = change - AROUND > at ? change - AROUND : at, end = change;
        for (int same = 0; end < count && same <= 2 * AROUND; end++)
            same = edits[end].sign == ' ' ? same + 1 : 0;
        int last = end;
        while (edits[last - 1].sign == ' ')
            last--;
        end = last + AROUND < count ? last + AROUND : count;
        if (!has_head) buffer_printf(out, "--- %s\n+++ %s\n", old_name, new_name);
        has_head = true;
        write_hunk(&old, &new, edits + begin, end - begin, out);
        at = end;
    }
    free(edits);
    lines_fini(&old);
    lines_fini(&new);
}
