// A model as JSON: one entry of `GET /models`.
//
//   {"model","title","level","match","version", "telemetry": {NAME: {"unit","type","range"}},
//    "properties": {... "writable"}, "derived": {...}, "parameters": {... "default"},
//    "alarms": {NAME: {"severity","field","above" or "below","deadband","delay","text","advice"}},
//    "predictions": {NAME: {"unit","every","band","of": {"field","above" or "below" or
//    "horizon"}}}, "relationships": {NAME: MODEL}, "parts": {NAME: MODEL}}
//
// A limit is a number or the name of a parameter; delay and every are seconds, horizon is a
// duration as text ("86400s").

#ifndef PUSH_MODEL_JSON_H
#define PUSH_MODEL_JSON_H

#include <stdint.h>

struct buffer;
struct model;

void model_json_write(const struct model *model, uint64_t version, struct buffer *out);

#endif
