// twinctl set: what a twin's properties should be.

#ifndef CTL_SET_H
#define CTL_SET_H

extern const struct verb set_verb;

#endif
