// twinctl optimise: which set-points cost least, and what came of it.

#ifndef CTL_OPTIMISE_H
#define CTL_OPTIMISE_H

extern const struct verb optimise_verb;

#endif
