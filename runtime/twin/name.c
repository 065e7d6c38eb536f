// Ids, names, globs, and the nearest name to a misspelt one.

#include "twin/name.h"

#include <ctype.h>
#include <string.h>

#define SUGGEST_LENGTH 64 // longer words are not compared

bool glob_match(const char *glob, const char *text) {
    const char *star = NULL, *resume = NULL; // the last `*`, and where it was tried from
    while (*text) {
        if (*glob == '*') {
            star = glob++;
            resume = text;
        } else if (*glob == '?' || *glob == *text) {
            glob++;
            text++;
        } else if (star) {
            glob = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return *glob == 0;
}

bool twin_id_is_valid(const char *id, size_t length) {
    if (length < 1 || length > TWIN_ID_MAX) return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)id[i]) && !(id[i] && strchr("._~:-", id[i]))) return false;
    return true;
}

bool field_name_is_valid(const char *name, size_t length) {
    if (length < 1 || length > FIELD_NAME_MAX || !isalpha((unsigned char)name[0])) return false;
    for (size_t i = 1; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_') return false;
    return !(length == 7 && memcmp(name, "desired", 7) == 0) &&
           !(length == 8 && memcmp(name, "commands", 8) == 0);
}

// Edits (insert, drop, replace, swap neighbours) from `a` to `b`: Damerau-Levenshtein, restricted
// form.
static int edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    int rows[3][SUGGEST_LENGTH + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= a_length; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= b_length; j++) {
            int best = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                two_above[j - 2] + 1 < best)
                best = two_above[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a_length % 3][b_length];
}

void suggestion_try(struct suggestion *suggestion, const char *candidate) {
    size_t length = strlen(candidate);
    if (suggestion->length > SUGGEST_LENGTH || length > SUGGEST_LENGTH) return;
    int distance = edit_distance(suggestion->wanted, suggestion->length, candidate, length);
    int limit = (int)(suggestion->length > 5 ? suggestion->length / 3 : 2);
    if (distance > limit || (suggestion->best && distance >= suggestion->distance)) return;
    suggestion->best = candidate;
    suggestion->distance = distance;
}
