// Log lines on standard error: `time level event key=value ...`.

#ifndef BASE_LOGGER_H
#define BASE_LOGGER_H

#include <stdbool.h>

enum log_level {
    LOG_LEVEL_OFF = -1,
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARN,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG
};

struct logger {
    enum log_level level; // lines above it are not written
};

// One line. `event` is one word; `format` gives the key=value pairs, sentences in double quotes.
// Safe from any thread: one write(2) a line.
void logger_line(const struct logger *logger, enum log_level level, const char *event,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

// Parses "error", "warn", "info", "debug".
bool logger_level_parse(const char *text, enum log_level *level);

#endif
