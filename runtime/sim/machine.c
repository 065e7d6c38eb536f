// A step moves what the slowest of machine, belt before and belt behind allows, so bottles are
// neither made nor lost at any length of the step.

#include "sim/machine.h"

#include <math.h>
#include <stddef.h>

#define BOTTLES_A_TOOL 200000.0
#define REJECTED_NEW 0.004 // share of the bottles
#define REJECTED_WORN 0.06
#define JAM_EVERY_S 900.0
#define CREW_S 90.0 // then somebody has come by

void machine_init(struct machine *machine, uint64_t seed, uint64_t number, double rate,
                  double wear_factor) {
    *machine = (struct machine){.set_rate = rate,
                                .wear_per_bottle = wear_factor / BOTTLES_A_TOOL,
                                .jams_per_s = 1 / JAM_EVERY_S};
    chance_init(&machine->chance, seed, number);
    machine->wear = 0.3 * chance_uniform(&machine->chance);
}

void machine_step(struct machine *machine, double dt_s) {
    machine->rate = 0;
    if (machine->state == MACHINE_JAMMED) {
        machine->jammed_s += dt_s;
        if (machine->jammed_s < CREW_S) return;
        machine_clear(machine);
    }
    if (machine->set_rate <= 0) {
        machine->state = MACHINE_STOPPED;
        return;
    }
    double wanted = machine->set_rate / 60 * dt_s;
    double there = machine->before ? machine->before->content : INFINITY;
    double room = machine->after ? BELT_CAPACITY - machine->after->content : INFINITY;
    double share = REJECTED_NEW + (REJECTED_WORN - REJECTED_NEW) * machine->wear * machine->wear;
    double taken = fmin(wanted, fmin(there, room / (1 - share)));
    double good = taken * (1 - share);
    machine->state = taken >= 0.999 * wanted ? MACHINE_RUNNING
                     : there < room          ? MACHINE_STARVED
                                             : MACHINE_BLOCKED;
    if (machine->before) machine->before->content -= taken;
    if (machine->after) machine->after->content += good;
    machine->good += good;
    machine->rejected += taken - good;
    machine->rate = good / dt_s * 60;
    machine->wear = fmin(machine->wear + machine->wear_per_bottle * taken, 1);
    bool is_moving = taken > 0;
    if (is_moving && chance_uniform(&machine->chance) < 1 - exp(-machine->jams_per_s * dt_s))
        machine_jam(machine);
}

void machine_jam(struct machine *machine) {
    machine->state = MACHINE_JAMMED;
    machine->jammed_s = 0;
}

bool machine_clear(struct machine *machine) {
    if (machine->state != MACHINE_JAMMED) return false;
    machine->state = MACHINE_RUNNING;
    return true;
}

void machine_service(struct machine *machine) {
    machine->wear = 0;
}

const char *machine_state_name(enum machine_state state) {
    static const char *const names[] = {[MACHINE_RUNNING] = "running",
                                        [MACHINE_STOPPED] = "stopped",
                                        [MACHINE_STARVED] = "starved",
                                        [MACHINE_BLOCKED] = "blocked",
                                        [MACHINE_JAMMED] = "jammed"};
    return names[state];
}
