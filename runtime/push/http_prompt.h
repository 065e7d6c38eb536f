// A Lua prompt on a copy of a twin.
//
// POST /api/v1/twins/{id}/repl takes {"lines": [text, ...], "at": "now" or a revision's number} and
// answers as fork/prompt.h says: of each line what it came to and what it wrote. Who goes on sends
// all lines again with `at` the rev of the first answer.

#ifndef PUSH_HTTP_PROMPT_H
#define PUSH_HTTP_PROMPT_H

#include "push/route.h"

route_handler http_prompt_post;

#endif
