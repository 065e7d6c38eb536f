// A key is found as a whole word: the last one of the path first in code, that is outside of
// comments as far as a line shows.

#include "script/mark.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/script_files.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(char letter) {
    return isalnum((unsigned char)letter) || letter == '_';
}

// The place of `word` in a line as a whole word, -1 when it is not there before a comment.
static int find_word(const char *line, size_t length, const char *word, size_t word_length) {
    for (size_t i = 0; word_length > 0 && i + word_length <= length; i++) {
        if (line[i] == '-' && i + 1 < length && line[i + 1] == '-') return -1;
        if (memcmp(line + i, word, word_length) != 0) continue;
        bool is_whole = (i == 0 || !is_word(line[i - 1])) &&
                        (i + word_length == length || !is_word(line[i + word_length]));
        if (is_whole) return (int)i;
    }
    return -1;
}

static size_t line_length(const char *line) {
    return strcspn(line, "\r\n");
}

static const char *next_line(const char *line) {
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

static void take_line(struct mark *mark, const char *line) {
    snprintf(mark->text, sizeof mark->text, "%.*s", (int)line_length(line), line);
}

// "near 'x'" of Lua's own sentences, else the first name in quotes.
static void find_column(struct mark *mark, const char *sentence) {
    const char *near = strstr(sentence, "near '"), *quote = near ? near + 5 : NULL;
    if (!quote) quote = strpbrk(sentence, "'\"");
    const char *end = quote ? strchr(quote + 1, *quote) : NULL;
    if (!end || end == quote + 1) return;
    const char *found = NULL; // the last: what Lua stumbled over
    size_t length = (size_t)(end - quote - 1);
    for (const char *at = mark->text; *at; at++)
        if (strncmp(at, quote + 1, length) == 0) found = at;
    if (found) mark->column = (int)(found - mark->text) + 1;
}

static void find_by_number(struct mark *mark, const char *text, const char *sentence) {
    const char *line = text;
    for (int i = 1; i < mark->line && *line; i++)
        line = next_line(line);
    take_line(mark, line);
    find_column(mark, sentence);
}

// "on.temprature: ..." : the line that has the last of these keys, else the one before it.
static void find_by_path(struct mark *mark, const char *text, const char *path, size_t length) {
    while (length > 0 && mark->line == 0) {
        size_t from = length;
        while (from > 0 && path[from - 1] != '.')
            from--;
        int number = 1;
        for (const char *line = text; *line; line = next_line(line), number++) {
            int place = find_word(line, line_length(line), path + from, length - from);
            if (place < 0) continue;
            mark->line = number;
            mark->column = place + 1;
            take_line(mark, line);
            break;
        }
        length = from > 0 ? from - 1 : 0;
    }
}

static const struct script_file *find_file(const struct script_files *files, const char *sentence,
                                           size_t *length) {
    const struct script_file *found = NULL;
    for (int i = 0; i < files->count; i++) {
        size_t size = strlen(files->files[i].path);
        if (strncmp(sentence, files->files[i].path, size) != 0 || sentence[size] != ':') continue;
        found = &files->files[i];
        *length = size;
    }
    return found;
}

bool mark_find(const struct script_files *files, struct err *err, struct mark *mark) {
    size_t length = 0;
    *mark = (struct mark){0};
    const struct script_file *file = find_file(files, err->text, &length);
    if (!file) return false;
    snprintf(mark->file, sizeof mark->file, "%s", file->path);
    const char *rest = err->text + length + 1;
    if (isdigit((unsigned char)*rest)) {
        mark->line = atoi(rest);
        find_by_number(mark, file->text, rest);
        return true;
    }
    rest += *rest == ' ';
    const char *end = strchr(rest, ':');
    if (end) find_by_path(mark, file->text, rest, (size_t)(end - rest));
    if (mark->line == 0) return true;
    struct err with = *err;
    snprintf(with.text, sizeof with.text, "%s:%d: %.*s", mark->file, mark->line,
             (int)(sizeof with.text - length - 16), rest);
    *err = with;
    return true;
}

void mark_write(const struct mark *mark, struct buffer *out) {
    if (mark->line == 0) return;
    char number[16];
    int width = snprintf(number, sizeof number, "%d", mark->line);
    buffer_printf(out, "  %s | %s\n", number, mark->text);
    if (mark->column == 0) return;
    buffer_printf(out, "  %*s | ", width, "");
    for (int i = 0; i < mark->column - 1; i++) // a tab stays one, so that the caret stands under it
        buffer_byte(out, mark->text[i] == '\t' ? '\t' : ' ');
    buffer_printf(out, "^\n");
}

void mark_show(const struct script_files *files, struct err *err) {
    struct mark mark;
    struct buffer out = {0};
    if (!mark_find(files, err, &mark)) return;
    mark_write(&mark, &out);
    fwrite(out.bytes, 1, out.length, stderr);
    buffer_fini(&out);
}
