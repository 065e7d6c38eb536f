// An ensemble of regression trees, evaluated: the sum of one leaf of each tree.
//
// Source of the model: Friedman 2001, "Greedy function approximation: a gradient boosting machine";
// training is another program's (train/main.c, with XGBoost). Inputs are compared as floats, as
// they were in training, so the value is the trainer's to rounding.
//
// A tree is a text, in preorder: "12<0.5 =3.25 =-1" asks whether input 12 is below 0.5 and goes to
// the first subtree if so, else to the second; "=" is a leaf. "12<0.5!" sends a missing input (NAN)
// to the second, else it goes to the first.

#ifndef PREDICT_TREES_H
#define PREDICT_TREES_H

#include <stdbool.h>

struct trees;

struct trees *trees_new(int inputs, double base);
void trees_free(struct trees *trees);
// Adds a tree. False when the text is none, or asks for an input that is not there.
bool trees_add(struct trees *trees, const char *text);
int trees_inputs(const struct trees *trees);
int trees_count(const struct trees *trees);
double trees_value(const struct trees *trees, const double *inputs);

#endif
