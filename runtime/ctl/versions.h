// twinctl versions, diff: which versions there are, and what is different between two.

#ifndef CTL_VERSIONS_H
#define CTL_VERSIONS_H

extern const struct verb versions_verb, diff_verb;

#endif
