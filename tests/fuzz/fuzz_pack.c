// Bodies that devices send, in each content format; the first byte chooses it.

#include "base/err.h"
#include "base/memory.h"
#include "fuzz.h"
#include "ingest/pack.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const int formats[] = {FORMAT_SENML_JSON, FORMAT_SENML_CBOR, FORMAT_JSON, FORMAT_CBOR};

static void add_text(fuzz_add *add, char format, const char *text) {
    char input[512];
    input[0] = format;
    size_t length = strlen(text);
    memcpy(input + 1, text, length);
    add(input, 1 + length);
}

void fuzz_seeds(fuzz_add *add) {
    add_text(add, 0,
             "[{\"bn\":\"m-1/\",\"bt\":1.7e9,\"bu\":\"Cel\",\"bv\":20,\"n\":\"a\",\"v\":1.5e-3},"
             "{\"n\":\"b\",\"u\":\"%RH\",\"vb\":true,\"t\":-5},{\"vs\":\"\\ud83d\\ude00\\n\"}]");
    add_text(add, 0, "[{\"n\":\"x\",\"v\":-0.0,\"bver\":10,\"ut\":3,\"other\":[{\"a\":[null]}]}]");
    add_text(add, 2, "{\"speed\": 1450, \"open\": false, \"note\": \"a\\\"b\\u00e9\"}");
    static const char senml_cbor[] =
        "\x01\x82\xa5\x21\x63m-1\x22\xfb\x41\xd9\x55\x4f\xb5\0\0\0\0\x61"
        "a\x02\xfb\x3f\xf8\0\0\0\0\0\0\xa2\0\x61"
        "b\x04\xf5";
    static const char indefinite[] = "\x01\x9f\xbf\0\x61x\x02\x1a\0\x01\0\0\xff\xff";
    static const char map[] = "\x03\xa2\x61"
                              "a\x18\x2a\x61"
                              "b\x63xyz";
    add(senml_cbor, sizeof senml_cbor - 1);
    add(indefinite, sizeof indefinite - 1);
    add(map, sizeof map - 1);
}

void fuzz_one(const uint8_t *bytes, size_t length) {
    if (length == 0) return;
    struct region region = {0};
    struct pack pack;
    struct record record;
    struct err err;
    pack_init(&pack, formats[bytes[0] % ARRAY_LEN(formats)], bytes + 1, length - 1,
              1763800000000000, &region);
    volatile uint64_t sum = 0;
    while (pack_next(&pack, &record, &err) == PACK_RECORD) {
        assert(record.fault || record.value.type != VALUE_NUMBER || isfinite(record.value.number));
        const struct slice slices[] = {record.base, record.name, record.unit};
        for (size_t i = 0; i < ARRAY_LEN(slices); i++)
            for (size_t k = 0; k < slices[i].length; k++)
                sum += (uint8_t)slices[i].bytes[k];
        if (record.value.type == VALUE_TEXT)
            for (uint32_t i = 0; i < record.value.length; i++)
                sum += (uint8_t)record.value.text[i];
    }
    region_fini(&region);
}
