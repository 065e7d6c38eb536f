// strptime knows the date; fractions of a second and zones are read here.

#include "push/http_time.h"

#include "base/err.h"
#include "push/http.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS_MOST 1e11 // the year 5138: a larger number was not meant as seconds

static bool read_zone(const char *text, int *seconds) {
    int hours = 0, minutes = 0, length = 0;
    *seconds = 0;
    if (text[0] == 0 || strcmp(text, "Z") == 0) return true;
    // A plus that was not encoded arrives as a space.
    if (!strchr("+- ", text[0]) || !isdigit((unsigned char)text[1])) return false;
    if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &length) != 2 || text[1 + length])
        return false;
    *seconds = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
    return hours < 24 && minutes >= 0 && minutes < 60;
}

// "2026-11-22", "2026-11-22T18:00:00.123Z", "2026-11-22T19:00+01:00".
static bool read_iso(const char *text, int64_t *us) {
    struct tm parts = {0};
    double second = 0;
    int zone;
    const char *rest = strptime(text, "%Y-%m-%d", &parts);
    if (!rest) return false;
    if (*rest) rest = strptime(rest, "T%H:%M", &parts);
    if (rest && rest[0] == ':' && isdigit((unsigned char)rest[1])) {
        char *end;
        second = strtod(rest + 1, &end);
        rest = end;
    }
    if (!rest || second >= 61 || !read_zone(rest, &zone)) return false;
    *us = ((int64_t)timegm(&parts) - zone) * 1000000 + llround(second * 1e6);
    return true;
}

bool http_time(const struct http_request *request, const char *name, int64_t usual, int64_t *us,
               struct err *err) {
    const char *text = http_query(request, name);
    *us = usual;
    return !text || http_time_read(text, name, us, err);
}

bool http_time_read(const char *text, const char *name, int64_t *us, struct err *err) {
    char *end;
    double seconds = strtod(text, &end);
    if (end != text && *end == 0 && fabs(seconds) <= SECONDS_MOST) {
        *us = llround(seconds * 1e6);
        return true;
    }
    return read_iso(text, us) ||
           err_set(err, ERR_INVALID,
                   "%s must be Unix seconds or a time like 2026-11-22T18:00:00Z, not '%.40s'", name,
                   text);
}
