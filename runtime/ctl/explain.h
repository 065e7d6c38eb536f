// twinctl explain: how a value came about.

#ifndef CTL_EXPLAIN_H
#define CTL_EXPLAIN_H

struct verb;

extern const struct verb explain_verb;

#endif
