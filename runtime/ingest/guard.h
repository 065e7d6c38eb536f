// What no library should see: pure tests of one datagram, and the options that are taken out.

#ifndef INGEST_GUARD_H
#define INGEST_GUARD_H

#include "ingest/message.h"

struct datagram;
struct region;

enum guard { // why a datagram is not handled; each is a counter
    GUARD_GOOD,
    GUARD_SHORT,
    GUARD_VERSION,
    GUARD_TOKEN,
    GUARD_MALFORMED, // answered by a reset when it is confirmable
    GUARD_TOO_LONG,  // answered 4.13
    GUARD_OPTION,    // a critical option without a meaning here: answered 4.02
    GUARD_PROXY,     // meant for another host: answered 5.05
    GUARD_TOO_FAST,  // answered 4.29
    GUARD_METHOD,    // a method that does not exist: answered 4.05
    GUARD_STRAY,     // a response, acknowledgement or reset that answers nothing of ours
    GUARD_LIBRARY,   // reset by libcoap: an option of a wrong length
    GUARDS,
};
const char *guard_name(enum guard guard); // for the counter

// Parses `message`. Of one that is too long or malformed only the header and the token are filled
// in, the token only if it is there.
enum guard guard_check(const struct datagram *datagram, struct message *message);

// Whether every critical option has a meaning here; `number` is the first that has none.
enum guard guard_check_options(const struct message *message, uint16_t *number);

// The datagram without its Hop-Limit options (RFC 8768), which are for proxies. libcoap 4.3.1
// answers them through code that reads beyond its buffer (CVE-2023-30362). A copy lives in
// `region`.
struct datagram guard_strip(const struct datagram *datagram, const struct message *message,
                            struct region *region);

#endif
