// A machine of a bottling line and the belts around it: what it does, not how it is talked to.
//
// It takes bottles from the belt before it and puts them on the one after, as fast as it is set, as
// the one has bottles and the other room. Its tool wears with every bottle and spoils more of them;
// now and then a bottle jams it, until somebody clears it.

#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include "base/chance.h"

#include <stdbool.h>
#include <stdint.h>

#define BELT_CAPACITY 120.0   // bottles
#define MACHINE_COUNTER 65536 // its counters have 16 bits

struct belt {
    double content; // bottles
};

struct machine {
    struct chance chance;
    struct belt *before, *after; // NULL: bottles without end, room without end
    double set_rate;             // 1/min, what it is told; 0 stops it
    double rate;                 // 1/min, what it has just done
    double wear;                 // of its tool, 0 to 1
    double wear_per_bottle;
    double jams_per_s;
    double jammed_s;       // for how long
    double good, rejected; // bottles since it was built
    enum machine_state {
        MACHINE_RUNNING,
        MACHINE_STOPPED,
        MACHINE_STARVED, // nothing comes
        MACHINE_BLOCKED, // no room behind it
        MACHINE_JAMMED,
    } state;
};

void machine_init(struct machine *machine, uint64_t seed, uint64_t number, double rate,
                  double wear_factor);
void machine_step(struct machine *machine, double dt_s);
void machine_jam(struct machine *machine);
bool machine_clear(struct machine *machine);   // false when it is not jammed
void machine_service(struct machine *machine); // a new tool
const char *machine_state_name(enum machine_state state);

#endif
