// A t-digest: the distribution of all values so far in a small memory, sharp at both ends, and how
// rare a value is in it.
//
// Source: Dunning and Ertl 2019, "Computing extremely accurate quantiles using t-digests", the
// merging variant with scale function k2, whose error is in proportion to the tail. `tail` is the
// conformal rank of a score, the share of what was seen that is at least as large, (n + 1 - below)
// / (n + 1) (Laxhammar 2014, "Conformal anomaly detection"): under exchangeable values it is a
// valid p-value, whatever their distribution.

#ifndef PREDICT_QUANTILES_H
#define PREDICT_QUANTILES_H

#define QUANTILES_MAX 1000 // compression

// { quantiles = COMPRESSION }: .count .min .max :quantile(0..1) :tail(x)
extern const struct estimator_kind quantiles_kind;

#endif
