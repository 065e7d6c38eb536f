// twinctl whatif: what would come of a twin, and what if.

#ifndef CTL_WHATIF_H
#define CTL_WHATIF_H

extern const struct verb whatif_verb;

#endif
