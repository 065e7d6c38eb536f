#include "push/http_prompt.h"

#include "base/memory.h"
#include "fork/prompt.h"
#include "push/document.h"
#include "push/http_twin.h"
#include "push/question.h"
#include "push/service.h"
#include "twin/world.h"

#include <stdlib.h>

struct prompting {
    struct question question; // first
    struct prompt_request request;
};

static bool run(struct question *question, struct err *err) {
    struct prompting *prompting = (struct prompting *)question;
    prompting->request.snapshot = question->snapshot;
    return prompt_run(&prompting->request, &question->json, err);
}

static void free_prompting(struct question *question) {
    struct prompting *prompting = (struct prompting *)question;
    prompt_request_fini(&prompting->request);
    free(prompting);
}

static bool read_body(const struct service *service, const cJSON *body,
                      struct prompt_request *request, struct err *err) {
    static const char *const names[] = {"lines", "at"};
    const cJSON *lines = document_member(body, "lines"), *line;
    if (!document_check(body, names, ARRAY_LEN(names), "the body", err) ||
        !question_at(service, body, &request->rev, err))
        return false;
    if (!cJSON_IsArray(lines) || cJSON_GetArraySize(lines) > PROMPT_LINES_MAX)
        return err_set(err, ERR_INVALID, "'lines' must be an array of at most %d texts",
                       PROMPT_LINES_MAX);
    request->lines = xcalloc((size_t)cJSON_GetArraySize(lines) + 1, sizeof *request->lines);
    cJSON_ArrayForEach(line, lines) {
        if (!cJSON_IsString(line)) return err_set(err, ERR_INVALID, "'lines' must hold texts");
        request->lines[request->line_count++] = xstrdup(line->valuestring);
    }
    return true;
}

bool http_prompt_post(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    const struct twin *twin = http_twin_find(service, match, err);
    if (!twin || !question_is_welcome(service, err)) return false;
    cJSON *body = document_parse("the body", request->body, request->body_length, err);
    if (!body) return false;
    struct prompting *prompting = xcalloc(1, sizeof *prompting);
    prompting->question.run = run;
    prompting->question.free = free_prompting;
    prompting->request.number = twin->number;
    prompting->request.source = question_source(service);
    prompting->request.version = service->world->version;
    bool is_good = read_body(service, body, &prompting->request, err);
    cJSON_Delete(body);
    response->cache = "no-store";
    if (is_good)
        response->later = question_ask(service, twin, &prompting->question);
    else
        free_prompting(&prompting->question);
    return is_good;
}
