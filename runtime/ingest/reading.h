// What devices and others ask for: a twin's values, one value, and what it is wished to be.

#ifndef INGEST_READING_H
#define INGEST_READING_H

#include "ingest/slice.h"

#include <stdbool.h>

struct answer;
struct change;
struct model;
struct request;
struct resources;

// GET /t/{twin}: telemetry, reported and derived values as SenML.
void reading_twin(struct resources *resources, const struct request *request,
                  struct answer *answer);
// GET /t/{twin}/{field}: text/plain, or SenML by Accept.
void reading_field(struct resources *resources, const struct request *request,
                   struct answer *answer);
// GET /t/{twin}/desired: desired properties that differ from reported, and open commands, as SenML;
// [] is all done.
void reading_desired(struct resources *resources, const struct request *request,
                     struct answer *answer);

// Whether a change can alter what /t/{twin}, or /t/{twin}/{leaf} unless `leaf` is empty, reads.
bool reading_is_touched(const struct model *model, struct slice leaf, const struct change *change);

#endif
