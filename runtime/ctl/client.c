// One curl handle, so one connection for all pages of a list.

#include "ctl/client.h"

#include "base/err.h"
#include "base/memory.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONNECT_SECONDS 5L
#define ANSWER_SECONDS 30L
#define SILENCE_SECONDS 120L // of what is fetched piece by piece: a snapshot may take a while
#define BODY_MAX (64u << 20) // a page of a list is far smaller; what is not twind may never end

struct client {
    CURL *curl;
    char *url;
};

struct reply {
    struct buffer body;
    uint64_t rev;
};

struct client *client_new(const char *url, struct err *err) {
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        length--;
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
        err_set(err, ERR_INVALID, "'%.200s' is no http:// or https:// address", url);
        return NULL;
    }
    struct client *client = xcalloc(1, sizeof *client);
    client->url = xstrndup(url, length);
    client->curl = curl_easy_init();
    if (!client->curl) {
        err_set(err, ERR_INTERNAL, "libcurl cannot be used");
        client_free(client);
        return NULL;
    }
    return client;
}

void client_free(struct client *client) {
    if (!client) return;
    if (client->curl) curl_easy_cleanup(client->curl);
    free(client->url);
    free(client);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    struct reply *reply = context;
    if (reply->body.length + size * count > BODY_MAX) return 0;
    buffer_add(&reply->body, bytes, size * count);
    return size * count;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context) {
    struct reply *reply = context;
    unsigned long long rev;
    char line[64];
    snprintf(line, sizeof line, "%.*s", (int)(size * count), bytes);
    if (strncasecmp(line, "etag:", 5) == 0 && sscanf(line + 5, " \"%llu\"", &rev) == 1)
        reply->rev = rev;
    return size * count;
}

static enum err_code code_of(long status) {
    switch (status) {
    case 400:
    case 422:
        return ERR_INVALID;
    case 401:
    case 403:
        return ERR_FORBIDDEN;
    case 404:
        return ERR_NOT_FOUND;
    case 405:
        return ERR_METHOD;
    case 409:
        return ERR_CONFLICT;
    case 412:
        return ERR_PRECONDITION;
    case 413:
        return ERR_TOO_LARGE;
    case 415:
        return ERR_FORMAT;
    case 429:
        return ERR_TOO_FAST;
    case 503:
        return ERR_UNAVAILABLE;
    default:
        return ERR_INTERNAL;
    }
}

// The sentence of a problem+json, else whatever there is.
static bool refused(const struct client *client, long status, const cJSON *body, struct err *err) {
    const cJSON *detail = cJSON_GetObjectItemCaseSensitive(body, "detail");
    if (!cJSON_IsString(detail)) detail = cJSON_GetObjectItemCaseSensitive(body, "title");
    if (cJSON_IsString(detail)) return err_set(err, code_of(status), "%.300s", detail->valuestring);
    return err_set(err, code_of(status), "%.200s answered with HTTP status %ld", client->url,
                   status);
}

static void prepare(struct client *client, const struct request *request, struct reply *reply,
                    struct curl_slist **headers, const char *url) {
    CURL *curl = client->curl;
    char line[128];
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_SECONDS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "twinctl");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply);
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
        snprintf(line, sizeof line, "Content-Type: %s", request->type);
        *headers = curl_slist_append(*headers, line);
    }
    if (request->if_rev) {
        snprintf(line, sizeof line, "If-Match: \"%llu\"", (unsigned long long)request->if_rev);
        *headers = curl_slist_append(*headers, line);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
}

