// twinctl backtest --model NAME FILE.csv: a table of readings, run through the same turn as live
// inputs on a world of its own, and what the twin derived from each row.

#ifndef CTL_BACKTEST_H
#define CTL_BACKTEST_H

extern const struct verb backtest_verb;

#endif
