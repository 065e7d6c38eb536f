#include "ctl/study.h"

#include "base/err.h"
#include "ctl/client.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 100

static volatile sig_atomic_t is_interrupted;

static void on_interrupt(int number) {
    (void)number;
    is_interrupted = 1;
}

static bool stop(struct client *client, const char *path, struct err *err) {
    struct answer answer;
    struct request request = {.method = "DELETE", .path = path};
    is_interrupted = 0;
    if (!client_ask(client, &request, &answer, err)) return false;
    answer_fini(&answer);
    return true;
}

static bool look(struct client *client, const char *path, struct answer *answer, struct err *err) {
    struct request request = {.method = "GET", .path = path};
    return client_ask(client, &request, answer, err);
}

double study_number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

const char *study_text(const cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return text ? text : "";
}

static bool wait_for_end(struct client *client, const char *path,
                         void (*progress)(const cJSON *study), struct answer *answer,
                         struct err *err) {
    while (strcmp(study_text(answer->body, "state"), "running") == 0) {
        if (progress) progress(answer->body);
        poll(NULL, 0, LOOK_MS);
        answer_fini(answer);
        *answer = (struct answer){0};
        if (is_interrupted && !stop(client, path, err)) return false;
        if (!look(client, path, answer, err)) return false;
    }
    if (strcmp(study_text(answer->body, "state"), "failed") != 0) return true;
    const char *why = cJSON_GetStringValue(cJSON_GetObjectItem(answer->body, "why"));
    err_set(err, ERR_INVALID, "%s", why ? why : "it failed");
    answer_fini(answer);
    return false;
}

bool study_follow(struct client *client, const char *path, const char *body,
                  void (*progress)(const cJSON *study), struct answer *final, struct err *err) {
    struct request request = {
        .method = "POST", .path = path, .body = body, .type = body ? "application/json" : NULL};
    struct sigaction action = {.sa_handler = on_interrupt};
    char place[64];
    if (!client_ask(client, &request, final, err)) return false;
    snprintf(place, sizeof place, "/studies/%.0f", study_number(final->body, "id"));
    sigaction(SIGINT, &action, NULL);
    bool is_good = wait_for_end(client, place, progress, final, err);
    study_tell(NULL);
    return is_good;
}

void study_tell(const char *line) {
    if (!isatty(STDERR_FILENO)) return;
    fprintf(stderr, "\r\x1b[K%s", line ? line : "");
    fflush(stderr);
}
