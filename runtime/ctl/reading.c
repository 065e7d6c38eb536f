#include "ctl/reading.h"

#include "base/csv.h"
#include "twin/location.h"
#include "twin/model.h"

#include <string.h>
#include <strings.h>

static bool is_missing(const char *text) {
    static const char *const words[] = {"", "nan", "-nan", "na", "n/a", "null", "none"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(text, words[i]) == 0) return true;
    return false;
}

enum reading_kind reading_take(const struct field *field, const char *text, struct location *room,
                               struct value *value) {
    double number;
    text += strspn(text, " ");
    switch (field->type) {
    case VALUE_NUMBER:
    case VALUE_BOOLEAN:
        if (is_missing(text)) return READING_MISSING;
        if (!csv_number(text, &number)) return READING_WRONG;
        *value = field->type == VALUE_NUMBER ? value_number(number) : value_boolean(number != 0);
        return field->type == VALUE_NUMBER || number == 0 || number == 1 ? READING_VALUE
                                                                         : READING_WRONG;
    case VALUE_TEXT:
        if (!*text) return READING_MISSING;
        *value = value_text(text, (uint32_t)strlen(text));
        return strlen(text) <= VALUE_TEXT_MAX ? READING_VALUE : READING_WRONG;
    case VALUE_LOCATION:
        if (!*text) return READING_MISSING;
        if (!location_parse(text, strlen(text), room)) return READING_WRONG;
        *value = value_location(room);
        return READING_VALUE;
    default:
        return READING_MISSING;
    }
}
