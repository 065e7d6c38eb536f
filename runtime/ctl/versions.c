// A version is shown by its first eight digits, as everywhere.

#include "ctl/versions.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/lines.h"
#include "ctl/session.h"
#include "ctl/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int versions_run(const struct session *session, int argc, char **argv);
static int diff_run(const struct session *session, int argc, char **argv);

const struct verb versions_verb = {
    .name = "versions",
    .words = "",
    .summary = "which versions of models and scripts twind has, newest first",
    .options = "",
    .run = versions_run,
};

const struct verb diff_verb = {
    .name = "diff",
    .words = "[A [B]]",
    .summary = "what is different: A (the one that serves) and B (the files here)",
    .options = "--dir DIR         the files of this folder, not of the present one\n"
               "Exit: 0 equal, 1 different.\n",
    .is_of_versions = true,
    .run = diff_run,
};

static const char *const names[] = {"version", "state",    "at",     "author",
                                    "turns",   "failures", "reason", "why"};

static int versions_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct answer answer = {0};
    struct column columns[ARRAY_LEN(names)] = {0};
    struct request request = {.method = "GET", .path = "/versions"};
    if (!arguments_end(&argc, argv, 0, 0, &err)) return session_misused(&versions_verb, &err);
    struct client *client = client_new(session->url, &err);
    if (!client || !client_ask(client, &request, &answer, &err)) {
        client_free(client);
        return session_unanswered(&versions_verb, false, &err);
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        columns[i] = (struct column){.name = names[i], .is_number = i == 4 || i == 5};
    struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(names));
    const cJSON *version;
    cJSON_ArrayForEach(version, member(answer.body, "versions", NULL)) {
        const char *cells[ARRAY_LEN(names)];
        struct region region = {0};
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            cells[i] = cell_of(&region, member(version, names[i], NULL));
        char *json = cJSON_PrintUnformatted(version);
        rows_add(rows, cells, json);
        free(json);
        region_fini(&region);
    }
    answer_fini(&answer);
    client_free(client);
    return session_end(rows);
}

struct side { // of a comparison
    struct script_files files;
    char name[9];
};

static const char *text_of(const struct script_files *files, const char *path) {
    for (int i = 0; i < files->count; i++)
        if (strcmp(files->files[i].path, path) == 0) return files->files[i].text;
    return NULL;
}

static void diff_file(const struct side *a, const struct side *b, const char *path,
                      struct buffer *out) {
    struct buffer old = {0}, new = {0};
    buffer_printf(&old, "%s %s", path, a->name);
    buffer_printf(&new, "%s %s", path, b->name);
    lines_diff((char *)old.bytes, text_of(&a->files, path), (char *)new.bytes,
               text_of(&b->files, path), out);
    buffer_fini(&old);
    buffer_fini(&new);
}

static void diff_sides(const struct side *a, const struct side *b, struct buffer *out) {
    for (int i = 0; i < a->files.count; i++)
        diff_file(a, b, a->files.files[i].path, out);
    for (int i = 0; i < b->files.count; i++)
        if (!text_of(&a->files, b->files.files[i].path))
            diff_file(a, b, b->files.files[i].path, out);
}

static bool read_sides(struct client *client, const char *folder, int argc, char **argv,
                       struct side *a, struct side *b, struct err *err) {
    if (!sources_ask(client, argc > 0 ? argv[0] : "promoted", &a->files, a->name, err))
        return false;
    if (argc > 1) return sources_ask(client, argv[1], &b->files, b->name, err);
    snprintf(b->name, sizeof b->name, "here");
    return sources_read(folder, &b->files, err);
}

static int diff_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct side a = {0}, b = {0};
    struct buffer out = {0};
    const char *folder = ".";
    const struct argument arguments[] = {{.name = "--dir", .value = &folder}};
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 0, 2, &err))
        return session_misused(&diff_verb, &err);
    struct client *client = client_new(session->url, &err);
    int code;
    if (client && read_sides(client, folder, argc, argv, &a, &b, &err)) {
        diff_sides(&a, &b, &out);
        fwrite(out.bytes, 1, out.length, stdout);
        code = out.length > 0 ? EXIT_FAILED : EXIT_GOOD;
    } else {
        code = session_unanswered(&diff_verb, false, &err);
    }
    buffer_fini(&out);
    script_files_fini(&a.files);
    script_files_fini(&b.files);
    client_free(client);
    return code;
}
