// cJSON takes 1e999 for infinity, members in any case and a tail after the document; here they are
// refused.

#include "push/document.h"

#include "base/err.h"
#include "base/memory.h"
#include "twin/location.h"
#include "twin/name.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_MAX 9007199254740992.0 // 2^53: a JSON number beyond is not exact

cJSON *document_parse(const char *what, const char *text, size_t length, struct err *err) {
    char *copy = xstrndup(text, length); // cJSON looks for the end by its NUL
    const char *end = copy;
    cJSON *document =
        memchr(copy, 0, length) ? NULL : cJSON_ParseWithLengthOpts(copy, length + 1, &end, true);
    if (!document)
        err_set(err, ERR_INVALID, "%s is not well-formed JSON at byte %d", what, (int)(end - copy));
    else if (!cJSON_IsObject(document))
        err_set(err, ERR_INVALID, "%s must be a JSON object, like {\"name\": 1}", what);
    free(copy);
    if (cJSON_IsObject(document)) return document;
    cJSON_Delete(document);
    return NULL;
}

const cJSON *document_member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

bool document_check(const cJSON *object, const char *const *names, int count, const char *what,
                    struct err *err) {
    const cJSON *member;
    cJSON_ArrayForEach(member, object) {
        struct suggestion near = {member->string, strlen(member->string), NULL, 0};
        int place = 0;
        for (; place < count && strcmp(names[place], member->string) != 0; place++)
            suggestion_try(&near, names[place]);
        if (place < count) continue;
        return err_set(err, ERR_INVALID, "%s takes no '%.40s'%s%s", what, member->string,
                       near.best ? "; did you mean " : "", near.best ? near.best : "");
    }
    return true;
}

const char *document_text(const cJSON *object, const char *name, struct err *err) {
    const cJSON *member = document_member(object, name);
    if (cJSON_IsString(member)) return member->valuestring;
    err_set(err, ERR_INVALID, "'%s' %s", name, member ? "must be text" : "is missing");
    return NULL;
}

bool document_whole(const cJSON *object, const char *name, uint64_t fallback, uint64_t *out,
                    struct err *err) {
    const cJSON *member = document_member(object, name);
    *out = fallback;
    if (!member) return true;
    double number = member->valuedouble;
    if (!cJSON_IsNumber(member) || !(number >= 0 && number <= WHOLE_MAX) || number != floor(number))
        return err_set(err, ERR_INVALID, "'%s' must be a whole number from 0 to 2^53", name);
    *out = (uint64_t)number;
    return true;
}

bool document_value(const cJSON *item, const char *name, struct value *value, struct err *err) {
    *value = value_none();
    if (cJSON_IsNull(item)) return true;
    if (cJSON_IsBool(item)) {
        *value = value_boolean(cJSON_IsTrue(item));
    } else if (cJSON_IsNumber(item)) {
        if (!isfinite(item->valuedouble))
            return err_set(err, ERR_INVALID, "'%s' is a number too large to hold", name);
        *value = value_number(item->valuedouble);
    } else if (cJSON_IsString(item)) {
        size_t length = strlen(item->valuestring);
        if (length > VALUE_TEXT_MAX)
            return err_set(err, ERR_TOO_LARGE, "'%s' is a text of %zu bytes; %d is the limit", name,
                           length, VALUE_TEXT_MAX);
        *value = value_text(item->valuestring, (uint32_t)length);
    } else {
        return err_set(err, ERR_INVALID, "'%s' must be a number, true, false, text or null", name);
    }
    return true;
}

static bool is_location(const cJSON *item, struct location *location) {
    if (cJSON_IsString(item))
        return location_parse(item->valuestring, strlen(item->valuestring), location);
    const cJSON *lat = document_member(item, "lat"), *lon = document_member(item, "lon");
    const cJSON *alt = document_member(item, "alt");
    if (!cJSON_IsNumber(lat) || !cJSON_IsNumber(lon) || (alt && !cJSON_IsNumber(alt))) return false;
    location->lat = lat->valuedouble;
    location->lon = lon->valuedouble;
    if (alt) location->alt = alt->valuedouble;
    location->has_alt = alt != NULL;
    return cJSON_GetArraySize(item) == 2 + location->has_alt;
}

bool document_location(const cJSON *item, const char *name, struct location *location,
                       struct err *err) {
    *location = (struct location){0};
    return is_location(item, location) ||
           err_set(err, ERR_INVALID,
                   "'%s' must be a location, like {\"lat\": 52.1, \"lon\": 4.3, \"alt\": 12} or "
                   "\"52.1,4.3,12\"; alt may be left out",
                   name);
}

void document_merge(cJSON *target, const cJSON *patch) {
    const cJSON *item;
    cJSON_ArrayForEach(item, patch) {
        cJSON *present = cJSON_GetObjectItemCaseSensitive(target, item->string);
        if (cJSON_IsObject(item) && cJSON_IsObject(present)) {
            document_merge(present, item);
            continue;
        }
        cJSON_DeleteItemFromObjectCaseSensitive(target, item->string);
        if (cJSON_IsNull(item)) continue;
        cJSON *value = cJSON_IsObject(item) ? cJSON_CreateObject() : cJSON_Duplicate(item, true);
        cJSON_AddItemToObject(target, item->string, value);
        if (cJSON_IsObject(item)) document_merge(value, item); // without the nulls in it
    }
}
