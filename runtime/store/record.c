// Space is reserved in the tree's page and filled there, so a payload is copied once.

#include "store/record.h"

#include "base/hash.h"

#include <errno.h>
#include <string.h>

#define RECORD_FORMAT 1u
#define RECORD_HEADER 8

static uint32_t checksum(MDB_val key, const void *payload, size_t length) {
    uint32_t format = RECORD_FORMAT;
    uint32_t crc = crc32c(0, key.mv_data, key.mv_size);
    crc = crc32c(crc, &format, sizeof format);
    return crc32c(crc, payload, length);
}

int record_put(MDB_txn *txn, MDB_dbi database, MDB_val key, const void *payload, size_t length) {
    uint32_t format = RECORD_FORMAT, crc = checksum(key, payload, length);
    MDB_val value = {RECORD_HEADER + length, NULL};
    int code = mdb_put(txn, database, &key, &value, MDB_RESERVE);
    if (code != 0) return code;
    uint8_t *out = value.mv_data;
    memcpy(out, &format, 4);
    memcpy(out + 4, &crc, 4);
    if (length) memcpy(out + RECORD_HEADER, payload, length);
    return 0;
}

bool record_check(MDB_val key, MDB_val value, struct reader *payload) {
    uint32_t format, crc;
    if (value.mv_size < RECORD_HEADER) return false;
    const uint8_t *bytes = value.mv_data;
    memcpy(&format, bytes, 4);
    memcpy(&crc, bytes + 4, 4);
    *payload = (struct reader){bytes + RECORD_HEADER, bytes + value.mv_size, 0};
    return format == RECORD_FORMAT &&
           crc == checksum(key, payload->at, (size_t)(payload->end - payload->at));
}

int record_get(MDB_txn *txn, MDB_dbi database, MDB_val key, struct reader *payload) {
    MDB_val value;
    int code = mdb_get(txn, database, &key, &value);
    if (code != 0) return code;
    return record_check(key, value, payload) ? 0 : EBADMSG;
}

int record_put_u64(MDB_txn *txn, MDB_dbi database, const char *name, uint64_t value) {
    return record_put(txn, database, record_name(name), &value, sizeof value);
}

int record_get_u64(MDB_txn *txn, MDB_dbi database, const char *name, uint64_t *value) {
    struct reader payload;
    int code = record_get(txn, database, record_name(name), &payload);
    if (code != 0) return code;
    *value = read_u64(&payload);
    return payload.is_bad ? EBADMSG : 0;
}

MDB_val record_name(const char *name) {
    return (MDB_val){strlen(name), (void *)(uintptr_t)name};
}
