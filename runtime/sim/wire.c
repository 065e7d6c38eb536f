// One connection for all. Each twin is put after those it names; one that names another ahead is
// put again when all are there.

#include "sim/wire.h"

#include "base/err.h"
#include "base/memory.h"
#include "sim/plant.h"

#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TRIES 50 // a tenth of a second apart

static bool twin_put(CURL *curl, const char *http, const struct plant_twin *twin, bool is_again,
                     struct err *err);
static void twin_json(const struct plant_twin *twin, bool is_again, struct buffer *json);
static bool twin_looks_ahead(const struct plant_twin *twin);
static CURLcode perform_patiently(CURL *curl);
static size_t keep_answer(char *bytes, size_t size, size_t count, void *answer);

bool wire_plant(const char *http, const struct plant *plant, struct err *err) {
    CURL *curl = curl_easy_init();
    if (!curl) return err_set(err, ERR_INTERNAL, "libcurl cannot be used");
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "PUT");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    bool is_good = true;
    for (uint32_t i = 0; is_good && i < plant_twins(plant); i++)
        is_good = twin_put(curl, http, plant_twin(plant, i), false, err);
    for (uint32_t i = 0; is_good && i < plant_twins(plant); i++)
        if (twin_looks_ahead(plant_twin(plant, i)))
            is_good = twin_put(curl, http, plant_twin(plant, i), true, err);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return is_good;
}

static bool twin_put(CURL *curl, const char *http, const struct plant_twin *twin, bool is_again,
                     struct err *err) {
    struct buffer url = {0}, json = {0}, answer = {0};
    const char *scheme = strstr(http, "://") ? "" : "http://";
    buffer_printf(&url, "%s%s/api/v1/twins/%s", scheme, http, twin->id);
    buffer_byte(&url, 0);
    twin_json(twin, is_again, &json);
    curl_easy_setopt(curl, CURLOPT_URL, (const char *)url.bytes);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)json.bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    CURLcode code = perform_patiently(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    bool is_good = code == CURLE_OK && status / 100 == 2;
    if (code != CURLE_OK)
        err_set(err, ERR_UNAVAILABLE, "--http %s: PUT of %s: %s", http, twin->id,
                curl_easy_strerror(code));
    else if (!is_good)
        err_set(err, ERR_INVALID, "--http %s: PUT of %s was answered %ld: %.*s", http, twin->id,
                status, (int)answer.length, answer.bytes ? (const char *)answer.bytes : "");
    buffer_fini(&url);
    buffer_fini(&json);
    buffer_fini(&answer);
    return is_good;
}

// Ids are of the plant's own making: nothing in them needs an escape.
static void twin_json(const struct plant_twin *twin, bool is_again, struct buffer *json) {
    int links = 0;
    buffer_printf(json, "{\"model\":\"%s\"", twin->model);
    if (twin->attributes[0]) buffer_printf(json, ",\"attributes\":%s", twin->attributes);
    for (int i = 0; i < twin->link_count; i++)
        if (is_again || !twin->links[i].is_ahead)
            buffer_printf(json, "%s\"%s\":[\"%s\"]", links++ > 0 ? "," : ",\"relationships\":{",
                          twin->links[i].relationship, twin->links[i].target);
    buffer_printf(json, links > 0 ? "}}" : "}");
    buffer_byte(json, 0);
}

static bool twin_looks_ahead(const struct plant_twin *twin) {
    for (int i = 0; i < twin->link_count; i++)
        if (twin->links[i].is_ahead) return true;
    return false;
}

static CURLcode perform_patiently(CURL *curl) {
    CURLcode code = curl_easy_perform(curl);
    for (int i = 1; code == CURLE_COULDNT_CONNECT && i < TRIES; i++) {
        usleep(100000);
        code = curl_easy_perform(curl);
    }
    return code;
}

static size_t keep_answer(char *bytes, size_t size, size_t count, void *answer) {
    buffer_add(answer, bytes, size * count);
    return size * count;
}
