// A table of blocks of ten entries that grows by linear hashing (Litwin 1980): when three entries a
// block are live, the next block in turn is split in two, so growth never stops the loop. Address
// space for the largest table is mapped at once and touched as the table grows. A key has two
// blocks; the second is used when the first is full, and looked into only if that ever happened. So
// a message touches two cache lines to be looked for and one or two more to be added. When both
// blocks are full the table grows at once; only when it is as large as it may be does the oldest
// entry of the first go early.
//
// Answers that are more than a code lie in a ring of bytes, an eighth of the memory. One that has
// been written over is answered by its code alone.

#include "ingest/duplicate.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SLOTS 10
#define LOAD 3                // live entries a block beyond which the table grows
#define FIRST_BLOCKS 256      // 64 kB
#define SMALL_BYTES (2 << 20) // up to here in small pages, as most tables stay
#define TICK_US 250000        // of an entry's time
#define LIFETIME_TICKS 988    // 247 s
#define EPOCH_TICKS 64        // 16 s: the grain in which live entries are counted
#define EPOCHS 16             // 256 s, a little more than a lifetime
#define RING_GRAIN 8          // so that 32 bits count 32 GB before a place comes again
#define REST_MAX 1400         // longer answers are kept as their code alone

struct entry {
    uint32_t rev_low;
    uint16_t rev_high;
    uint8_t code;
    uint8_t has_rest;
    uint32_t rest; // place in the ring in units of RING_GRAIN, see ring_at
};

struct block {
    uint64_t keys[SLOTS];
    uint32_t ticks[SLOTS]; // 0: free
    uint32_t overflowed;   // tick at which an entry last went to its second block, 0: never
    struct entry entries[SLOTS];
    uint8_t unused[12];
};
_Static_assert(sizeof(struct block) == 256, "a block is four cache lines");

struct duplicates {
    struct block *blocks;
    uint32_t block_count; // in use
    uint32_t round_count; // power of two, block_count at the start of this round of splits
    uint32_t block_limit;
    uint32_t added[EPOCHS]; // entries added in each of the last epochs
    uint32_t live;          // their sum
    uint32_t epoch;
    uint32_t newest; // tick; what recovery adds is older
    uint8_t *ring;
    uint32_t ring_size; // power of two
    uint64_t ring_head; // bytes ever written
    size_t mapped;
    uint64_t *forgotten;
};

static uint32_t tick_of(int64_t now) {
    return (uint32_t)(now / TICK_US) | 1; // never 0, half a tick's error
}

static bool is_live(uint32_t tick, uint32_t now) {
    return tick != 0 && now - tick <= LIFETIME_TICKS;
}

static size_t power_of_two_below(size_t size) {
    size_t power = 1;
    while (power * 2 <= size)
        power *= 2;
    return power;
}

