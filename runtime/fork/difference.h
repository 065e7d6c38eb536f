// The first difference between two turns of one twin: which field, and what either says.

#ifndef FORK_DIFFERENCE_H
#define FORK_DIFFERENCE_H

#include <stdbool.h>
#include <stdint.h>

struct change;
struct model;
struct revision;
struct world;

#define SUBJECT_MAX 96

struct side { // a turn, and the model that its changes refer to
    const struct revision *revision;
    const struct model *model;
};

struct difference {
    char field[SUBJECT_MAX];   // "derived.health", "alarm.overheating", "event.inflow_reduced",
                               // "cause", ...
    char one[160], other[160]; // as text; "nothing" when it does not touch it
};

// False when both change the same.
bool difference_find(const struct side *one, const struct side *other, const struct world *world,
                     struct difference *difference);

// What a change is of, and what it says, as text.
void change_subject(const struct change *change, const struct model *model,
                    const struct world *world, char *out, int size);
void change_text(const struct change *change, char *out, int size);

#endif
