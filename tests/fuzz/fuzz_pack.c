// Packs in all four formats: the first byte says which. What must hold: nothing is read beyond the
// end, a record without a fault has a finite value and a time between 1970 and tomorrow, texts are
// UTF-8, and what is taken is taken again the same way.

#include "base/err.h"
#include "base/memory.h"
#include "ingest/pack.h"
#include "ingest/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1795370400000000

static void check(const struct record *record) {
    if (!utf8_is_valid(record->name.bytes, record->name.length) ||
        !utf8_is_valid(record->base.bytes, record->base.length) ||
        !utf8_is_valid(record->unit.bytes, record->unit.length))
        abort();
    if (record->fault) return;
    if (record->at < 0 || record->at > NOW + AHEAD_MAX_US) abort();
    if (record->value.type == VALUE_NUMBER && !isfinite(record->value.number)) abort();
    if (record->value.type == VALUE_TEXT &&
        (record->value.length > VALUE_TEXT_MAX ||
         !utf8_is_valid(record->value.text, record->value.length)))
        abort();
}

static int read_all(int format, const uint8_t *bytes, size_t size, struct region *region,
                    enum pack_next *end) {
    struct pack pack;
    struct record record;
    struct err err;
    int count = 0;
    pack_init(&pack, format, bytes, size, NOW, region);
    while ((*end = pack_next(&pack, &record, &err)) == PACK_RECORD) {
        if (record.index != count++) abort();
        check(&record);
    }
    if (*end == PACK_MALFORMED && err.text[0] == 0) abort();
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const int formats[] = {FORMAT_SENML_JSON, FORMAT_SENML_CBOR, FORMAT_JSON, FORMAT_CBOR};
    static struct region region;
    enum pack_next end, again;
    if (size == 0) return 0;
    int format = formats[bytes[0] & 3];
    region_reset(&region);
    int count = read_all(format, bytes + 1, size - 1, &region, &end);
    if (read_all(format, bytes + 1, size - 1, &region, &again) != count || end != again) abort();
    return 0;
}
