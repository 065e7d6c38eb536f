// Latencies go to buckets of 32 per power of two, so a quantile is right within 1/32 from a
// microsecond to hours, in 10 kB and without a search.

#include "sim/tally.h"

#include "ingest/message.h"

#include <stdio.h>
#include <string.h>

#define SUB_BITS 5
#define SUB_BUCKETS (1 << SUB_BITS)

static int bucket_of(int64_t us);
static int64_t bucket_top(int bucket);
static void saying_keep(struct tally *tally, const struct message *answer);

void tally_answer(struct tally *tally, const struct message *answer, uint32_t records,
                  int64_t latency_us) {
    tally->answered++;
    tally->codes[answer->code]++;
    tally_latency(tally, latency_us);
    uint32_t accepted = tally_accepted(answer, records);
    tally->records += accepted;
    if (answer->code >> 5 == 2) {
        tally->accepted++;
        tally->partial += accepted < records;
    }
    if (accepted < records && answer->payload_length > 0) saying_keep(tally, answer);
}

uint32_t tally_accepted(const struct message *answer, uint32_t records) {
    static const char label[] = "\"accepted\":";
    if (answer->code >> 5 != 2) return 0;
    if (answer->payload_length == 0) return records;
    const char *at = memmem(answer->payload, answer->payload_length, label, sizeof label - 1);
    if (!at) return records;
    const char *end = (const char *)answer->payload + answer->payload_length;
    uint32_t accepted = 0;
    for (at += sizeof label - 1; at < end && *at >= '0' && *at <= '9'; at++)
        accepted = accepted * 10 + (uint32_t)(*at - '0');
    return accepted < records ? accepted : records;
}

void tally_latency(struct tally *tally, int64_t latency_us) {
    tally->latencies[bucket_of(latency_us)]++;
    if (latency_us > tally->latency_max) tally->latency_max = latency_us;
}

int64_t tally_quantile(const struct tally *tally, double share) {
    uint64_t total = 0;
    for (int i = 0; i < TALLY_BUCKETS; i++)
        total += tally->latencies[i];
    if (total == 0) return 0;
    uint64_t wanted = (uint64_t)((double)total * share + 0.5);
    uint64_t seen = 0;
    for (int i = 0; i < TALLY_BUCKETS; i++) {
        seen += tally->latencies[i];
        if (seen < wanted || seen == 0) continue;
        return bucket_top(i) < tally->latency_max ? bucket_top(i) : tally->latency_max;
    }
    return tally->latency_max;
}

// Below 32 us a bucket each; above, the five bits behind the leading one choose among 32.
static int bucket_of(int64_t us) {
    if (us < SUB_BUCKETS) return us < 0 ? 0 : (int)us;
    int power = 63 - __builtin_clzll((uint64_t)us);
    int bucket =
        (power - SUB_BITS + 1) * SUB_BUCKETS + (int)(us >> (power - SUB_BITS) & (SUB_BUCKETS - 1));
    return bucket < TALLY_BUCKETS ? bucket : TALLY_BUCKETS - 1;
}

static int64_t bucket_top(int bucket) {
    if (bucket < SUB_BUCKETS) return bucket;
    int shift = bucket / SUB_BUCKETS - 1;
    int64_t first = (int64_t)(SUB_BUCKETS + bucket % SUB_BUCKETS) << shift;
    return first + ((int64_t)1 << shift) - 1;
}

static void saying_keep(struct tally *tally, const struct message *answer) {
    for (int i = 0; i < TALLY_SAYINGS; i++) {
        if (tally->sayings[i].code == answer->code) return;
        if (tally->sayings[i].code != 0) continue;
        tally->sayings[i].code = answer->code;
        snprintf(tally->sayings[i].text, sizeof tally->sayings[i].text, "%.*s",
                 (int)(answer->payload_length < 239 ? answer->payload_length : 239),
                 (const char *)answer->payload);
        return;
    }
}
