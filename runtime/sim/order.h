// What a device does with a command: it takes the oldest that is new to it from what it was told,
// works on it, and says how that went (POST /t/{id}/commands/{number}).

#ifndef SIM_ORDER_H
#define SIM_ORDER_H

#include "base/chance.h"
#include "ingest/message.h"

#include <stdbool.h>
#include <stdint.h>

// All zero: it has had no command.
struct order {
    enum order_state {
        ORDER_NONE,
        ORDER_RUNNING,
        ORDER_OVER, // and not acknowledged yet
    } state;
    uint32_t id; // of this one, or the last
    char name[65];
    double seconds; // its argument of that name, 0 when it has none
    bool is_begun;  // the asset has seen it
    bool is_failed;
    char result[80];
};

// How commands go wrong, as shares of them, 0 to 1.
struct order_faults {
    double failing; // answered with "failed"
    double silent;  // never answered
};

// Takes a command from an answer or notification. True when there was a new one and the device is
// to work on it; a silent one is passed over.
bool order_read(struct order *order, const struct message *message,
                const struct order_faults *faults, struct chance *chance);

// The work has ended, well or not.
void order_end(struct order *order, bool is_failed, const char *result);

// What follows the header of the POST that says so. Returns the new end.
#define ORDER_BYTES 256 // at most, with the longest id
uint8_t *order_answer_write(uint8_t *out, const struct order *order, const char *id);

// The POST was answered: any answer will do, for what is refused once is refused again.
void order_acknowledged(struct order *order);

#endif
