// twinctl bench: load on the running twind.

#ifndef CTL_BENCH_H
#define CTL_BENCH_H

extern const struct verb bench_verb;

#endif
