// The rate to compare with is that of the present version since the canary is out, for both see the
// same weather; the arithmetic is the probation's.

#include "canary_watch.h"

#include "base/err.h"
#include "base/logger.h"
#include "probation.h"
#include "push/push.h"
#include "release.h"
#include "reload.h"
#include "turn/engine.h"

#include <stdio.h>

static unsigned digits(uint64_t version) {
    return (unsigned)(version >> 32);
}

bool canary_is_out(const struct reload *reload) {
    return reload->world->canary.version != 0;
}

bool canary_may_begin(const struct load *load, struct err *err) {
    const struct world *world = load->reload->world;
    if (canary_is_out(load->reload))
        return err_set(err, ERR_PRECONDITION,
                       "canary %08x is out on %u %% of the twins, and there is one at a time: "
                       "promote it, or withdraw it with a rollback",
                       digits(world->canary.version), world->canary.share);
    if (load->version == load->serving)
        return err_set(err, ERR_PRECONDITION, "version %08x serves all twins already",
                       digits(load->version));
    return true;
}

void canary_begin(struct load *load) {
    struct reload *reload = load->reload;
    const struct tally *present = engine_tally(reload->engine);
    uint32_t share = (uint32_t)load->order->canary;
    reload->trial_turns = present->turns;
    reload->trial_failures = present->failures;
    reload_try(reload, load->script, &load->files, share);
    load->script = NULL;
    logger_line(reload->logger, LOG_LEVEL_INFO, "canary_out", "version=%08x beside=%08x share=%u",
                digits(load->version), digits(load->serving), share);
}

// As the list has it from now on. The reason is told until the next restart.
static void note(struct reload *reload, uint64_t version, const char *why) {
    const struct version_head *known = versions_find(&reload->versions, version);
    if (!known || !*why) return;
    struct version_head head = *known;
    const struct tally *tally = engine_canary_tally(reload->engine);
    head.state = VERSION_ROLLED_BACK;
    head.turns += tally->turns;
    head.failures += tally->failures;
    head.why = (char *)why;
    versions_put(&reload->versions, &head);
}

void canary_withdraw(struct reload *reload, const char *why) {
    uint64_t version = reload->world->canary.version;
    const struct tally *tally = engine_canary_tally(reload->engine);
    char text[500];
    snprintf(text, sizeof text, "canary %08x: %s", digits(version), why);
    logger_line(reload->logger, *why ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "canary_withdrawn",
                "version=%08x turns=%llu failures=%llu why=\"%s\"", digits(version),
                (unsigned long long)tally->turns, (unsigned long long)tally->failures, why);
    note(reload, version, why);
    engine_withdraw(reload->engine);
    struct version_news news = {.version = reload->world->version,
                                .state = "rolled_back",
                                .author = "",
                                .reason = "",
                                .why = text,
                                .file = "",
                                .text = "",
                                .at = loop_now(reload->loop)};
    if (reload->push && *why) push_on_version(reload->push, &news);
}

void canary_look(struct reload *reload) {
    if (!canary_is_out(reload)) return;
    const struct tally *present = engine_tally(reload->engine);
    const struct tally *canary = engine_canary_tally(reload->engine);
    uint64_t turns = present->turns - reload->trial_turns;
    uint64_t failures = present->failures - reload->trial_failures;
    struct probation probation = {.before = turns ? (double)failures / (double)turns : 0,
                                  .until = 1};
    if (!probation_has_failed(&probation, canary->turns, canary->failures)) return;
    char first[sizeof canary->first];
    snprintf(first, sizeof first, "%s", canary->first);
    canary_withdraw(reload, first);
    reload_follow(reload, 0);
}
