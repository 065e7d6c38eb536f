// Formatting of error sentences; one that is too long is cut, never overrun.

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, enum err_code code, const char *format, ...) {
    if (!err) return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    err->code = code;
    return false;
}

bool err_prefix(struct err *err, const char *format, ...) {
    if (!err) return false;
    char sentence[sizeof err->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    size_t used = strlen(sentence);
    snprintf(sentence + used, sizeof sentence - used, "%s", err->text);
    memcpy(err->text, sentence, sizeof sentence);
    return false;
}
