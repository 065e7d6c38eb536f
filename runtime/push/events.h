// Events: what a person would want to hear of, one after the other, for whoever reads
// GET /api/v1/events. Alarms, commands, what is desired, life cycle, failures, amendments and
// versions; no samples, for those there are subscriptions.
//
// The newest are kept in one ring for all readers, so a slow one costs its place in it and no more:
// where the ring has gone over it, or it comes back to another process, it is told of a gap:
// {"before": what happened before this revision may be missing}. An event is told once its revision
// is on disk, and its id is that revision: who comes back with it goes on from there.

#ifndef PUSH_EVENTS_H
#define PUSH_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct change;
struct err;
struct events;
struct service;
struct stream;
struct twin;
struct version_news;

struct events *events_new(struct service *service);
void events_free(struct events *events); // its readers have left

void events_on_change(struct events *events, const struct twin *twin, const struct change *changes,
                      int count);
void events_on_version(struct events *events, const struct version_news *news);
void events_on_durable(struct events *events); // more may be told

struct events_wish {
    uint64_t since;          // the rev of the last one that it has; 0 = only what comes
    const char *twin, *kind; // globs of what it wants, NULL = all
};
// NULL: too many read already.
struct stream *events_read(struct events *events, const struct events_wish *wish, struct err *err);

#endif
