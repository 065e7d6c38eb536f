// The queue is drained before the next external input, so this list is as long as one cascade and
// what is looked for stands in front.

#include "store/pending.h"

#include <stdbool.h>
#include <stdlib.h>

static void take_out(struct pending *pending, struct pending_event **place) {
    struct pending_event *event = *place;
    *place = event->next;
    if (!event->next) pending->last = place;
    region_fini(&event->texts);
    free(event);
}

void pending_fini(struct pending *pending) {
    while (pending->first)
        take_out(pending, &pending->first);
}

void pending_add(struct pending *pending, uint64_t rev, uint16_t index, uint32_t from_twin,
                 const struct change *event) {
    struct pending_event *kept = xcalloc(1, sizeof *kept);
    *kept =
        (struct pending_event){.rev = rev, .index = index, .from_twin = from_twin, .event = *event};
    for (uint32_t i = 0; i < event->event.argument_count; i++) {
        struct value value = event->event.arguments[i];
        if (value_has_bytes(value.type))
            value.text = region_copy(&kept->texts, value.text, value.length);
        kept->arguments[i] = value;
    }
    kept->event.event.arguments = kept->arguments;
    if (!pending->first) pending->last = &pending->first;
    *pending->last = kept;
    pending->last = &kept->next;
}

void pending_consume(struct pending *pending, uint64_t rev, uint16_t index) {
    for (struct pending_event **place = &pending->first; *place; place = &(*place)->next) {
        if ((*place)->rev != rev || (*place)->index != index) continue;
        take_out(pending, place);
        return;
    }
}

void pending_drop_target(struct pending *pending, uint32_t twin) {
    for (struct pending_event **place = &pending->first; *place;) {
        if ((*place)->event.other == twin)
            take_out(pending, place);
        else
            place = &(*place)->next;
    }
}
