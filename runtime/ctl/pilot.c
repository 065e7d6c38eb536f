#include "ctl/pilot.h"

#include "base/err.h"
#include "ctl/client.h"
#include "ctl/optimise.h"
#include "ctl/promise.h"
#include "ctl/session.h"
#include "script/duration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MISSES_MOST 2 // promises in a row that did not come

// The step that a name may take at once, INFINITY when none is given.
static double rate_of(const struct pilot *pilot, const char *name) {
    size_t length = strlen(name);
    for (int i = 0; i < pilot->rates.count; i++) {
        const char *text = pilot->rates.list[i];
        if (strncmp(text, name, length) == 0 && text[length] == '=')
            return strtod(text + length + 1, NULL);
    }
    return INFINITY;
}

bool pilot_check(const struct pilot *pilot, struct err *err) {
    int64_t us;
    char *end = "";
    if (!duration_parse(pilot->every, &us))
        return err_set(err, ERR_INVALID, "--every wants " DURATION_FORM ", not '%.40s'",
                       pilot->every);
    if (pilot->rounds && (strtol(pilot->rounds, &end, 10) < 1 || *end))
        return err_set(err, ERR_INVALID, "--rounds wants a number, not '%.40s'", pilot->rounds);
    for (int i = 0; i < pilot->rates.count; i++) {
        const char *equals = strchr(pilot->rates.list[i], '=');
        if (!equals || !(strtod(equals + 1, &end) > 0) || *end)
            return err_set(err, ERR_INVALID, "--rate wants NAME=STEP, not '%.64s'",
                           pilot->rates.list[i]);
    }
    return true;
}

// Narrows what may be varied to what may be done at once. False when nothing goes too far.
static bool narrow(const struct pilot *pilot, const cJSON *answer, cJSON *body) {
    const cJSON *set;
    bool is_narrowed = false;
    cJSON_ArrayForEach(set, member(answer, "set", NULL)) {
        const char *name = member(set, "name", NULL)->valuestring;
        double before = promise_number(set, "before"), step = rate_of(pilot, name);
        if (!(fabs(promise_number(set, "value") - before) > step)) continue;
        cJSON *range =
            cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(body, "vary"), name);
        double low = range->child->valuedouble, high = range->child->next->valuedouble;
        double from = fmin(fmax(before - step, low), high);
        double to = fmin(fmax(before + step, low), high);
        if (!(from < to)) continue; // it stands farther outside than a step
        cJSON_SetNumberValue(range->child, from);
        cJSON_SetNumberValue(range->child->next, to);
        is_narrowed = true;
    }
    return is_narrowed;
}

static bool search(const struct pilot *pilot, struct client *client, const char *twin,
                   const cJSON *wanted, cJSON **body, struct answer *answer, struct err *err) {
    *body = cJSON_Duplicate(wanted, true);
    if (!client_ask_twin(client, "POST", twin, "/optimise", *body, 0, answer, err)) return false;
    if (!narrow(pilot, answer->body, *body)) return true;
    answer_fini(answer);
    return client_ask_twin(client, "POST", twin, "/optimise", *body, 0, answer, err);
}

// What stands is what it has set itself.
static bool check_own(const cJSON *before, const cJSON *now, struct err *err) {
    const cJSON *set;
    int place = 0;
    cJSON_ArrayForEach(set, now) {
        const cJSON *own = cJSON_GetArrayItem(before, place++);
        double stands = promise_number(set, "before"), wanted = promise_number(own, "value");
        if (!own || fabs(stands - wanted) <= 1e-9 * fabs(wanted)) continue;
        return err_set(err, ERR_PRECONDITION, "%s is %.6g and not the %.6g that it had set",
                       member(set, "name", NULL)->valuestring, stands, wanted);
    }
    return true;
}

// Searches, decides and says why. False when it is to stop. `own` is what it has set last, NULL at
// first.
static bool decide(const struct pilot *pilot, const struct session *session, struct client *client,
                   const char *twin, const cJSON *wanted, cJSON **own, bool *is_accepted,
                   struct err *err) {
    struct answer answer = {0};
    cJSON *body = NULL;
    bool is_good = search(pilot, client, twin, wanted, &body, &answer, err) &&
                   check_own(*own, member(answer.body, "set", NULL), err);
    if (is_good) {
        double low = promise_number(member(answer.body, "cost", NULL), "gain_low");
        *is_accepted = low > 0;
        optimise_write(session, answer.body);
        fputs(*is_accepted ? "accepted: it surely gains\n" : "left: it does not surely gain\n",
              stderr);
        is_good = !*is_accepted || promise_accept(client, twin, body, answer.body, err);
    }
    if (is_good && *is_accepted) {
        cJSON_Delete(*own);
        *own = cJSON_Duplicate(member(answer.body, "set", NULL), true);
    }
    answer_fini(&answer);
    cJSON_Delete(body);
    return is_good;
}

static int stop(const struct err *err) {
    if (err->code == ERR_PRECONDITION)
        return session_failed(err, "it stops, for somebody desires otherwise; start it again when "
                                   "that is to be changed by itself");
    return session_unanswered(&optimise_verb, true, err);
}

int pilot_run(const struct pilot *pilot, const struct session *session, struct client *client,
              const char *twin, const cJSON *body) {
    int64_t every = 0, horizon = 0;
    int misses = 0, code = EXIT_GOOD;
    long rounds = pilot->rounds ? strtol(pilot->rounds, NULL, 10) : -1;
    cJSON *own = NULL;
    duration_parse(pilot->every, &every);
    duration_parse(member(body, "horizon", NULL)->valuestring, &horizon);
    unsigned pause = (unsigned)ceil((double)(every > horizon ? every : horizon) / 1e6) + 1;
    for (; rounds != 0 && code == EXIT_GOOD; rounds -= rounds > 0) {
        struct err err;
        bool is_accepted = false, is_kept = false;
        if (!decide(pilot, session, client, twin, body, &own, &is_accepted, &err)) {
            code = stop(&err);
            break;
        }
        sleep(pause);
        if (!is_accepted) continue;
        code = promise_result(session, client, twin, &is_kept);
        misses = is_kept ? 0 : misses + 1;
        if (code != EXIT_GOOD || misses < MISSES_MOST) continue;
        err_set(&err, ERR_CONFLICT, "%d promises in a row did not come, so it decides no more",
                misses);
        code = session_failed(&err, "calibrate the model: twinctl calibrate --help");
    }
    cJSON_Delete(own);
    return code;
}
