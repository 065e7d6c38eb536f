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

static double number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static const char *text_of(const cJSON *object, const char *name) {
    const char *found = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return found ? found : "";
}

static void progress(const cJSON *study) {
    char line[200];
    int differing = cJSON_GetArraySize(cJSON_GetObjectItem(study, "fields"));
    int length =
        snprintf(line, sizeof line, "rev %.0f, %.0f inputs of %.0f twins, %d field%s differ%s",
                 number(study, "rev"), number(study, "inputs"), number(study, "twins"), differing,
                 differing == 1 ? "" : "s", differing == 1 ? "s" : "");
    if (text_of(study, "until")[0])
        snprintf(line + length, sizeof line - (size_t)length, ", %.2f s behind, until %.19sZ",
                 number(study, "lag_s"), text_of(study, "until"));
    study_tell(line);
}

static void tell_head(const char *what, const cJSON *study) {
    printf("%s: %.0f twins, %.0f inputs, %.0f turns", what, number(study, "twins"),
           number(study, "inputs"), number(study, "turns"));
    if (number(study, "input_us") > 0)
        printf(", %.1f us of CPU an input", number(study, "input_us"));
    if (text_of(study, "until")[0]) printf(", at most %.2f s behind", number(study, "most_lag_s"));
    printf("\n");
}

static void tell_fields(const cJSON *study) {
    const cJSON *field;
    cJSON_ArrayForEach(field, cJSON_GetObjectItem(study, "fields")) {
        const cJSON *first = cJSON_GetObjectItem(field, "first");
        printf("  %s %s differs after %.0f turns", text_of(field, "model"), text_of(field, "field"),
               number(field, "turns"));
        if (number(field, "largest") > 0) printf(", by at most %.6g", number(field, "largest"));
        printf("\n    first: rev %.0f, %s: live %s, trial %s, after %s\n", number(first, "rev"),
               text_of(first, "twin"), text_of(first, "live"), text_of(first, "trial"),
               text_of(first, "input"));
    }
}

static void tell_effects(const cJSON *study) {
    const cJSON *effect, *failures = cJSON_GetObjectItem(study, "failures");
    cJSON_ArrayForEach(effect, cJSON_GetObjectItem(study, "effects")) {
        double live = number(effect, "live"), trial = number(effect, "trial");
        printf("  %s %s: live %.0f, trial %.0f%s\n", text_of(effect, "model"),
               text_of(effect, "effect"), live, trial, live == trial ? "" : "  differs");
    }
    printf("  failures: live %.0f, trial %.0f\n", number(failures, "live"),
           number(failures, "trial"));
    if (text_of(failures, "first")[0])
        printf("    first: rev %.0f, %s: %s\n", number(failures, "rev"), text_of(failures, "twin"),
               text_of(failures, "first"));
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
