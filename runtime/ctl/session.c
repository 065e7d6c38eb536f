// The advice goes on a line of its own, so that a sentence can be searched for as it is.

#include "ctl/session.h"

#include "base/err.h"
#include "base/json.h"
#include "base/memory.h"
#include "twin/location.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rows *session_rows(const struct session *session, bool is_stream,
                          const struct column *columns, int count) {
    struct rows_options options = {
        .format = session->format, .has_color = session->has_color, .is_stream = is_stream};
    return rows_new(stdout, &options, columns, count);
}

int session_end(struct rows *rows) {
    bool is_good = rows_end(rows);
    rows_free(rows);
    return session_written(is_good);
}

int session_written(bool is_good) {
    if (is_good) return EXIT_GOOD;
    struct err err;
    err_set(&err, ERR_UNAVAILABLE, "the output could not be written");
    return session_failed(&err, "another file or folder for the output");
}

int session_failed(const struct err *err, const char *next, ...) {
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "twinctl: %s\n  try: ", err->text);
    va_start(arguments, next);
    vfprintf(stderr, next, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return EXIT_FAILED;
}

int session_misused(const struct verb *verb, const struct err *err) {
    session_failed(err, "twinctl help %s", verb->name);
    return EXIT_USAGE;
}

int session_unanswered(const struct verb *verb, bool is_write, const struct err *err) {
    switch (err->code) {
    case ERR_UNAVAILABLE:
        return session_failed(err,
                              "start twind, or say where it is: twinctl --url "
                              "http://HOST:PORT %s ...",
                              verb->name);
    case ERR_INTERNAL:
        return session_failed(err, "what twind wrote on its standard error");
    case ERR_NOT_FOUND:
        session_failed(err, verb->is_of_versions ? "twinctl versions" : "twinctl ls");
        break;
    case ERR_PRECONDITION:
        session_failed(err, "twinctl get ID, then again with the rev it shows");
        break;
    default:
        session_failed(err, "twinctl help %s", verb->name);
        break;
    }
    return is_write ? EXIT_REFUSED : EXIT_FAILED;
}

// Not an attribute that has a name beside its lat and lon.
static bool is_location(const cJSON *value, struct location *location) {
    const cJSON *lat = member(value, "lat", NULL), *lon = member(value, "lon", NULL);
    const cJSON *alt = member(value, "alt", NULL);
    bool has_alt = cJSON_IsNumber(alt);
    if (!cJSON_IsNumber(lat) || !cJSON_IsNumber(lon)) return false;
    *location = (struct location){lat->valuedouble, lon->valuedouble,
                                  has_alt ? alt->valuedouble : 0, has_alt};
    return cJSON_GetArraySize(value) == 2 + has_alt;
}

const char *cell_of(struct region *region, const cJSON *value) {
    if (!value || cJSON_IsNull(value)) return "";
    if (cJSON_IsString(value)) return value->valuestring;
    if (cJSON_IsBool(value)) return cJSON_IsTrue(value) ? "true" : "false";
    if (cJSON_IsNumber(value)) {
        char *text = region_alloc(region, 32);
        json_format_number(value->valuedouble, text);
        return text;
    }
    struct location location;
    if (is_location(value, &location)) { // as `set` takes it
        char *text = region_alloc(region, LOCATION_TEXT_SIZE);
        location_format(&location, text);
        return text;
    }
    char *printed = cJSON_PrintUnformatted(value);
    const char *copy = region_copy(region, printed, strlen(printed));
    free(printed);
    return copy;
}

const cJSON *member(const cJSON *object, const char *first, const char *second) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, first);
    return second ? cJSON_GetObjectItemCaseSensitive(found, second) : found;
}

cJSON *session_value(const char *text) {
    cJSON *value = cJSON_ParseWithOpts(text, NULL, true);
    if (cJSON_IsObject(value) || cJSON_IsArray(value)) {
        cJSON_Delete(value);
        value = NULL;
    }
    return value ? value : cJSON_CreateString(text);
}
