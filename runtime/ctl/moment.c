#include "ctl/moment.h"

#include "base/json.h"
#include "base/memory.h"
#include "ctl/client.h"
#include "script/duration.h"

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
