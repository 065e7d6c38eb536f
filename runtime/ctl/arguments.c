// The words that stay are moved to the front of argv, so nothing is copied.

#include "ctl/arguments.h"

#include "base/err.h"
#include "base/memory.h"

#include <string.h>

// NULL when `word` is not this option; else what follows its name, "" or "=VALUE".
static const char *match(const struct argument *argument, const char *word) {
    size_t length = strlen(argument->name);
    if (strncmp(word, argument->name, length) != 0) return NULL;
    return word[length] == 0 || word[length] == '=' ? word + length : NULL;
}

static bool take(const struct argument *argument, const char *rest, int *at, int argc, char **argv,
                 struct err *err) {
    if (argument->is_given) *argument->is_given = true;
    if (!argument->value && !argument->each)
        return *rest == 0 || err_set(err, ERR_INVALID, "%s takes no value", argument->name);
    if (*rest != '=' && *at + 1 >= argc)
        return err_set(err, ERR_INVALID, "%s wants a value", argument->name);
    const char *value = *rest == '=' ? rest + 1 : argv[++*at];
    if (argument->value) *argument->value = value;
    if (argument->each) {
        struct texts *each = argument->each;
        each->list = xrealloc(each->list, sizeof *each->list * (size_t)(each->count + 1));
        each->list[each->count++] = value;
    }
    return true;
}

bool arguments_take(const struct argument *arguments, int count, int *argc, char **argv,
                    struct err *err) {
    int kept = 0;
    int at = 0;
    for (; at < *argc && strcmp(argv[at], "--") != 0; at++) {
        const char *rest = NULL;
        int i = 0;
        while (i < count && !(rest = match(&arguments[i], argv[at])))
            i++;
        if (!rest) {
            argv[kept++] = argv[at];
        } else if (!take(&arguments[i], rest, &at, *argc, argv, err)) {
            return false;
        }
    }
    while (at < *argc)
        argv[kept++] = argv[at++];
    *argc = kept;
    return true;
}

bool arguments_end(int *argc, char **argv, int words_min, int words_max, struct err *err) {
    int kept = 0;
    bool is_over = false;
    for (int i = 0; i < *argc; i++) {
        if (!is_over && strcmp(argv[i], "--") == 0) {
            is_over = true;
        } else if (!is_over && argv[i][0] == '-' && argv[i][1]) {
            return err_set(err, ERR_INVALID, "there is no option %.64s here", argv[i]);
        } else {
            argv[kept++] = argv[i];
        }
    }
    *argc = kept;
    if (kept < words_min) return err_set(err, ERR_INVALID, "something is missing");
    if (kept > words_max)
        return err_set(err, ERR_INVALID, "'%.64s' is one word too many", argv[words_max]);
    return true;
}
