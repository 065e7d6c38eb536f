// Reads a pack whole, for tests of packs.

#ifndef INGEST_RECORDS_H
#define INGEST_RECORDS_H

#include "base/err.h"
#include "base/memory.h"
#include "ingest/check.h"
#include "ingest/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1795370400000000 // 2026-11-22T18:00:00Z

struct reading {
    struct region region;
    struct record records[20];
    char names[20][80];
    int count;
    enum pack_next end;
    struct err err;
};

static struct reading reading;

static inline void read_pack(int format, const void *bytes, size_t length) {
    struct pack pack;
    region_reset(&reading.region);
    reading.count = 0;
    reading.err.text[0] = 0;
    pack_init(&pack, format, bytes, length, NOW, &reading.region);
    struct record record;
    while ((reading.end = pack_next(&pack, &record, &reading.err)) == PACK_RECORD) {
        assert_in_range(reading.count, 0, 19);
        reading.records[reading.count] = record;
        snprintf(reading.names[reading.count], 80, "%.*s%.*s", (int)record.base.length,
                 record.base.bytes, (int)record.name.length, record.name.bytes);
        reading.count++;
    }
}

static inline void read_json(const char *text) {
    read_pack(FORMAT_SENML_JSON, text, strlen(text));
}

static inline int free_region(void **state) {
    (void)state;
    region_fini(&reading.region);
    return 0;
}

static inline void assert_record(int index, const char *name, double value, const char *unit,
                                 int64_t at) {
    const struct record *record = &reading.records[index];
    assert_string_equal(reading.names[index], name);
    assert_null(record->fault);
    assert_int_equal(record->value.type, VALUE_NUMBER);
    assert_true(record->value.number == value);
    assert_int_equal(record->unit.length, strlen(unit));
    assert_memory_equal(record->unit.bytes, unit, strlen(unit));
    assert_int_equal(record->at, at);
    assert_int_equal(record->index, index);
}

#define CBOR(text) read_pack(FORMAT_SENML_CBOR, text, sizeof(text) - 1)

#endif
