// twinctl adoptions: ids that devices send under and that nothing may create.

#ifndef CTL_ADOPTIONS_H
#define CTL_ADOPTIONS_H

extern const struct verb adoptions_verb;

#endif
