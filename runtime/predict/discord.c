// A ring of values, laid out straight on the stack for each search, so that the inner loop runs
// over neighbours and the compiler can take several at once.

#include "predict/discord.h"

#include "predict/estimator.h"

#include <math.h>
#include <string.h>

#define BLOCK 64 // stretches whose sums are gathered together

enum { LENGTH, MEMORY, CENTRED };
enum { DISTANCE, COUNT };

struct discord {
    uint64_t count;
    int64_t at;
    double distance; // of the newest stretch; NAN before there is an earlier one
    double values[]; // by count modulo memory
};

static uint64_t memory_of(const struct estimator *estimator) {
    return (uint64_t)estimator->settings[MEMORY];
}

static size_t size(const struct estimator *estimator) {
    return sizeof(struct discord) + sizeof(double) * memory_of(estimator);
}

static void begin(const struct estimator *estimator, void *memory) {
    (void)estimator;
    ((struct discord *)memory)->distance = NAN;
}

// The values, oldest first. Returns how many.
static int lay_out(const struct discord *discord, uint64_t memory, double *line) {
    if (discord->count <= memory) {
        memcpy(line, discord->values, sizeof *line * discord->count);
        return (int)discord->count;
    }
    uint64_t head = discord->count % memory;
    memcpy(line, discord->values + head, sizeof *line * (memory - head));
    memcpy(line + memory - head, discord->values, sizeof *line * head);
    return (int)memory;
}

// Least squared distance of the last `length` values from as many that begin at 0 .. last; of
// centred ones the squared distance of the means, times the length, is no part of it.
static double find_nearest(const double *line, int count, int length, int last, bool is_centred) {
    const double *newest = line + count - length;
    double least = INFINITY, means = 0; // sum of the newest, less that of the one compared
    for (int i = 0; i < length; i++)
        means += newest[i] - line[i];
    for (int from = 0; from <= last; from += BLOCK) {
        double sums[BLOCK] = {0};
        int width = last + 1 - from < BLOCK ? last + 1 - from : BLOCK;
        for (int step = 0; step < length; step++)
            for (int i = 0; i < width; i++) {
                double apart = line[from + i + step] - newest[step];
                sums[i] += apart * apart;
            }
        for (int i = 0; i < width; i++) {
            double apart = is_centred ? fmax(0, sums[i] - means * means / length) : sums[i];
            if (apart < least) least = apart;
            means += line[from + i] - line[from + i + length];
        }
    }
    return least;
}

static void add(const struct estimator *estimator, void *place, const double *inputs, int64_t at) {
    struct discord *discord = place;
    uint64_t memory = memory_of(estimator);
    int length = (int)estimator->settings[LENGTH];
    double line[DISCORD_MEMORY_MAX];
    if (discord->count > 0 && at <= discord->at) return;
    discord->values[discord->count++ % memory] = inputs[0];
    discord->at = at;
    int count = lay_out(discord, memory, line);
    if (count < 2 * length) return;
    bool is_centred = estimator->settings[CENTRED] == 1;
    discord->distance = sqrt(find_nearest(line, count, length, count - 2 * length, is_centred));
}

static double read(const struct estimator *estimator, const void *memory, int value,
                   const double *arguments) {
    (void)estimator, (void)arguments;
    const struct discord *discord = memory;
    return value == COUNT ? (double)discord->count : discord->distance;
}

const struct estimator_kind discord_kind = {
    .name = "discord",
    .phrase = "a discord",
    .inputs_most = 1,
    .settings =
        (const struct estimator_setting[]){{"discord", SETTING_WHOLE, 2, 512, NAN},
                                           {"memory", SETTING_WHOLE, 32, DISCORD_MEMORY_MAX, 2048},
                                           {"centred", SETTING_WHOLE, 0, 1, 0}},
    .setting_count = 3,
    .values = (const struct estimator_value[]){{"distance", ESTIMATOR_PLAIN, false},
                                               {"count", ESTIMATOR_PLAIN, true}},
    .value_count = 2,
    .size = size,
    .begin = begin,
    .add = add,
    .read = read,
};
