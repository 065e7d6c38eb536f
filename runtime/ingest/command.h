// Commands on their way to the device, and what it says of them.
//
// A device is told by GET or Observe of /t/{twin}/desired: behind the properties, for each command
// that has not ended a record "commands/ID/NAME" that is true, and one "commands/ID/NAME/ARGUMENT"
// for each argument that was given. It says how that went by POST /t/{twin}/commands/{id}.

#ifndef INGEST_COMMAND_H
#define INGEST_COMMAND_H

#include <stdint.h>

struct answer;
struct door;
struct peer;
struct request;
struct resources;
struct senml_write;
struct twin;

int command_record_count(const struct twin *twin);
void command_write_records(const struct twin *twin, struct senml_write *write);

// The newest one that has not ended, 0 when there is none; `rev` grows to what set their states.
uint32_t command_newest_open(const struct twin *twin, uint64_t *rev);

// A device was told of every open one up to `newest`: those that were queued are sent.
void command_told(const struct door *door, uint32_t twin, uint32_t newest, const struct peer *peer);

// POST /t/{twin}/commands/{id}: an empty body or a text is "done", with the text as result; a JSON
// object or a CBOR map has `state` ("done" or "failed") and `result` (a text or a number).
void command_take_result(struct resources *resources, const struct request *request,
                         struct answer *answer);

#endif
