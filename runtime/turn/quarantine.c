// Counting lives in the twin's incident, which change_apply makes, moves and ends.

#include "turn/quarantine.h"

#include "base/memory.h"
#include "script/script.h"
#include "twin/change.h"
#include "twin/twin.h"

#include <string.h>

#define WINDOW_US 60000000       // failures further apart do not add up
#define FAILURES 3               // so many within it and the behaviour rests
#define REST_US 60000000         // the first time
#define LONGEST_REST_DOUBLINGS 6 // 64 minutes

bool quarantine_holds(const struct twin *twin, uint64_t version, int64_t now) {
    const struct incident *incident = twin->incident;
    return incident && incident->until > now && incident->version == version;
}

static uint32_t count_failures(const struct incident *before, uint64_t version, int64_t now) {
    if (!before || before->version != version) return 1;
    bool is_recent = now - before->at < WINDOW_US || before->until > 0; // a rest is no good turn
    return is_recent ? before->failures + 1 : 1;
}

void quarantine_failed(struct changes *changes, uint8_t outcome, uint64_t version, const char *text,
                       bool is_again) {
    uint32_t failures = count_failures(changes->twin->incident, version, changes->now);
    struct change failed = {.kind = CHANGE_FAILED,
                            .state = outcome,
                            .index = is_again,
                            .version = version,
                            .at = changes->now};
    size_t length = strlen(text);
    failed.text.text = region_copy(changes->region, text, length);
    failed.text.length = (uint32_t)length;
    changes_add(changes, &failed);
    // A call that had to be stopped held up every other twin: that is once too often at once.
    uint32_t allowed = outcome == OUTCOME_ERROR ? FAILURES : 1;
    uint32_t doublings = failures > allowed ? failures - allowed : 0;
    if (doublings > LONGEST_REST_DOUBLINGS) doublings = LONGEST_REST_DOUBLINGS;
    changes_add(changes,
                &(struct change){
                    .kind = CHANGE_QUARANTINE,
                    .other = failures,
                    .at = failures < allowed ? 0 : changes->now + ((int64_t)REST_US << doublings)});
}

void quarantine_ran_well(struct changes *changes, uint64_t version, bool is_sure) {
    const struct incident *incident = changes->twin->incident;
    if (!incident) return;
    if (!is_sure && incident->version == version && changes->now - incident->at < WINDOW_US) return;
    changes_add(changes, &(struct change){.kind = CHANGE_QUARANTINE});
}
