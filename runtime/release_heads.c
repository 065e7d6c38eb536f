// What the store will say of the versions that a load touches, before it is written.

#include "base/loop.h"
#include "release.h"
#include "reload.h"
#include "turn/engine.h"

void release_prepare_heads(struct load *load) {
    struct reload *reload = load->reload;
    const struct order *order = load->order;
    const struct version_head *known = versions_find(&reload->versions, load->version);
    struct version_head head = {.version = load->version, .state = VERSION_STORED};
    int64_t now = loop_now(reload->loop);
    if (known) head = *known;
    if (!known) head.at = now;
    const char *author = order ? order->author : load->source == SOURCE_DISK ? "disk" : "";
    if (author && *author && !load->is_rollback) head.author = (char *)author;
    if (order && order->reason && *order->reason && !load->is_rollback) head.reason = order->reason;
    bool is_promoted = !order || !order->is_stored_only;
    if (is_promoted) {
        head.state = VERSION_PROMOTED;
        head.promoted_at = now;
        if (!load->is_rollback) head.before = load->serving;
    }
    versions_put(&load->heads, &head);
    if (!is_promoted) return;
    load->heads.promoted = load->version;
    const struct version_head *old = versions_find(&reload->versions, load->serving);
    if (!old) return;
    const struct tally *tally = engine_tally(reload->engine);
    head = *old;
    head.state = load->is_rollback ? VERSION_ROLLED_BACK : VERSION_STORED;
    head.turns += tally->turns;
    head.failures += tally->failures;
    if (tally->failures > 0) head.why = (char *)tally->first;
    if (load->why) head.why = load->why;
    versions_put(&load->heads, &head);
}
