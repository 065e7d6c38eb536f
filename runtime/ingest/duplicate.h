// Which messages have been seen, and how each was answered, for 247 s (EXCHANGE_LIFETIME of
// RFC 7252 4.8.2): a retransmission never runs a turn twice.
//
// A key is a hash of the peer and the whole datagram, so a gateway whose 16-bit message ids wrap is
// not taken for a duplicate. At most 64 MB; where it is full the oldest go early, and are counted.
// All times are microseconds of one clock.

#ifndef INGEST_DUPLICATE_H
#define INGEST_DUPLICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUPLICATE_LIFETIME_US 247000000

struct duplicates;

struct duplicate {       // what is known of a message that came before
    uint64_t rev;        // what its answer waited for, 0 = nothing
    uint8_t code;        // of the answer
    const uint8_t *rest; // of the answer: options and payload, valid until the next add
    size_t length;
};

// `bytes` caps the memory, rounded down to a power of two; address space is taken at once, memory
// as it is needed. `forgotten` counts the ones that went early.
struct duplicates *duplicates_new(size_t bytes, uint64_t *forgotten);
void duplicates_free(struct duplicates *duplicates);

// Starts loading what duplicates_find and _add of this key will touch.
void duplicates_prefetch(const struct duplicates *duplicates, uint64_t key);
bool duplicates_find(const struct duplicates *duplicates, uint64_t key, int64_t now,
                     struct duplicate *found);
void duplicates_add(struct duplicates *duplicates, uint64_t key, int64_t now,
                    const struct duplicate *answer);

#endif
