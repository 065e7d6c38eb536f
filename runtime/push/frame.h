// The messages of a subscription, each built when it can be sent, none kept.
//
//   {"op":"dict","sid":7,"from":N,"fields_from":M,"fields":[...],"twins":[...]}
//       twins (and fields, with fields_from, when there are new ones) that rows will name from now
//       on: the rest of a long dictionary, twins created later, fields of a new version of a model
//   {"op":"gone","sid":7,"twins":[...]}   dictionary indexes of twins that were deleted
//   {"op":"data","sid":7,"full":true,"rows":[...],"rev":N,"done":true}    a part of the snapshot
//   {"op":"data","sid":7,"full":false,"rows":[...],"rev":N}              what changed since
//
// A row is [twin, field, value, time, quality]. `rev` says what the client has everything of once
// it has this message, so it is what `since` of a later `sub` should be (after a snapshot: the rev
// of the part that is done). A value that was cleared is null; in a snapshot what never had a value
// has no row. A location is [lat, lon] or [lat, lon, alt]. An alarm that has no row is 0. A field
// of kind "command" has a row for each command of that name that moved, {"id","state","result"}; in
// a snapshot for each that the twin still knows. After a resume the dictionary is the whole
// selection: a twin that is not in it is gone.

#ifndef PUSH_FRAME_H
#define PUSH_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;
struct subscription;
struct world;

#define FRAME_MAX 65536 // bytes of one message

// Appends the next message of the pass, or returns false when the pass is over: nothing is due
// until something changes. `rows` counts what was written.
bool frame_next(struct subscription *subscription, const struct world *world, struct buffer *out,
                uint64_t *rows);

// Writes as much of the dictionary as fits into `room` bytes, as members of an open object. Called
// for the answer to `sub`; the rest follows by frame_next.
void frame_write_dictionary(struct subscription *subscription, const struct world *world,
                            size_t room, struct buffer *out);

#endif
