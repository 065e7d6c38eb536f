// Lines are only counted here; what they say is twind's to read.

#include "ctl/import_file.h"

#include "base/cells.h"
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SLICE_RECORDS 500           // what twind does between two messages of a device
#define SLICE_BYTES (512u << 10)    // half of what it takes
#define FILE_BYTES_MAX (256u << 20) // a million twins

static bool read_all(struct buffer *text, FILE *file, const char *path, struct err *err) {
    size_t length;
    do {
        length = fread(buffer_reserve(text, 65536), 1, 65536, file);
        text->length += length;
    } while (length > 0 && text->length <= FILE_BYTES_MAX);
    if (ferror(file))
        return err_set(err, ERR_INVALID, "%.200s cannot be read: %s", path, strerror(errno));
    if (text->length > FILE_BYTES_MAX)
        return err_set(err, ERR_TOO_LARGE, "%.200s has more than %u bytes: split it", path,
                       FILE_BYTES_MAX);
    if (text->length > 0 && memchr(text->bytes, 0, text->length))
        return err_set(err, ERR_INVALID, "%.200s is no text: it holds a NUL byte", path);
    return true;
}

static int count_lines(const uint8_t *bytes, size_t length) {
    int count = 0;
    for (size_t i = 0; i < length; i++)
        count += bytes[i] == '\n';
    return count;
}

bool import_file_read(struct import_file *file, const char *path, struct err *err) {
    bool is_standard = strcmp(path, "-") == 0;
    *file = (struct import_file){0};
    FILE *in = is_standard ? stdin : fopen(path, "r");
    if (!in) return err_set(err, ERR_INVALID, "%.200s cannot be opened: %s", path, strerror(errno));
    bool is_good = read_all(&file->text, in, is_standard ? "standard input" : path, err);
    if (!is_standard) fclose(in);
    if (!is_good) return false;
    const char *text = (const char *)file->text.bytes, *end = text + file->text.length;
    const char *first = text;
    if (file->text.length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) first += 3;
    while (first < end && strchr(" \t\r\n", *first))
        first++;
    if (first == end)
        return err_set(err, ERR_INVALID, "%.200s has no line in it",
                       is_standard ? "standard input" : path);
    file->is_table = *first != '{';
    if (file->is_table) {
        file->separator = cells_separator(text, end);
        file->names_length = (size_t)(cells_record_end(text, end, file->separator) - text);
    }
    import_file_rewind(file);
    return true;
}

void import_file_fini(struct import_file *file) {
    buffer_fini(&file->text);
}

void import_file_rewind(struct import_file *file) {
    file->at = file->names_length;
    file->line = 1 + count_lines(file->text.bytes, file->names_length);
}

static const char *record_end(const struct import_file *file, const char *at, const char *end) {
    if (file->is_table) return cells_record_end(at, end, file->separator);
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    return stop ? stop + 1 : end;
}

bool import_file_slice(struct import_file *file, struct buffer *body, int *offset) {
    const char *start = (const char *)file->text.bytes + file->at;
    const char *end = (const char *)file->text.bytes + file->text.length;
    const char *at = start;
    if (at == end) return false;
    for (int i = 0; i < SLICE_RECORDS && at < end && at - start < (long)SLICE_BYTES; i++)
        at = record_end(file, at, end);
    body->length = 0;
    buffer_add(body, file->text.bytes, file->names_length);
    buffer_add(body, start, (size_t)(at - start));
    buffer_byte(body, 0);
    *offset = file->line - 1 - count_lines(file->text.bytes, file->names_length);
    file->line += count_lines((const uint8_t *)start, (size_t)(at - start));
    file->at += (size_t)(at - start);
    return true;
}
