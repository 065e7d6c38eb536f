// `twinctl amend`: a bad sample of the past is corrected, or taken away.

#ifndef CTL_AMEND_H
#define CTL_AMEND_H

struct verb;

extern const struct verb amend_verb;

#endif
