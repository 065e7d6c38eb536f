// Several sensors judged together: what they are usual to do is learned from the first samples, and
// after that their smoothed distance from it, as a multiple of its limit.
//
// T2 of the exponentially weighted means (Lowry and others 1992, "A multivariate exponentially
// weighted moving average control chart"), with means and deviations of the learning phase, its
// correlations shrunk half way to none (Ledoit and Wolf 2004), and as limit `factor` times the 99 %
// quantile that the phase itself had. A sensor that drifts is not judged by its level: the variance
// of a random walk that fits the means of its learning phase, block by block, is added to its own
// with every sample since; one that is little but drift does not count at all.
//
// Beside T2, which is how far the sensors went in the ways they usually go together, stands the
// squared prediction error (Jackson and Mudholkar 1979, "Control procedures for residuals
// associated with principal component analysis"): how far they went in ways they usually do not,
// which is the distance from the principal components that hold nine tenths of the learned
// variance. Its limit is made as that of T2.

#ifndef PREDICT_MEWMA_H
#define PREDICT_MEWMA_H

#define MEWMA_INPUTS 16
#define MEWMA_LEARN_MAX 2000

// { mewma = LEARN (100..), weight = (0.05), factor = (0.5), drift = (0.3), of = { ... } }
// .ratio of T2 and .spe_ratio, of each 1 is the limit; .count; :share(i) and :spe_share(i) of the
// sensor i, 0 to 1
extern const struct estimator_kind mewma_kind;

#endif
