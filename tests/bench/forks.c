// What open forks cost: how long one takes to open, and how many turns a second are made beside 16
// of them, of those without. The pump that ships, in memory; a message on the whole path takes
// several times as long as its turn.
//
//   forks TWINS SECONDS
//
// Both take turns in one run, three times, each time for so long; each twin is written down at its
// first turn beside them. Prints one line of JSON: milliseconds, and the median of what is lost, %.

#include "pumps.h"
#include "twin/snapshot.h"

#define FORKS 16
#define ROUNDS 3

static double beside_forks(struct pumps *pumps, double seconds, uint64_t *turns, double *open_ms) {
    struct snapshot *forks[FORKS];
    double start = seconds_now();
    for (int i = 0; i < FORKS; i++)
        forks[i] = snapshot_open(pumps->world);
    *open_ms = (seconds_now() - start) * 1e3 / FORKS;
    double rate = pumps_run(pumps, seconds, turns);
    for (int i = 0; i < FORKS; i++)
        snapshot_close(forks[i]);
    return rate;
}

static int compare(const void *left, const void *right) {
    const double *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

int main(int argc, char **argv) {
    struct pumps pumps;
    struct err err = {0};
    uint64_t turns = 0;
    int count = argc == 3 ? atoi(argv[1]) : 0;
    double seconds = argc == 3 ? atof(argv[2]) : 0, lost[ROUNDS], open_ms[ROUNDS];
    if (count < 1 || seconds <= 0) {
        fprintf(stderr, "usage: forks TWINS SECONDS\n");
        return 2;
    }
    if (!pumps_open(&pumps, count, &err)) {
        fprintf(stderr, "forks: %s\n", err.text);
        return 2;
    }
    pumps_run(&pumps, seconds / 2, &turns);
    for (int i = 0; i < ROUNDS; i++) {
        double alone = pumps_run(&pumps, seconds, &turns);
        double beside = beside_forks(&pumps, seconds, &turns, &open_ms[i]);
        lost[i] = 100 * (1 - beside / alone);
    }
    qsort(lost, ROUNDS, sizeof *lost, compare);
    qsort(open_ms, ROUNDS, sizeof *open_ms, compare);
    printf("{\"twins\":%d,\"open_ms\":%.3f,\"lost_percent\":%.2f}\n", count, open_ms[ROUNDS / 2],
           lost[ROUNDS / 2]);
    pumps_close(&pumps);
    return 0;
}
