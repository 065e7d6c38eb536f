// twinctl: what operators and authors type. One verb a file; this one finds it.

#include "base/err.h"
#include "base/memory.h"
#include "ctl/adoptions.h"
#include "ctl/alarms.h"
#include "ctl/amend.h"
#include "ctl/api.h"
#include "ctl/arguments.h"
#include "ctl/audit.h"
#include "ctl/backtest.h"
#include "ctl/backup.h"
#include "ctl/bench.h"
#include "ctl/calibrate.h"
#include "ctl/check.h"
#include "ctl/command.h"
#include "ctl/deploy.h"
#include "ctl/doctor.h"
#include "ctl/explain.h"
#include "ctl/export.h"
#include "ctl/get.h"
#include "ctl/hist.h"
#include "ctl/import.h"
#include "ctl/lifecycle.h"
#include "ctl/link.h"
#include "ctl/ls.h"
#include "ctl/new.h"
#include "ctl/optimise.h"
#include "ctl/record.h"
#include "ctl/repl.h"
#include "ctl/replay.h"
#include "ctl/restore.h"
#include "ctl/retry.h"
#include "ctl/session.h"
#include "ctl/set.h"
#include "ctl/test.h"
#include "ctl/train.h"
#include "ctl/versions.h"
#include "ctl/watch.h"
#include "ctl/whatif.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct verb *const verbs[] = {
    &ls_verb,     &get_verb,     &watch_verb,     &set_verb,       &command_verb,   &hist_verb,
    &export_verb, &alarms_verb,  &ack_verb,       &import_verb,    &link_verb,      &unlink_verb,
    &retire_verb, &replace_verb, &lifecycle_verb, &adoptions_verb, &retry_verb,     &new_verb,
    &check_verb,  &test_verb,    &backtest_verb,  &train_verb,     &calibrate_verb, &record_verb,
    &api_verb,    &deploy_verb,  &versions_verb,  &diff_verb,      &promote_verb,   &rollback_verb,
    &replay_verb, &explain_verb, &whatif_verb,    &optimise_verb,  &repl_verb,      &amend_verb,
    &bench_verb,  &audit_verb,   &backup_verb,    &doctor_verb,    &restore_verb,
};

static const struct verb *find_verb(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        if (strcmp(verbs[i]->name, name) == 0) return verbs[i];
    return NULL;
}

static void write_options(const char *options) {
    while (*options) {
        size_t length = strcspn(options, "\n");
        printf("  %.*s\n", (int)length, options);
        options += length + (options[length] == '\n');
    }
}

static int help(const struct verb *verb) {
    if (verb) {
        printf("twinctl %s %s\n%s\n", verb->name, verb->words, verb->summary);
        write_options(verb->options);
        return EXIT_GOOD;
    }
    puts("twinctl [--url URL] [-o table|json|csv] VERB ...\n");
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
        printf("  %-9s %-26s %s\n", verbs[i]->name, verbs[i]->words, verbs[i]->summary);
    puts("\n--url is http://127.0.0.1:8080 when neither it nor TWIND_URL says otherwise.\n"
         "Without -o: a table on a terminal, NDJSON when piped.\n"
         "Exit: 0 good, 1 failed, 2 used wrongly, 3 refused by twind.\n"
         "More: twinctl help VERB");
    return EXIT_GOOD;
}

static bool parse_format(const char *name, struct session *session, struct err *err) {
    static const char *const names[] = {
        [ROWS_TABLE] = "table", [ROWS_JSON] = "json", [ROWS_CSV] = "csv"};
    bool is_terminal = isatty(STDOUT_FILENO);
    const char *no_color = getenv("NO_COLOR"); // no-color.org: when present and not empty
    session->has_color = is_terminal && !(no_color && *no_color);
    session->format = is_terminal ? ROWS_TABLE : ROWS_JSON;
    session->has_format = name != NULL;
    if (!name) return true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(names[i], name) != 0) continue;
        session->format = (enum rows_format)i;
        return true;
    }
    return err_set(err, ERR_INVALID, "-o takes table, json or csv, not '%.40s'", name);
}

static int misused(const struct err *err) {
    session_failed(err, "twinctl help");
    return EXIT_USAGE;
}

int main(int argc, char **argv) {
    struct err err;
    const char *url = getenv("TWIND_URL");
    struct session session = {.url = url && *url ? url : "http://127.0.0.1:8080"};
    const char *format = NULL;
    bool wants_help = false;
    const struct argument arguments[] = {
        {.name = "--url", .value = &session.url},
        {.name = "-o", .value = &format},
        {.name = "--help", .is_given = &wants_help},
        {.name = "-h", .is_given = &wants_help},
    };
    argc--;
    argv++;
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !parse_format(format, &session, &err))
        return misused(&err);
    if (argc > 0 && strcmp(argv[0], "help") == 0) {
        wants_help = true;
        argc--;
        argv++;
    }
    const struct verb *verb = argc > 0 ? find_verb(argv[0]) : NULL;
    if (argc > 0 && !verb) {
        err_set(&err, ERR_INVALID, "there is no verb '%.40s'", argv[0]);
        return misused(&err);
    }
    if (wants_help) return help(verb);
    if (!verb) {
        err_set(&err, ERR_INVALID, "a verb is missing");
        return misused(&err);
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int code = verb->run(&session, argc - 1, argv + 1);
    curl_global_cleanup();
    return code;
}
