// twinctl command: gives a twin's device something to do.

#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

struct verb;

extern const struct verb command_verb;

#endif
