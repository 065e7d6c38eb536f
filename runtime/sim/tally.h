// What a run counts: messages, answers by code, and how long answers took.

#ifndef SIM_TALLY_H
#define SIM_TALLY_H

#include <stdint.h>

struct message;

#define TALLY_BUCKETS (40 * 32)
#define TALLY_SAYINGS 4

struct tally {
    int64_t started; // monotonic microseconds: counting began
    int64_t ended;   // and the last message was sent

    uint64_t sent;             // messages, each counted once however often it was repeated
    uint64_t answered;         // with any code
    uint64_t accepted;         // with a 2.xx
    uint64_t partial;          // of these, with a list of refused records
    uint64_t records;          // SenML records in accepted messages
    uint64_t given_up;         // no answer after the last repetition
    uint64_t held;             // samples not sent: the device still waited for an answer
    uint64_t silent;           // samples not sent: a drop-out fault
    uint64_t desired;          // new desired values that a device took up
    uint64_t answered_in_time; // until `ended`, what the rate is made of
    uint64_t records_in_time;

    uint64_t codes[256];
    uint64_t latencies[TALLY_BUCKETS]; // counts, by bucket_of in tally.c
    int64_t latency_max;

    struct { // the first text that came with each refusing code
        uint8_t code;
        char text[240];
    } sayings[TALLY_SAYINGS];
};

// Counts an answer that took `latency_us` to a message of `records` records.
void tally_answer(struct tally *tally, const struct message *answer, uint32_t records,
                  int64_t latency_us);

// How many of its `records` an answer accepts: all of a 2.xx, or what a gateway's answer says,
// {"accepted":N...
uint32_t tally_accepted(const struct message *answer, uint32_t records);

// Counts one latency alone.
void tally_latency(struct tally *tally, int64_t latency_us);

// Microseconds that `share` (0.99) of the answers did not exceed, within 3 %; 0 without answers.
int64_t tally_quantile(const struct tally *tally, double share);

#endif
