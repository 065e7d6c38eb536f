// twinctl record ID: what a live twin hears, as a fixture for t:play.

#ifndef CTL_RECORD_H
#define CTL_RECORD_H

extern const struct verb record_verb;

#endif
