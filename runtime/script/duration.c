// The number is a plain decimal; the unit follows at once.

#include "script/duration.h"

#include "base/memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_US (3653LL * 86400 * 1000000)

bool duration_parse(const char *text, int64_t *us) {
    static const struct {
        const char *name;
        double us;
    } units[] = {{"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6}, {"d", 86400e6}};
    if (!isdigit((unsigned char)text[0]) || strspn(text, "0123456789.") > 15) return false;
    char *rest;
    double number = strtod(text, &rest);
    if (rest != text + strspn(text, "0123456789.")) return false; // no "1e5s", no "0x1s"
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (strcmp(rest, units[i].name) != 0) continue;
        double exact = number * units[i].us;
        if (exact < 1000 || exact > (double)LONGEST_US) return false;
        *us = (int64_t)(exact + 0.5);
        return true;
    }
    return false;
}
