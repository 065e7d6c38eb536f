// A folder is read as twind reads its own, so its version has the same number here and there.

#include "ctl/sources.h"

#include "base/err.h"
#include "base/logger.h"
#include "base/memory.h"
#include "base/metrics.h"
#include "ctl/client.h"
#include "ctl/session.h"
#include "script/mark.h"
#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sources_read(const char *folder, struct script_files *files, struct err *err) {
    struct buffer models = {0}, scripts = {0};
    buffer_printf(&models, "%s/models", folder);
    buffer_printf(&scripts, "%s/scripts", folder);
    buffer_byte(&models, 0);
    buffer_byte(&scripts, 0);
    bool is_read = script_files_read((char *)models.bytes, (char *)scripts.bytes, files, err);
    buffer_fini(&models);
    buffer_fini(&scripts);
    return is_read;
}

bool sources_ask(struct client *client, const char *version, struct script_files *files,
                 char name[9], struct err *err) {
    char *escaped = client_escape(version);
    struct buffer path = {0};
    buffer_printf(&path, "/versions/%s", escaped);
    buffer_byte(&path, 0);
    struct answer answer;
    struct request request = {.method = "GET", .path = (char *)path.bytes};
    bool is_good = client_ask(client, &request, &answer, err);
    const cJSON *file;
    *files = (struct script_files){0};
    cJSON_ArrayForEach(file, member(answer.body, "files", NULL)) {
        if (cJSON_IsString(file))
            script_files_add(files, file->string, file->valuestring, strlen(file->valuestring));
    }
    script_files_seal(files);
    const cJSON *shown = member(answer.body, "version", NULL);
    snprintf(name, 9, "%.8s", cJSON_IsString(shown) ? shown->valuestring : "");
    answer_fini(&answer);
    buffer_fini(&path);
    free(escaped);
    return is_good;
}

bool sources_check(const struct script_files *files, struct err *err) {
    struct script_limits limits = {
        .call_us = 2000, .predict_us = 200000, .soft_bytes = 8u << 20, .hard_bytes = 256u << 20};
    struct logger logger = {.level = LOG_LEVEL_WARN};
    struct metrics *metrics = metrics_new();
    struct script *script = script_load(files, &limits, &logger, metrics, err);
    if (!script) mark_show(files, err);
    bool is_good = script != NULL;
    script_free(script);
    metrics_free(metrics);
    return is_good;
}