bool client_ask(struct client *client, const struct request *request, struct answer *answer,
                struct err *err) {
    *answer = (struct answer){0};
    struct reply reply = {0};
    struct curl_slist *headers = NULL;
    struct buffer url = {0};
    long status = 0;
    bool is_good = false;

    buffer_printf(&url, "%s/api/v1%s", client->url, request->path);
    buffer_byte(&url, 0);
    prepare(client, request, &reply, &headers, (const char *)url.bytes);
    CURLcode code = curl_easy_perform(client->curl);
    if (code != CURLE_OK) {
        err_set(err, ERR_UNAVAILABLE, "no answer from %.200s: %s", client->url,
                curl_easy_strerror(code));
        goto done;
    }
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    answer->rev = reply.rev;
    if (reply.body.length > 0)
        answer->body = cJSON_ParseWithLength((const char *)reply.body.bytes, reply.body.length);
    is_good = status >= 200 && status < 300;
    if (!is_good) refused(client, status, answer->body, err);
done:
    curl_slist_free_all(headers);
    buffer_fini(&reply.body);
    buffer_fini(&url);
    if (!is_good) answer_fini(answer);
    return is_good;
}

struct fetch {
    CURL *curl;
    struct reply problem; // of an answer that is none
    bool (*on_bytes)(void *context, const void *bytes, size_t length, struct err *err);
    void *context;
    bool is_stopped;
    struct err *err;
};

static size_t on_piece(char *bytes, size_t size, size_t count, void *context) {
    struct fetch *fetch = context;
    long status = 0;
    curl_easy_getinfo(fetch->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return on_body(bytes, size, count, &fetch->problem);
    fetch->is_stopped = !fetch->on_bytes(fetch->context, bytes, size * count, fetch->err);
    return fetch->is_stopped ? 0 : size * count;
}

bool client_fetch(struct client *client, const char *path,
                  bool (*on_bytes)(void *context, const void *bytes, size_t length,
                                   struct err *err),
                  void *context, struct err *err) {
    CURL *curl = client->curl;
    struct fetch fetch = {.curl = curl, .on_bytes = on_bytes, .context = context, .err = err};
    struct buffer url = {0};
    long status = 0;
    buffer_printf(&url, "%s/api/v1%s", client->url, path);
    buffer_byte(&url, 0);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, (const char *)url.bytes);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SILENCE_SECONDS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "twinctl");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_piece);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &fetch);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    bool is_good = code == CURLE_OK && status == 200;
    if (code != CURLE_OK && !fetch.is_stopped) {
        err_set(err, ERR_UNAVAILABLE, "no answer from %.200s: %s", client->url,
                curl_easy_strerror(code));
    } else if (code == CURLE_OK && !is_good) {
        struct buffer *body = &fetch.problem.body;
        cJSON *problem = body->length > 0
                             ? cJSON_ParseWithLength((const char *)body->bytes, body->length)
                             : NULL;
        refused(client, status, problem, err);
        cJSON_Delete(problem);
    }
    buffer_fini(&fetch.problem.body);
    buffer_fini(&url);
    return is_good;
}

void answer_fini(struct answer *answer) {
    cJSON_Delete(answer->body);
    answer->body = NULL;
}

char *client_escape(const char *text) {
    char *escaped = curl_easy_escape(NULL, text, 0);
    char *copy = xstrdup(escaped ? escaped : "");
    curl_free(escaped);
    return copy;
}

void client_add_query(struct buffer *path, const char *name, const char *value) {
    if (!value) return;
    char *escaped = client_escape(value);
    buffer_printf(path, "&%s=%s", name, escaped);
    free(escaped);
}

bool client_ask_twin(struct client *client, const char *method, const char *id, const char *part,
                     const cJSON *body, uint64_t if_rev, struct answer *answer, struct err *err) {
    struct buffer path = {0};
    char *escaped = client_escape(id), *text = body ? cJSON_PrintUnformatted(body) : NULL;
    bool is_patch = strcmp(method, "PATCH") == 0;
    buffer_printf(&path, "/twins/%s%s", escaped, part);
    buffer_byte(&path, 0);
    struct request request = {.method = method,
                              .path = (const char *)path.bytes,
                              .body = text,
                              .type =
                                  is_patch ? "application/merge-patch+json" : "application/json",
                              .if_rev = if_rev};
    bool is_good = client_ask(client, &request, answer, err);
    free(text);
    free(escaped);
    buffer_fini(&path);
    return is_good;
}
