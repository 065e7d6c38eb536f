// A record: what the store keeps beside batches, under a key: format u32, CRC32C u32, then the
// payload.
//
// The checksum runs over key, format and payload, so a record under a wrong key is noticed too.

#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "base/memory.h"

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int record_put(MDB_txn *txn, MDB_dbi database, MDB_val key, const void *payload, size_t length);
// MDB_NOTFOUND when there is none, EBADMSG when it is damaged or of a newer format. `payload`
// points into the map.
int record_get(MDB_txn *txn, MDB_dbi database, MDB_val key, struct reader *payload);
// For what a cursor found. False when it is damaged or of a newer format.
bool record_check(MDB_val key, MDB_val value, struct reader *payload);

int record_put_u64(MDB_txn *txn, MDB_dbi database, const char *name, uint64_t value);
int record_get_u64(MDB_txn *txn, MDB_dbi database, const char *name, uint64_t *value);
MDB_val record_name(const char *name); // as a key

#endif
