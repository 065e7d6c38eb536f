// Two charts for a shift of the mean that is small but stays: cumulative sums of how far values are
// above, and below, what is usual, less a slack.
//
// cusum: Page 1954, "Continuous inspection schemes", the tabular form (Montgomery, "Introduction to
// Statistical Quality Control"), of values that are standardised already: a shift of twice the
// slack is found soonest. page_hinkley: Hinkley 1971, "Inference about the change-point from
// cumulative sum tests", which takes the mean so far as what is usual. Both begin anew once their
// limit is passed, and count how often that was.

#ifndef PREDICT_CUSUM_H
#define PREDICT_CUSUM_H

// { cusum = SLACK, limit = (5) }: .up .down .alarms .count
extern const struct estimator_kind cusum_kind;
// { page_hinkley = SLACK, limit = (50) }: .up .down .alarms .count
extern const struct estimator_kind page_hinkley_kind;

#endif
