#include "ctl/trial.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/client.h"
#include "ctl/moment.h"
#include "ctl/session.h"
#include "ctl/study.h"
#include "script/script_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool trial_store(struct client *client, const struct script_files *files, const char *author,
                 const char *reason, char version[17], struct err *err) {
    struct answer answer;
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "author", author);
    cJSON_AddStringToObject(body, "reason", reason ? reason : "on trial");
    cJSON_AddBoolToObject(body, "promote", false);
    cJSON *texts = cJSON_AddObjectToObject(body, "files");
    for (int i = 0; i < files->count; i++)
        cJSON_AddStringToObject(texts, files->files[i].path, files->files[i].text);
    char *text = cJSON_PrintUnformatted(body);
    struct request request = {
        .method = "POST", .path = "/versions", .body = text, .type = "application/json"};
    bool is_stored = client_ask(client, &request, &answer, err);
    if (is_stored) {
        struct region region = {0};
        snprintf(version, 17, "%s", cell_of(&region, member(answer.body, "version", NULL)));
        region_fini(&region);
        answer_fini(&answer);
    }
    free(text);
    cJSON_Delete(body);
    return is_stored;
}

static void progress(const cJSON *study) {
    char line[200];
    int differing = cJSON_GetArraySize(cJSON_GetObjectItem(study, "fields"));
    int length = snprintf(
        line, sizeof line, "rev %.0f, %.0f inputs of %.0f twins, %d field%s differ%s",
        study_number(study, "rev"), study_number(study, "inputs"), study_number(study, "twins"),
        differing, differing == 1 ? "" : "s", differing == 1 ? "s" : "");
    if (study_text(study, "until")[0])
        snprintf(line + length, sizeof line - (size_t)length, ", %.2f s behind, until %.19sZ",
                 study_number(study, "lag_s"), study_text(study, "until"));
    study_tell(line);
}

static void tell_head(const char *what, const cJSON *study) {
    printf("%s: %.0f twins, %.0f inputs, %.0f turns", what, study_number(study, "twins"),
           study_number(study, "inputs"), study_number(study, "turns"));
    if (study_number(study, "input_us") > 0)
        printf(", %.1f us of CPU an input", study_number(study, "input_us"));
    if (study_text(study, "until")[0])
        printf(", at most %.2f s behind", study_number(study, "most_lag_s"));
    printf("\n");
}

static void tell_fields(const cJSON *study) {
    const cJSON *field;
    cJSON_ArrayForEach(field, cJSON_GetObjectItem(study, "fields")) {
        const cJSON *first = cJSON_GetObjectItem(field, "first");
        printf("  %s %s differs after %.0f turns", study_text(field, "model"),
               study_text(field, "field"), study_number(field, "turns"));
        if (study_number(field, "largest") > 0)
            printf(", by at most %.6g", study_number(field, "largest"));
        printf("\n    first: rev %.0f, %s: live %s, trial %s, after %s\n",
               study_number(first, "rev"), study_text(first, "twin"), study_text(first, "live"),
               study_text(first, "trial"), study_text(first, "input"));
    }
}

static void tell_effects(const cJSON *study) {
    const cJSON *effect, *failures = cJSON_GetObjectItem(study, "failures");
    cJSON_ArrayForEach(effect, cJSON_GetObjectItem(study, "effects")) {
        double live = study_number(effect, "live"), trial = study_number(effect, "trial");
        printf("  %s %s: live %.0f, trial %.0f%s\n", study_text(effect, "model"),
               study_text(effect, "effect"), live, trial, live == trial ? "" : "  differs");
    }
    printf("  failures: live %.0f, trial %.0f\n", study_number(failures, "live"),
           study_number(failures, "trial"));
    if (study_text(failures, "first")[0])
        printf("    first: rev %.0f, %s: %s\n", study_number(failures, "rev"),
               study_text(failures, "twin"), study_text(failures, "first"));
}

static void tell(const struct session *session, const char *what, const cJSON *study) {
    if (session->format == ROWS_JSON && session->has_format) {
        char *line = cJSON_PrintUnformatted(study);
        puts(line);
        free(line);
        return;
    }
    tell_head(what, study);
    tell_fields(study);
    tell_effects(study);
    puts(cJSON_IsTrue(cJSON_GetObjectItem(study, "equal")) ? "it did what the live version did"
                                                           : "it did otherwise");
}

int trial_follow(const struct session *session, const struct verb *verb, struct client *client,
                 const char *path, const char *what) {
    struct answer final = {0};
    struct err err;
    if (!study_follow(client, path, NULL, progress, &final, &err))
        return session_unanswered(verb, false, &err);
    bool is_equal = cJSON_IsTrue(cJSON_GetObjectItem(final.body, "equal"));
    tell(session, what, final.body);
    answer_fini(&final);
    if (fflush(stdout) != 0) return session_written(false);
    return is_equal ? EXIT_GOOD : EXIT_FAILED;
}

int trial_on_history(const struct session *session, const struct verb *verb, struct client *client,
                     const char *version, const char *from, const char *to) {
    struct buffer path = {0};
    char what[96];
    char *escaped = client_escape(version);
    buffer_printf(&path, "/versions/%s/test?", escaped);
    moment_add_span(&path, from, to);
    buffer_byte(&path, 0);
    snprintf(what, sizeof what, "%.40s on history", version);
    int code = trial_follow(session, verb, client, (const char *)path.bytes, what);
    free(escaped);
    buffer_fini(&path);
    return code;
}
