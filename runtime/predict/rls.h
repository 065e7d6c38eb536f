// Recursive least squares: a straight relation between known values and one that is measured now
// and then, which follows a slow drift by forgetting.
//
// Source: Haykin, "Adaptive Filter Theory", the exponentially weighted RLS; with a factor exp(-dt /
// tau), for references come at irregular times. Two guards: the trace of the covariance is bounded,
// or forgetting would blow it up while nothing new is seen (Fortescue, Kershenbaum and Ydstie
// 1981), and an error beyond six of its usual deviations counts as six, so that one wrong reference
// does not undo what a month has taught. Inputs are to be near 1 in size; one that is always 1 is
// the offset.

#ifndef PREDICT_RLS_H
#define PREDICT_RLS_H

#define RLS_INPUTS 25 // the last is what is estimated

// { rls = FORGETTING (a duration), of = { ... }, target = FIELD } or inputs = COUNT and
// :add(known ..., target): :estimate(known ...) .error (the newest, before it was learned from)
// .deviation (of errors) .count
extern const struct estimator_kind rls_kind;

#endif
