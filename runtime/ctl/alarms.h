// twinctl alarms, ack: what needs somebody, and that somebody has seen it.

#ifndef CTL_ALARMS_H
#define CTL_ALARMS_H

extern const struct verb alarms_verb, ack_verb;

#endif
