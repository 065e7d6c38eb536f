// A list by rev. New ones are nearly always the newest, so they are placed from its end.

#include "push/durable.h"

#include <stddef.h>

void durable_add(struct durable *durable, struct durable_wait *wait, uint64_t rev,
                 void (*on_durable)(struct durable_wait *wait)) {
    wait->rev = rev;
    wait->on_durable = on_durable;
    if (rev <= durable->rev) {
        on_durable(wait);
        return;
    }
    struct durable_wait *before = durable->last;
    while (before && before->rev > rev)
        before = before->previous;
    wait->previous = before;
    wait->next = before ? before->next : durable->first;
    *(before ? &before->next : &durable->first) = wait;
    *(wait->next ? &wait->next->previous : &durable->last) = wait;
    wait->is_waiting = true;
}

void durable_remove(struct durable *durable, struct durable_wait *wait) {
    if (!wait->is_waiting) return;
    *(wait->previous ? &wait->previous->next : &durable->first) = wait->next;
    *(wait->next ? &wait->next->previous : &durable->last) = wait->previous;
    wait->is_waiting = false;
}

void durable_advance(struct durable *durable, uint64_t rev) {
    durable->rev = rev;
    while (durable->first && durable->first->rev <= rev) {
        struct durable_wait *wait = durable->first;
        durable_remove(durable, wait);
        wait->on_durable(wait);
    }
}
