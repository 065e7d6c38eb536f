// Reading the journal: revisions, message keys, layouts, full states. Any thread.

#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct journal;
struct model;
struct region;
struct revision;

// As log_read and its sisters in log.h.
bool history_read(struct journal *journal, uint64_t from_rev,
                  bool (*on_revision)(void *context, const struct revision *revision),
                  void *context, struct err *err);
bool history_read_messages(struct journal *journal,
                           bool (*on_message)(void *context, uint64_t message, int64_t received),
                           void *context, struct err *err);
bool history_read_layouts(struct journal *journal,
                          bool (*on_layout)(void *context, struct model *owned), void *context,
                          struct err *err);
const uint8_t *history_find_state(struct journal *journal, uint32_t twin, uint64_t rev,
                                  struct region *region, size_t *length, struct err *err);
// `next` becomes the rev of the oldest full state of a twin after `rev`; it stays when there is
// none.
bool history_next_state(struct journal *journal, uint32_t twin, uint64_t rev, uint64_t *next,
                        struct err *err);

#endif
