// twinctl doctor: whether what is stored is whole.

#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

extern const struct verb doctor_verb;

#endif
