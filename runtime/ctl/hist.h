// twinctl hist: what a field was over time, as a chart or as points.

#ifndef CTL_HIST_H
#define CTL_HIST_H

extern const struct verb hist_verb;

#endif
