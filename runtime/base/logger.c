// A line is formatted on the stack and written at once, so lines of several threads never mix.

#include "base/logger.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void logger_line(const struct logger *logger, enum log_level level, const char *event,
                 const char *format, ...) {
    if (!logger || level > logger->level) return;
    char line[1024];
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t used = strftime(line, sizeof line, "time=%Y-%m-%dT%H:%M:%S", &utc);
    used += (size_t)snprintf(line + used, sizeof line - used, ".%03ldZ level=%s event=%s ",
                             now.tv_nsec / 1000000, level_names[level], event);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line + used, sizeof line - used - 1, format, arguments);
    va_end(arguments);
    used += (size_t)length;
    if (used > sizeof line - 2) used = sizeof line - 2; // cut, but still one line
    line[used++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, used);
    (void)written; // nowhere left to say it
}

bool logger_level_parse(const char *text, enum log_level *level) {
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
        if (strcmp(text, level_names[i]) != 0) continue;
        *level = (enum log_level)i;
        return true;
    }
    return false;
}
