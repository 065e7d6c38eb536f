// How many turns a second one core makes, from a sample in memory to the bytes of its revision: the
// pump that ships, its Lua behaviour on every turn, no network, no disk.
//
//   turns TWINS SECONDS
//
// Prints one line of JSON: turns a second.

#include "pumps.h"

int main(int argc, char **argv) {
    struct pumps pumps;
    struct err err = {0};
    uint64_t turns = 0;
    int count = argc == 3 ? atoi(argv[1]) : 0;
    double seconds = argc == 3 ? atof(argv[2]) : 0;
    if (count < 1 || seconds <= 0) {
        fprintf(stderr, "usage: turns TWINS SECONDS\n");
        return 2;
    }
    bool is_open = pumps_open(&pumps, count, &err);
    if (is_open) {
        double rate = pumps_run(&pumps, seconds, &turns);
        printf("{\"twins\":%d,\"turns\":%llu,\"turns_per_second\":%.0f,\"revisions\":%llu}\n",
               count, (unsigned long long)turns, rate, (unsigned long long)pumps.world->rev);
    } else {
        fprintf(stderr, "turns: %s\n", err.text);
    }
    pumps_close(&pumps);
    return is_open ? 0 : 2;
}
