// What one `sub` of one client keeps: the twins, what has been told of them, and which have
// changed.
//
// A change costs one mark on its twin, however many fields it has and however often it comes: what
// is sent is found when a message is built, by the revs that slots carry (frame.h). So a client
// that does not read costs nothing but the marks.

#ifndef PUSH_SUBSCRIPTION_H
#define PUSH_SUBSCRIPTION_H

#include "push/field_set.h"
#include "push/selection.h"

#include <stdbool.h>
#include <stdint.h>

struct pace;
struct session;
struct twin;
struct world;

struct watch_ref { // a place in a subscription; slot 0 is nobody
    uint32_t slot; // in the watch table
    uint32_t place;
};

struct watched {         // one twin of one subscription; its place is its index in the dictionary
    uint32_t twin;       // number, 0 = gone
    uint32_t next_dirty; // place of the next, or one of the two below
    uint64_t sent_rev : 48; // slots newer than this are still to be sent; 0 = nothing was ever sent
    uint64_t map : 16;      // in `fields.maps`, as last sent
    struct watch_ref next, previous; // the same twin in other subscriptions
};
#define DIRTY_NOT UINT32_MAX
#define DIRTY_LAST (UINT32_MAX - 1)

struct subscription {
    uint32_t slot, sid;
    struct session *session;
    struct pace *pace;
    struct selection selection;
    struct field_set fields;

    struct watched *twins;
    uint32_t count, capacity;
    uint32_t told_twins; // so much of the dictionary has been sent; the rest is never dirty
    int told_fields;
    uint32_t *gone; // places of deleted twins, still to be told
    uint32_t gone_count, gone_capacity;

    bool is_full;          // the snapshot is not done
    uint32_t snapshot_at;  // place of the next twin in it
    uint32_t snapshot_end; // twins beyond came later
    bool owes_rev;         // after a resume one message is due even if nothing has changed

    uint32_t dirty_first, dirty_last, dirty_count;
    bool is_draining;      // the dirty twins of now are being sent, maybe in several messages
    bool is_pass_over;     // they are sent, and the next pass waits for its time
    uint32_t drain_left;   // so many of them
    uint64_t drain_rev;    // what the client has everything of when they are
    uint64_t complete_rev; // what it has everything of now
    int next_item;         // where the twin at hand goes on in the next message
    uint64_t item_rev;     // the world's rev when it was begun

    // pace.c: when it may send.
    int64_t interval_us; // 0 = paused
    int64_t due;         // monotonic
    bool is_ready, is_waiting, is_passing;
    struct subscription *next_waiting;
};

// An empty subscription that takes `selection` over; watch_add fills it. `since` is the rev that
// the client says it has, or 0: all.
struct subscription *subscription_new(uint32_t sid, struct selection *selection, uint64_t since,
                                      const struct world *world);
void subscription_free(struct subscription *subscription); // after watch_remove

// Appends a twin to those it watches and gives its place.
uint32_t subscription_append(struct subscription *subscription, const struct twin *twin);
// Takes out the twin at a place that was not told yet. The last one moves there: returns its old
// place, or `place` when it was the last itself.
uint32_t subscription_take_out(struct subscription *subscription, uint32_t place);
// A twin that was told is deleted.
void subscription_lose(struct subscription *subscription, uint32_t place);

void subscription_mark(struct subscription *subscription, uint32_t place);
uint32_t subscription_first_dirty(const struct subscription *subscription);
void subscription_drop_first_dirty(struct subscription *subscription);

// Something is to be sent, once it is due.
bool subscription_has_work(const struct subscription *subscription);

#endif
