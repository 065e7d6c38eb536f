// Every frame is checked as it passes, so what is written is whole. The file has its name only when
// its end is there.

#include "ctl/backup.h"

#include "base/backup_file.h"
#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_SECONDS 0.2 // between two

struct saving {
    const char *path; // "-" is standard output
    char *part;       // where it is written until it is whole
    int fd;
    bool is_told; // how far it is
    double began, told;
    struct backup_reader reader;
};

static int backup_run(const struct session *session, int argc, char **argv);

const struct verb backup_verb = {
    .name = "backup",
    .words = "FILE",
    .summary = "all that twind keeps as one file, while it runs; - is standard output",
    .options = "",
    .run = backup_run,
};

static const struct column columns[] = {{.name = "file"},
                                        {.name = "rev", .is_number = true},
                                        {.name = "twins", .is_number = true},
                                        {.name = "bytes", .is_number = true},
                                        {.name = "seconds", .is_number = true},
                                        {.name = "damaged", .is_number = true}};

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void tell(struct saving *saving) {
    double now = seconds_now();
    if (!saving->is_told || now - saving->told < PROGRESS_SECONDS) return;
    saving->told = now;
    fprintf(stderr, "\r\033[K%.1f MB of at most about %.1f", (double)saving->reader.bytes / 1e6,
            (double)saving->reader.expected / 1e6);
}

static bool write_all(const struct saving *saving, const char *bytes, size_t length,
                      struct err *err) {
    while (length > 0) {
        ssize_t done = write(saving->fd, bytes, length);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0)
            return err_set(err, ERR_FORBIDDEN, "%s cannot be written: %s",
                           saving->part ? saving->part : "standard output", strerror(errno));
        bytes += done;
        length -= (size_t)done;
    }
    return true;
}

static bool on_bytes(void *context, const void *bytes, size_t length, struct err *err) {
    struct saving *saving = context;
    bool is_good = write_all(saving, bytes, length, err) &&
                   backup_read(&saving->reader, bytes, length, NULL, NULL, err);
    tell(saving);
    return is_good;
}

static bool open_part(struct saving *saving, struct err *err) {
    saving->fd = STDOUT_FILENO;
    if (strcmp(saving->path, "-") == 0) return true;
    struct buffer part = {0};
    buffer_printf(&part, "%s.part", saving->path);
    buffer_byte(&part, 0);
    saving->part = (char *)part.bytes;
    saving->fd = open(saving->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return saving->fd >= 0 ||
           err_set(err, ERR_FORBIDDEN, "%s cannot be written: %s", saving->part, strerror(errno));
}

// Onto the disk, under its name.
static bool keep(struct saving *saving, struct err *err) {
    if (!saving->part) return true;
    char *copy = xstrdup(saving->path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_kept = fsync(saving->fd) == 0 && rename(saving->part, saving->path) == 0 &&
                   (folder < 0 || fsync(folder) == 0);
    if (!is_kept)
        err_set(err, ERR_FORBIDDEN, "%s cannot be kept: %s", saving->path, strerror(errno));
    if (folder >= 0) close(folder);
    free(copy);
    return is_kept;
}

static bool save(struct client *client, struct saving *saving, struct err *err) {
    bool is_saved = open_part(saving, err) &&
                    client_fetch(client, "/backup", on_bytes, saving, err) &&
                    backup_read_end(&saving->reader, err) && keep(saving, err);
    if (saving->told > 0) fputs("\r\033[K", stderr);
    if (saving->part && saving->fd >= 0) close(saving->fd);
    if (saving->part && !is_saved) unlink(saving->part);
    return is_saved;
}

static int report(const struct session *session, const struct saving *saving) {
    const struct backup_reader *reader = &saving->reader;
    double seconds = seconds_now() - saving->began;
    char rev[24], twins[24], bytes[24], took[24], damaged[24];
    snprintf(rev, sizeof rev, "%llu", (unsigned long long)reader->end.rev);
    snprintf(twins, sizeof twins, "%llu", (unsigned long long)reader->end.twins);
    snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)reader->bytes);
    snprintf(took, sizeof took, "%.1f", seconds);
    snprintf(damaged, sizeof damaged, "%llu", (unsigned long long)reader->end.damaged);
    if (!saving->part) {
        fprintf(stderr, "rev=%s twins=%s bytes=%s seconds=%s damaged=%s\n", rev, twins, bytes, took,
                damaged);
        return EXIT_GOOD;
    }
    const char *cells[] = {saving->path, rev, twins, bytes, took, damaged};
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "file", saving->path);
    for (size_t i = 1; i < ARRAY_LEN(cells); i++)
        cJSON_AddRawToObject(object, columns[i].name, cells[i]);
    char *json = cJSON_PrintUnformatted(object);
    struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
    rows_add(rows, cells, json);
    cJSON_Delete(object);
    free(json);
    return session_end(rows);
}

static int backup_run(const struct session *session, int argc, char **argv) {
    struct err err;
    if (!arguments_end(&argc, argv, 1, 1, &err)) return session_misused(&backup_verb, &err);
    struct saving saving = {.path = argv[0], .is_told = isatty(STDERR_FILENO) == 1, .fd = -1};
    struct client *client = client_new(session->url, &err);
    saving.began = seconds_now();
    int code;
    if (client && save(client, &saving, &err)) {
        code = report(session, &saving);
    } else if (err.code == ERR_FORBIDDEN) {
        code = session_failed(&err, "another folder, or - for standard output");
    } else if (err.code == ERR_CONFLICT || err.code == ERR_INVALID) {
        code = session_failed(&err, "twinctl backup %s once more", argv[0]);
    } else {
        code = session_unanswered(&backup_verb, false, &err);
    }
    backup_reader_fini(&saving.reader);
    free(saving.part);
    client_free(client);
    return code;
}
