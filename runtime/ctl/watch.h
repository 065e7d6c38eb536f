// twinctl watch: values as they change.

#ifndef CTL_WATCH_H
#define CTL_WATCH_H

extern const struct verb watch_verb;

#endif
