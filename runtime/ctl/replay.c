#include "ctl/replay.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/moment.h"
#include "ctl/session.h"
#include "ctl/study.h"
#include "ctl/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int replay_run(const struct session *session, int argc, char **argv);

const struct verb replay_verb = {
    .name = "replay",
    .words = "",
    .summary = "runs the recorded inputs again and compares what they come to, bit by bit",
    .options =
        "--from REV|TIME   81234, 2026-11-22T18:00:00Z, or so long ago: 10m, 2h; the log's begin\n"
        "--to REV|TIME     the same; now, and then live memory is compared as well\n"
        "--version V       runs it on another version instead, and says what that does otherwise\n"
        "--model NAME      twins of other models are taken as recorded\n"
        "--speed X         keeps the pace of the record, X times as fast\n"
        "--bisect TEXT     the first revision after which TEXT is so: \"pump.derived.health < 0\"\n"
        "The last line says equal (exit 0), or differ and where first (exit 1).\n",
    .run = replay_run,
};

struct replay {
    const char *from, *to, *version, *model, *speed, *bisect;
};

static void write_path(const struct replay *replay, struct buffer *path) {
    buffer_printf(path, "/replay?");
    moment_add_span(path, replay->from, replay->to);
    client_add_query(path, "model", replay->model);
    client_add_query(path, "speed", replay->speed);
    client_add_query(path, "bisect", replay->bisect);
    buffer_byte(path, 0);
}

static void progress(const cJSON *study) {
    char line[160];
    snprintf(line, sizeof line, "rev %.0f of %.0f, %.0f turns, at %s", study_number(study, "rev"),
             study_number(study, "to"), study_number(study, "turns"), study_text(study, "at"));
    study_tell(line);
}

static void tell_broken(const struct replay *replay, const cJSON *study) {
    const cJSON *broken = cJSON_GetObjectItem(study, "broken");
    if (!replay->bisect) return;
    if (!broken) {
        printf("%s: never so in %.0f turns\n", replay->bisect, study_number(study, "turns"));
        return;
    }
    printf("%s: first after rev %.0f, of %s, where %s is %s\n", replay->bisect,
           study_number(broken, "rev"), study_text(broken, "twin"), study_text(broken, "field"),
           study_text(broken, "value"));
    printf("twinctl explain %s %s --rev %.0f shows how it came about\n", study_text(broken, "twin"),
           study_text(broken, "field"), study_number(broken, "rev"));
}

static int tell(const struct replay *replay, const cJSON *study) {
    const cJSON *first = cJSON_GetObjectItem(study, "first");
    bool is_equal = cJSON_IsTrue(cJSON_GetObjectItem(study, "equal"));
    bool is_broken = cJSON_GetObjectItem(study, "broken");
    if (strcmp(study_text(study, "state"), "stopped") == 0)
        printf("it was stopped before its end\n");
    if (study_number(study, "taken") > 0)
        printf("%.0f turns were taken as recorded: %s\n", study_number(study, "taken"),
               study_text(study, "missing"));
    if (first)
        printf("rev %.0f, %s %s: recorded %s, now %s; %.0f turns differ\n",
               study_number(first, "rev"), study_text(first, "twin"), study_text(first, "field"),
               study_text(first, "recorded"), study_text(first, "now"),
               study_number(study, "different"));
    tell_broken(replay, study);
    printf("rev=%.0f turns=%.0f hash=%s live=%s ", study_number(study, "rev"),
           study_number(study, "turns"), study_text(study, "hash"), study_text(study, "live"));
    if (is_equal)
        printf("equal\n");
    else if (first)
        printf("differ first=%.0f twin=%s field=%s\n", study_number(first, "rev"),
               study_text(first, "twin"), study_text(first, "field"));
    else
        printf("differ\n");
    return is_equal && !is_broken ? EXIT_GOOD : EXIT_FAILED;
}

static int replay_run(const struct session *session, int argc, char **argv) {
    struct replay replay = {0};
    struct answer final = {0};
    struct buffer path = {0};
    struct err err;
    const struct argument arguments[] = {
        {.name = "--from", .value = &replay.from},
        {.name = "--to", .value = &replay.to},
        {.name = "--model", .value = &replay.model},
        {.name = "--speed", .value = &replay.speed},
        {.name = "--bisect", .value = &replay.bisect},
        {.name = "--version", .value = &replay.version},
    };
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 0, 0, &err))
        return session_misused(&replay_verb, &err);
    struct client *client = client_new(session->url, &err);
    if (client && replay.version) {
        int done =
            trial_on_history(session, &replay_verb, client, replay.version, replay.from, replay.to);
        client_free(client);
        return done;
    }
    write_path(&replay, &path);
    bool is_good =
        client && study_follow(client, (const char *)path.bytes, NULL, progress, &final, &err);
    int code = is_good ? tell(&replay, final.body) : session_unanswered(&replay_verb, false, &err);
    answer_fini(&final);
    client_free(client);
    buffer_fini(&path);
    return fflush(stdout) == 0 ? code : session_written(false);
}
