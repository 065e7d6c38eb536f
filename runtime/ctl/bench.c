// twinsim does the work; this verb tells it where twind is, shows its report, and takes the twins
// out again that it made.

#include "ctl/bench.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/session.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 64

struct bench {
    const char *count, *prefix, *fields, *seconds;
    bool keeps;
    char coap[128]; // "127.0.0.1:5683"
};

static int bench_run(const struct session *session, int argc, char **argv);

const struct verb bench_verb = {
    .name = "bench",
    .words = "[TWINSIM OPTION ...]",
    .summary = "load on the running twind, from this machine",
    .options = "--count N         twins, 1000\n"
               "--prefix TEXT     of their ids, pump-bench-; a model must match them\n"
               "--fields LIST     NAME:UNIT,... that they send, temperature:Cel,vibration:mm/s\n"
               "--seconds S       how long, 10\n"
               "--keep            leave the twins there; else they are deleted\n"
               "any other option is twinsim's: --window N, --rate HZ, --non, --peers N, --pack N\n",
    .run = bench_run,
};

static const struct column columns[] = {{.name = "what"}, {.name = "value", .is_number = true}};

// Words behind --count and so on are not words of ours, so only what is ours is taken out.
static bool parse(struct bench *bench, int *argc, char **argv, struct err *err) {
    const struct argument arguments[] = {
        {.name = "--count", .value = &bench->count},
        {.name = "--prefix", .value = &bench->prefix},
        {.name = "--fields", .value = &bench->fields},
        {.name = "--seconds", .value = &bench->seconds},
        {.name = "--keep", .is_given = &bench->keeps},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), argc, argv, err)) return false;
    char *end;
    if (strtol(bench->count, &end, 10) < 1 || *end)
        return err_set(err, ERR_INVALID, "--count wants a number from 1, not '%.40s'",
                       bench->count);
    return *argc < WORDS_MAX || err_set(err, ERR_INVALID, "more than %d options", WORDS_MAX);
}

static bool find_coap(struct bench *bench, struct client *client, struct err *err) {
    struct answer answer;
    struct request request = {.method = "GET", .path = "/info"};
    if (!client_ask(client, &request, &answer, err)) return false;
    const cJSON *coap = member(answer.body, "coap", NULL);
    bool is_good = cJSON_IsString(coap);
    if (is_good)
        snprintf(bench->coap, sizeof bench->coap, "%s", coap->valuestring);
    else
        err_set(err, ERR_INVALID, "what answers there is no twind: /api/v1/info names no coap");
    answer_fini(&answer);
    return is_good;
}

// In the child: becomes the twinsim beside this program, else the one on the PATH.
static void become_twinsim(char **words) {
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length > 0) {
        own[length] = 0;
        char path[PATH_MAX + 16];
        snprintf(path, sizeof path, "%s/twinsim", dirname(own));
        execv(path, words);
    }
    execvp("twinsim", words);
    fprintf(stderr, "twinctl: twinsim cannot be run: %s\n", strerror(errno));
    _exit(127);
}

static bool run_twinsim(const struct bench *bench, FILE *report, int argc, char **argv,
                        struct err *err) {
    char file[32];
    snprintf(file, sizeof file, "/dev/fd/%d", fileno(report));
    const char *own[] = {"twinsim",     "--load",     "--quiet",      "--coap",      bench->coap,
                         "--count",     bench->count, "--prefix",     bench->prefix, "--fields",
                         bench->fields, "--seconds",  bench->seconds, "--report",    file};
    char *words[ARRAY_LEN(own) + WORDS_MAX + 1];
    int count = 0;
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        words[count++] = (char *)own[i];
    for (int i = 0; i < argc; i++)
        words[count++] = argv[i];
    words[count] = NULL;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) become_twinsim(words);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return err_set(err, ERR_INTERNAL, "twinsim cannot be run: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    return err_set(err, ERR_INVALID, "twinsim ended with status %d",
                   WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void write_members(struct rows *rows, const cJSON *object, const char *before) {
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        char name[128];
        snprintf(name, sizeof name, "%s%s%s", before, *before ? "." : "", item->string);
        if (cJSON_IsObject(item)) {
            write_members(rows, item, name);
        } else {
            struct region region = {0};
            rows_add(rows, (const char *[]){name, cell_of(&region, item)}, "");
            region_fini(&region);
        }
    }
}

static bool write_report(const struct session *session, struct rows *rows, FILE *report,
                         struct err *err) {
    char text[65536];
    rewind(report);
    size_t length = fread(text, 1, sizeof text, report);
    cJSON *json = cJSON_ParseWithLength(text, length);
    if (!json) return err_set(err, ERR_INTERNAL, "twinsim left no report");
    if (session->format == ROWS_JSON) {
        char *line = cJSON_PrintUnformatted(json);
        rows_add(rows, NULL, line);
        free(line);
    } else {
        write_members(rows, json, "");
    }
    cJSON_Delete(json);
    return true;
}

static void delete_twins(const struct bench *bench, struct client *client) {
    long count = strtol(bench->count, NULL, 10);
    for (long i = 0; i < count; i++) {
        char id[128];
        snprintf(id, sizeof id, "%s%07ld", bench->prefix, i);
        char *escaped = client_escape(id);
        char path[512];
        snprintf(path, sizeof path, "/twins/%s", escaped);
        free(escaped);
        struct answer answer;
        struct err ignored; // a twin that never came to be, or somebody else took
        struct request request = {.method = "DELETE", .path = path};
        if (client_ask(client, &request, &answer, &ignored)) answer_fini(&answer);
    }
}

static int bench_run(const struct session *session, int argc, char **argv) {
    struct err err;
    struct bench bench = {.count = "1000",
                          .prefix = "pump-bench-",
                          .fields = "temperature:Cel,vibration:mm/s",
                          .seconds = "10"};
    if (!parse(&bench, &argc, argv, &err)) return session_misused(&bench_verb, &err);
    struct client *client = client_new(session->url, &err);
    if (!client || !find_coap(&bench, client, &err)) {
        client_free(client);
        return session_unanswered(&bench_verb, false, &err);
    }
    FILE *report = tmpfile();
    struct rows *rows = session_rows(session, false, columns, ARRAY_LEN(columns));
    bool is_good = report ? run_twinsim(&bench, report, argc, argv, &err) &&
                                write_report(session, rows, report, &err)
                          : err_set(&err, ERR_INTERNAL, "no temporary file: %s", strerror(errno));
    if (!bench.keeps) delete_twins(&bench, client);
    if (report) fclose(report);
    client_free(client);
    if (is_good) return session_end(rows);
    rows_free(rows);
    return session_failed(&err, "twinsim --help");
}
