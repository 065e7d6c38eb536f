// Makes inputs from seeds by small damage, and feeds them: fuzz_NAME [SECONDS [SEED]], 3 and 1
// without.
//
// Blind to coverage, which the seeds make up for: each is a sound input, so damage reaches deep.
// The same seed gives the same inputs. The input that is being tried is in NAME.last, also after a
// crash.

#include "fuzz.h"

#include "base/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MAX 65536
#define SEEDS_MAX 256
#define DAMAGES_MAX 6

struct seed {
    uint8_t *bytes;
    size_t length;
};

struct last { // as mapped from NAME.last
    uint64_t length;
    uint8_t bytes[INPUT_MAX];
};

// fuzz_add has no context, so that a target can be three lines.
static struct seed seeds[SEEDS_MAX];
static int seed_count;

static void add_seed(const void *bytes, size_t length) {
    if (seed_count == SEEDS_MAX || length > INPUT_MAX) abort();
    seeds[seed_count].bytes = xmalloc(length + 1);
    memcpy(seeds[seed_count].bytes, bytes, length);
    seeds[seed_count++].length = length;
}

// Every file of tests/fuzz/corpus/NAME, NAME being that of the program behind fuzz_.
static void add_corpus(const char *program) {
    static uint8_t bytes[INPUT_MAX];
    const char *slash = strrchr(program, '/');
    const char *name = (slash ? slash + 1 : program) + strlen("fuzz_");
    char folder[512], path[1024];
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", name);
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort); // sorted, so that a seed means the same
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        FILE *file = entries[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (file) {
            add_seed(bytes, fread(bytes, 1, sizeof bytes, file));
            fclose(file);
        }
        free(entries[i]);
    }
    free(entries);
}

static uint64_t draw(uint64_t *state, uint64_t below) { // xorshift64*, Vigna 2016
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (*state * 2685821657736338717u >> 16) % below;
}

static size_t insert(uint8_t *input, size_t length, size_t at, const uint8_t *bytes, size_t count) {
    if (length + count > INPUT_MAX) return length;
    memmove(input + at + count, input + at, length - at);
    memcpy(input + at, bytes, count);
    return length + count;
}

static size_t damage(uint8_t *input, size_t length, uint64_t *chance) {
    static const uint8_t telling[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x1f, 0x5f, 0x9f, 0xbf, 0xfb,
                                      '"',  '\\', '[',  ']',  '{',  '}',  '-',  'e',  '.',  '0'};
    const struct seed *other = &seeds[draw(chance, (uint64_t)seed_count)];
    size_t at = length > 0 ? draw(chance, length) : 0;
    size_t run = 1 + draw(chance, 16);
    uint8_t bytes[16];
    switch (draw(chance, 8)) {
    case 0:
        if (length > 0) input[at] ^= (uint8_t)(1u << draw(chance, 8));
        return length;
    case 1:
        if (length > 0) input[at] = telling[draw(chance, ARRAY_LEN(telling))];
        return length;
    case 2:
        if (length > 0) input[at] = (uint8_t)draw(chance, 256);
        return length;
    case 3: // a run is gone
        if (run > length - at) run = length - at;
        memmove(input + at, input + at + run, length - at - run);
        return length - run;
    case 4: // cut
        return at;
    case 5: // a run is doubled
        if (run > length - at) run = length - at;
        memcpy(bytes, input + at, run);
        return insert(input, length, at, bytes, run);
    case 6: // a run of another seed
        if (other->length == 0) return length;
        size_t from = draw(chance, other->length);
        if (run > other->length - from) run = other->length - from;
        return insert(input, length, at, other->bytes + from, run);
    default: // as many times as may be too many
        memset(bytes, telling[draw(chance, ARRAY_LEN(telling))], sizeof bytes);
        for (uint64_t times = draw(chance, 40); times > 0; times--)
            length = insert(input, length, at, bytes, sizeof bytes);
        return length;
    }
}

static void try_input(const uint8_t *bytes, size_t length) {
    uint8_t *exact = xmalloc(length);
    memcpy(exact, bytes, length);
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
}

static double monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct last *open_last(const char *program) {
    char path[4096];
    snprintf(path, sizeof path, "%s.last", program);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || ftruncate(fd, sizeof(struct last)) != 0) abort();
    struct last *last = mmap(NULL, sizeof *last, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (last == MAP_FAILED) abort();
    return last;
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 3;
    uint64_t chance = argc > 2 ? strtoull(argv[2], NULL, 10) | 1 : 1;
    struct last *last = open_last(argv[0]);
    if (fuzz_seeds) fuzz_seeds(add_seed);
    add_corpus(argv[0]);
    if (seed_count == 0) abort(); // run it in the checkout, where the corpus is
    for (int i = 0; i < seed_count; i++)
        try_input(seeds[i].bytes, seeds[i].length);
    unsigned long tried = 0;
    double end = monotonic() + seconds;
    while (tried % 64 != 0 || monotonic() < end) {
        const struct seed *seed = &seeds[draw(&chance, (uint64_t)seed_count)];
        size_t length = seed->length;
        memcpy(last->bytes, seed->bytes, length);
        for (uint64_t damages = 1 + draw(&chance, DAMAGES_MAX); damages > 0; damages--)
            length = damage(last->bytes, length, &chance);
        last->length = length;
        try_input(last->bytes, length);
        tried++;
    }
    printf("ok 1 - bears %lu inputs from %d seeds\n1..1\n", tried, seed_count);
    munmap(last, sizeof *last);
    for (int i = 0; i < seed_count; i++)
        free(seeds[i].bytes);
    return 0;
}
