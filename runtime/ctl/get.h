// twinctl get: what a twin is now, or one of its fields.

#ifndef CTL_GET_H
#define CTL_GET_H

extern const struct verb get_verb;

#endif
