#include "push/http_prompt.h"

#include "base/memory.h"
#include "fork/prompt.h"
#include "push/document.h"
#include "push/question.h"

struct prompting {
    struct question question; // first
    struct prompt_request request;
};

static bool run(struct question *question, struct err *err) {
    struct prompting *prompting = (struct prompting *)question;
    prompting->request.source = question->source;
    prompting->request.snapshot = question->snapshot;
    prompting->request.number = question->number;
    prompting->request.version = question->version;
    return prompt_run(&prompting->request, &question->json, err);
}

static void fini(struct question *question) {
    prompt_request_fini(&((struct prompting *)question)->request);
}

static bool read_body(struct question *question, const cJSON *body, struct err *err) {
    struct prompt_request *request = &((struct prompting *)question)->request;
    static const char *const names[] = {"lines", "at"};
    const cJSON *lines = document_member(body, "lines"), *line;
    if (!document_check(body, names, ARRAY_LEN(names), "the body", err) ||
        !question_at(question->service, body, &request->rev, err))
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

static const struct question_kind kind = {sizeof(struct prompting), read_body, run, fini, NULL};

bool http_prompt_post(struct service *service, const struct http_request *request,
                      const struct route_match *match, struct http_response *response,
                      struct err *err) {
    return question_post(service, request, match, &kind, response, err);
}
