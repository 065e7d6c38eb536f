// twinctl test [DIR]: runs the tests that lie beside models and scripts.

#ifndef CTL_TEST_H
#define CTL_TEST_H

extern const struct verb test_verb;

#endif
