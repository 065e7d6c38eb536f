// A device's watch on what is desired of it: Observe (RFC 7641) on /t/{id}/desired.

#ifndef SIM_OBSERVE_H
#define SIM_OBSERVE_H

#include "ingest/message.h"

#include <stdbool.h>
#include <stdint.h>

// All zero: not observing, due at once.
struct observe {
    int64_t due;       // when to register (again)
    int64_t heard;     // the last notification
    uint32_t sequence; // and its number
    bool is_registered;
};

bool observe_is_due(const struct observe *observe, int64_t now);
void observe_forget(struct observe *observe);            // the server may know of nothing
void observe_fail(struct observe *observe, int64_t now); // no answer; not at once again

// What follows the header of the GET that registers. Returns the new end.
uint8_t *observe_request_write(uint8_t *out, const char *id);
// A device's token, the same for all its registrations, so a new one takes the place of the last.
void observe_token_write(uint8_t token[8], uint32_t seed, uint32_t device);
uint32_t observe_token_read(const uint8_t token[8], uint32_t seed); // UINT32_MAX when it is none

// Takes up an answer or notification. True when it is newer than the last.
bool observe_read(struct observe *observe, const struct message *message, int64_t now);
// What a notification desires of a property. False when it says no number for it.
bool observe_value(const struct message *message, const char *property, double *value);

#endif
