// twinctl explain: how a value came about, line by line.

#ifndef CTL_EXPLAIN_H
#define CTL_EXPLAIN_H

extern const struct verb explain_verb;

#endif
