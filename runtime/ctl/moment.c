#include "ctl/moment.h"

#include "base/json.h"
#include "base/memory.h"
#include "ctl/client.h"
#include "script/duration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

char *moment_text(const char *word) {
    int64_t us;
    if (!duration_parse(word, &us)) return client_escape(word);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct buffer text = {0};
    json_seconds(&text, (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 - us);
    buffer_byte(&text, 0);
    return (char *)text.bytes;
}

static bool is_revision(const char *word) {
    return *word && strspn(word, "0123456789") == strlen(word);
}

static void add_end(struct buffer *path, const char *name, const char *word) {
    char key[16];
    if (!word) return;
    snprintf(key, sizeof key, is_revision(word) ? "%s" : "%s_time", name);
    if (is_revision(word)) {
        client_add_query(path, key, word);
        return;
    }
    char *moment = moment_text(word); // escaped already
    buffer_printf(path, "&%s=%s", key, moment);
    free(moment);
}

void moment_add_span(struct buffer *path, const char *from, const char *to) {
    add_end(path, "from", from);
    add_end(path, "to", to);
}