struct duplicates *duplicates_new(size_t bytes, uint64_t *forgotten) {
    struct duplicates *duplicates = xcalloc(1, sizeof *duplicates);
    size_t size = power_of_two_below(bytes);
    duplicates->mapped = size;
    duplicates->blocks = mmap(NULL, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert(duplicates->blocks != MAP_FAILED);
    // A large table is hit at random: with small pages each look misses the TLB too.
    if (size > SMALL_BYTES)
        madvise((uint8_t *)duplicates->blocks + SMALL_BYTES, size - SMALL_BYTES, MADV_HUGEPAGE);
    duplicates->ring_size = (uint32_t)(size / 8);
    duplicates->ring = (uint8_t *)duplicates->blocks + size - duplicates->ring_size;
    duplicates->block_limit = (uint32_t)((size - duplicates->ring_size) / sizeof(struct block));
    duplicates->round_count = FIRST_BLOCKS;
    duplicates->block_count = FIRST_BLOCKS;
    assert(duplicates->block_limit >= FIRST_BLOCKS);
    duplicates->forgotten = forgotten;
    return duplicates;
}

void duplicates_free(struct duplicates *duplicates) {
    if (!duplicates) return;
    munmap(duplicates->blocks, duplicates->mapped);
    free(duplicates);
}

static struct block *block_at(const struct duplicates *duplicates, uint32_t hash) {
    uint32_t index = hash & (duplicates->round_count - 1);
    if (index < duplicates->block_count - duplicates->round_count)
        index = hash & (duplicates->round_count * 2 - 1);
    return &duplicates->blocks[index];
}

static struct block *first_of(const struct duplicates *duplicates, uint64_t key) {
    return block_at(duplicates, (uint32_t)key);
}

static struct block *second_of(const struct duplicates *duplicates, uint64_t key) {
    return block_at(duplicates, (uint32_t)(key >> 32));
}

void duplicates_prefetch(const struct duplicates *duplicates, uint64_t key) {
    const struct block *block = first_of(duplicates, key);
    __builtin_prefetch(block, 1);
    __builtin_prefetch((const uint8_t *)block + 64, 1);
}

// Bytes of the answer at a place of the ring; NULL when newer ones lie over it.
static const uint8_t *ring_at(const struct duplicates *duplicates, uint32_t place, size_t *length) {
    uint32_t behind = (uint32_t)(duplicates->ring_head / RING_GRAIN) - place;
    if (behind > duplicates->ring_size / RING_GRAIN) return NULL;
    const uint8_t *at =
        duplicates->ring + ((uint64_t)place * RING_GRAIN & (duplicates->ring_size - 1));
    uint16_t size;
    memcpy(&size, at, sizeof size);
    *length = size;
    return at + sizeof size;
}

// An answer never wraps: what is left at the end of the ring is skipped when it is too short.
static uint32_t ring_add(struct duplicates *duplicates, const uint8_t *rest, size_t length) {
    uint16_t size = (uint16_t)length;
    size_t room = (sizeof size + length + RING_GRAIN - 1) / RING_GRAIN * RING_GRAIN;
    uint32_t at = (uint32_t)(duplicates->ring_head & (duplicates->ring_size - 1));
    if (duplicates->ring_size - at < room) {
        duplicates->ring_head += duplicates->ring_size - at;
        at = 0;
    }
    uint32_t place = (uint32_t)(duplicates->ring_head / RING_GRAIN);
    memcpy(duplicates->ring + at, &size, sizeof size);
    memcpy(duplicates->ring + at + sizeof size, rest, length);
    duplicates->ring_head += room;
    return place;
}

// Without a branch in the loop: which slot it will be cannot be foreseen.
static int place_of(const struct block *block, uint64_t key, uint32_t now) {
    uint32_t hits = 0;
    for (int i = 0; i < SLOTS; i++)
        hits |= (uint32_t)(block->keys[i] == key) << i;
    for (; hits; hits &= hits - 1) {
        int place = __builtin_ctz(hits);
        if (is_live(block->ticks[place], now)) return place;
    }
    return -1;
}

bool duplicates_find(const struct duplicates *duplicates, uint64_t key, int64_t now,
                     struct duplicate *found) {
    uint32_t tick = tick_of(now);
    if (tick < duplicates->newest) tick = duplicates->newest;
    const struct block *block = first_of(duplicates, key);
    int place = place_of(block, key, tick);
    if (place < 0 && is_live(block->overflowed, tick)) {
        block = second_of(duplicates, key);
        place = place_of(block, key, tick);
    }
    if (place < 0) return false;
    const struct entry *entry = &block->entries[place];
    found->rev = (uint64_t)entry->rev_high << 32 | entry->rev_low;
    found->code = entry->code;
    found->length = 0;
    found->rest = entry->has_rest ? ring_at(duplicates, entry->rest, &found->length) : NULL;
    return true;
}

// Moves the entries of the block whose turn it is that hash into its new half.
static void split_next(struct duplicates *duplicates) {
    struct block *from = &duplicates->blocks[duplicates->block_count - duplicates->round_count];
    struct block *to = &duplicates->blocks[duplicates->block_count];
    duplicates->block_count++;
    to->overflowed = from->overflowed;
    for (int i = 0; i < SLOTS; i++) {
        if (from->ticks[i] == 0) continue;
        const struct block *home = first_of(duplicates, from->keys[i]);
        if (home != from && home != to) home = second_of(duplicates, from->keys[i]);
        if (home == from) continue;
        to->keys[i] = from->keys[i];
        to->ticks[i] = from->ticks[i];
        to->entries[i] = from->entries[i];
        from->ticks[i] = 0;
    }
    if (duplicates->block_count == duplicates->round_count * 2) duplicates->round_count *= 2;
}

static void count_added(struct duplicates *duplicates, uint32_t now) {
    uint32_t epoch = now / EPOCH_TICKS;
    for (int i = 0; i < EPOCHS && duplicates->epoch != epoch; i++) {
        duplicates->epoch++;
        duplicates->live -= duplicates->added[duplicates->epoch % EPOCHS];
        duplicates->added[duplicates->epoch % EPOCHS] = 0;
    }
    duplicates->epoch = epoch; // after a long silence: all are zero
    duplicates->added[epoch % EPOCHS]++;
    duplicates->live++;
}

// The slot to write to, a free one or else the oldest.
static int slot_in(const struct block *block, uint32_t now) {
    uint32_t oldest = 0, place = 0;
    for (uint32_t i = 0; i < SLOTS; i++) { // no branch here either
        uint32_t age = now - block->ticks[i];
        bool is_older = age >= oldest; // a free slot's tick is 0, a very old one
        oldest = is_older ? age : oldest;
        place = is_older ? i : place;
    }
    return (int)place;
}

// The block that a key goes to and the slot in it: a live entry stands there only if no other is
// free.
static struct block *block_for(struct duplicates *duplicates, uint64_t key, uint32_t tick,
                               int *place) {
    struct block *first = first_of(duplicates, key);
    *place = slot_in(first, tick);
    // Once it can grow no more, looks into second blocks are not worth their cache lines.
    bool is_full = duplicates->live > duplicates->block_count * (LOAD + 1);
    if (!is_live(first->ticks[*place], tick) || is_full) return first;
    struct block *second = second_of(duplicates, key);
    int second_place = slot_in(second, tick);
    if (is_live(second->ticks[second_place], tick)) return first;
    first->overflowed = tick;
    *place = second_place;
    return second;
}

void duplicates_add(struct duplicates *duplicates, uint64_t key, int64_t now,
                    const struct duplicate *answer) {
    uint32_t own = tick_of(now);
    if (own > duplicates->newest) duplicates->newest = own;
    uint32_t tick = duplicates->newest;
    count_added(duplicates, tick);
    for (int i = 0; i < 2; i++) // two for one, so that growth overtakes a burst
        if (duplicates->live > duplicates->block_count * LOAD &&
            duplicates->block_count < duplicates->block_limit)
            split_next(duplicates);
    int place;
    struct block *block = block_for(duplicates, key, tick, &place);
    // Both blocks full: room is made by growing, out of turn, as long as there is memory for it.
    while (is_live(block->ticks[place], tick) &&
           duplicates->block_count < duplicates->block_limit) {
        split_next(duplicates);
        block = block_for(duplicates, key, tick, &place);
    }
    if (is_live(block->ticks[place], tick)) ++*duplicates->forgotten;
    block->keys[place] = key;
    block->ticks[place] = own;
    struct entry *entry = &block->entries[place];
    entry->rev_low = (uint32_t)answer->rev;
    entry->rev_high = (uint16_t)(answer->rev >> 32);
    entry->code = answer->code;
    entry->has_rest = answer->length > 0 && answer->length <= REST_MAX;
    if (entry->has_rest) entry->rest = ring_add(duplicates, answer->rest, answer->length);
}
