// The page cache outlives a killed process, so one write(2) a batch of answers is enough.

#include "sim/acked.h"

#include "base/err.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct acked {
    int fd;
    char *path;
    struct buffer lines;
};

struct acked *acked_open(const char *path, struct err *err) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0) {
        err_set(err, ERR_INVALID, "--acked %s cannot be written: %s", path, strerror(errno));
        return NULL;
    }
    struct acked *acked = xcalloc(1, sizeof *acked);
    acked->fd = fd;
    acked->path = xstrdup(path);
    return acked;
}

void acked_close(struct acked *acked) {
    if (!acked) return;
    close(acked->fd);
    free(acked->path);
    buffer_fini(&acked->lines);
    free(acked);
}

void acked_add(struct acked *acked, const char *twin, const struct reading *readings, int count) {
    char number[32];
    for (int i = 0; i < count; i++) {
        buffer_add(&acked->lines, twin, strlen(twin));
        buffer_byte(&acked->lines, ' ');
        buffer_add(&acked->lines, readings[i].name, strlen(readings[i].name));
        buffer_byte(&acked->lines, ' ');
        if (readings[i].text) {
            buffer_add(&acked->lines, readings[i].text, strlen(readings[i].text));
            buffer_byte(&acked->lines, '\n');
            continue;
        }
        char *end = senml_number(number, readings[i].value);
        *end++ = '\n';
        buffer_add(&acked->lines, number, (size_t)(end - number));
    }
}

bool acked_flush(struct acked *acked, struct err *err) {
    size_t written = 0;
    while (written < acked->lines.length) {
        ssize_t count =
            write(acked->fd, acked->lines.bytes + written, acked->lines.length - written);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return err_set(err, ERR_UNAVAILABLE, "--acked %s: %s", acked->path, strerror(errno));
        written += (size_t)count;
    }
    acked->lines.length = 0;
    return true;
}
