// Numbers are counted from the end of the warm-up; rates end when the last message was sent.

#include "sim/report.h"

#include "base/err.h"
#include "base/memory.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const struct quantile {
    const char *name;
    double share;
} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};

static cJSON *report_json(const struct run *run);
static double cpu_seconds(void);
static double seconds_of(const struct tally *tally);

bool report_write(const struct run *run, const char *path, struct err *err) {
    cJSON *json = report_json(run);
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    FILE *file = fopen(path, "w");
    bool is_written = file && fprintf(file, "%s\n", text) > 0;
    if (file && fclose(file) != 0) is_written = false;
    free(text);
    if (is_written) return true;
    return err_set(err, ERR_INVALID, "--report %s cannot be written: %s", path, strerror(errno));
}

void report_print(const struct run *run) {
    const struct tally *tally = &run->tally;
    const struct transport_counts *counts = transport_counts(run->transport);
    double seconds = seconds_of(tally);
    printf("%.1f s: %llu messages sent, %llu answered, %.0f answered a second", seconds,
           (unsigned long long)tally->sent, (unsigned long long)tally->answered,
           (double)tally->answered_in_time / seconds);
    printf(", %.0f records a second\n", (double)tally->records_in_time / seconds);
    printf("answered within");
    for (size_t i = 0; i < ARRAY_LEN(quantiles); i++)
        printf(" %s %.2f ms,", quantiles[i].name,
               (double)tally_quantile(tally, quantiles[i].share) / 1e3);
    printf(" all %.2f ms\n", (double)tally->latency_max / 1e3);
    printf("%llu repeated, %llu given up, %llu late or twice, %llu reset, %llu held back\n",
           (unsigned long long)counts->repeated, (unsigned long long)tally->given_up,
           (unsigned long long)counts->duplicates, (unsigned long long)counts->resets,
           (unsigned long long)tally->held);
    for (int code = 0; code < 256; code++)
        if (tally->codes[code])
            printf("%d.%02d: %llu\n", code >> 5, code & 31, (unsigned long long)tally->codes[code]);
    for (int i = 0; i < TALLY_SAYINGS && tally->sayings[i].code; i++)
        printf("the first %d.%02d said: %s\n", tally->sayings[i].code >> 5,
               tally->sayings[i].code & 31, tally->sayings[i].text);
}

static cJSON *report_json(const struct run *run) {
    const struct tally *tally = &run->tally;
    const struct transport_counts *counts = transport_counts(run->transport);
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"seconds", seconds_of(tally)},
        {"sent", (double)tally->sent},
        {"answered", (double)tally->answered},
        {"accepted", (double)tally->accepted},
        {"partly_refused", (double)tally->partial},
        {"records", (double)tally->records},
        {"answered_per_second", (double)tally->answered_in_time / seconds_of(tally)},
        {"records_per_second", (double)tally->records_in_time / seconds_of(tally)},
        {"repeated", (double)counts->repeated},
        {"given_up", (double)tally->given_up},
        {"duplicates", (double)counts->duplicates},
        {"resets", (double)counts->resets},
        {"malformed", (double)counts->malformed},
        {"unreachable", (double)transport_unreachable(run->transport)},
        {"held", (double)tally->held},
        {"silent", (double)tally->silent},
        {"desired", (double)tally->desired},
        {"cpu_seconds", cpu_seconds()},
    };
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "mode", run->mode->name);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        cJSON_AddNumberToObject(json, numbers[i].name, numbers[i].value);
    cJSON *latency = cJSON_AddObjectToObject(json, "latency_us");
    for (size_t i = 0; i < ARRAY_LEN(quantiles); i++)
        cJSON_AddNumberToObject(latency, quantiles[i].name,
                                (double)tally_quantile(tally, quantiles[i].share));
    cJSON_AddNumberToObject(latency, "max", (double)tally->latency_max);
    cJSON *codes = cJSON_AddObjectToObject(json, "codes");
    for (int code = 0; code < 256; code++) {
        char name[8];
        snprintf(name, sizeof name, "%d.%02d", code >> 5, code & 31);
        if (tally->codes[code]) cJSON_AddNumberToObject(codes, name, (double)tally->codes[code]);
    }
    return json;
}

// Of this process so far, warm-up and all.
static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// Of counting; never 0, so that rates of an empty run are 0 and not NaN.
static double seconds_of(const struct tally *tally) {
    double seconds = (double)(tally->ended - tally->started) / 1e6;
    return seconds > 0 ? seconds : 1e-6;
}
