// cmocka with what it needs before it, in the one order that compiles.

#ifndef INGEST_CHECK_H
#define INGEST_CHECK_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#endif
