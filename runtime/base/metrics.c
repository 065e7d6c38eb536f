// A list of named figures in the order of their creation; export walks it and writes HELP and TYPE
// once a name, so counters of one name must be created one after another or are grouped here at
// export.

#include "base/metrics.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 21 // 16 us << 0 .. 16 us << 20, then +Inf

struct histogram {
    uint64_t counts[BUCKETS + 1];
    uint64_t sum_us;
};

struct metric {
    struct metric *next;
    char *name;
    char *labels;
    char *help;
    enum { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM } kind;
    uint64_t counter;
    double (*read)(void *context);
    void *context;
    struct histogram histogram;
};

struct metrics {
    struct metric *first;
    struct metric **last;
};

static struct metric *metric_add(struct metrics *metrics, const char *name, const char *labels,
                                 const char *help);

struct metrics *metrics_new(void) {
    struct metrics *metrics = xcalloc(1, sizeof *metrics);
    metrics->last = &metrics->first;
    return metrics;
}

void metrics_free(struct metrics *metrics) {
    if (!metrics) return;
    while (metrics->first) {
        struct metric *metric = metrics->first;
        metrics->first = metric->next;
        free(metric->name);
        free(metric->labels);
        free(metric->help);
        free(metric);
    }
    free(metrics);
}

uint64_t *metrics_counter(struct metrics *metrics, const char *name, const char *labels,
                          const char *help) {
    for (struct metric *metric = metrics->first; metric; metric = metric->next)
        if (strcmp(metric->name, name) == 0 && strcmp(metric->labels, labels ? labels : "") == 0)
            return &metric->counter;
    struct metric *metric = metric_add(metrics, name, labels, help);
    metric->kind = METRIC_COUNTER;
    return &metric->counter;
}

void metrics_gauge(struct metrics *metrics, const char *name, const char *help,
                   double (*read)(void *context), void *context) {
    struct metric *metric = metric_add(metrics, name, NULL, help);
    metric->kind = METRIC_GAUGE;
    metric->read = read;
    metric->context = context;
}

struct histogram *metrics_histogram(struct metrics *metrics, const char *name, const char *help) {
    struct metric *metric = metric_add(metrics, name, NULL, help);
    metric->kind = METRIC_HISTOGRAM;
    return &metric->histogram;
}

void histogram_add(struct histogram *histogram, int64_t us) {
    if (us < 0) us = 0;
    int bucket = us <= 16 ? 0 : 64 - __builtin_clzll((uint64_t)(us - 1) >> 4);
    counter_add(&histogram->counts[bucket < BUCKETS ? bucket : BUCKETS], 1);
    counter_add(&histogram->sum_us, (uint64_t)us);
}

static uint64_t load(const uint64_t *counter) {
    return __atomic_load_n(counter, __ATOMIC_RELAXED); // another thread may own it
}

static void write_histogram(const struct metric *metric, struct buffer *out) {
    uint64_t below = 0;
    for (int i = 0; i <= BUCKETS; i++) {
        below += load(&metric->histogram.counts[i]);
        if (i < BUCKETS)
            buffer_printf(out, "%s_bucket{le=\"%g\"} %llu\n", metric->name,
                          16e-6 * (double)(1u << i), (unsigned long long)below);
        else
            buffer_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n", metric->name,
                          (unsigned long long)below);
    }
    buffer_printf(out, "%s_sum %g\n%s_count %llu\n", metric->name,
                  (double)load(&metric->histogram.sum_us) * 1e-6, metric->name,
                  (unsigned long long)below);
}

static void write_one(const struct metric *metric, struct buffer *out) {
    switch (metric->kind) {
    case METRIC_COUNTER:
        if (metric->labels[0])
            buffer_printf(out, "%s{%s} %llu\n", metric->name, metric->labels,
                          (unsigned long long)load(&metric->counter));
        else
            buffer_printf(out, "%s %llu\n", metric->name,
                          (unsigned long long)load(&metric->counter));
        break;
    case METRIC_GAUGE:
        buffer_printf(out, "%s %.17g\n", metric->name, metric->read(metric->context));
        break;
    case METRIC_HISTOGRAM:
        write_histogram(metric, out);
        break;
    }
}

void metrics_write(const struct metrics *metrics, struct buffer *out) {
    static const char *const types[] = {"counter", "gauge", "histogram"};
    for (const struct metric *metric = metrics->first; metric; metric = metric->next) {
        bool is_first = true;
        for (const struct metric *m = metrics->first; m != metric && is_first; m = m->next)
            is_first = strcmp(m->name, metric->name) != 0;
        if (!is_first) continue; // written with the first of its name
        buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                      types[metric->kind]);
        for (const struct metric *m = metric; m; m = m->next)
            if (strcmp(m->name, metric->name) == 0) write_one(m, out);
    }
}

static struct metric *metric_add(struct metrics *metrics, const char *name, const char *labels,
                                 const char *help) {
    struct metric *metric = xcalloc(1, sizeof *metric);
    metric->name = xstrdup(name);
    metric->labels = xstrdup(labels ? labels : "");
    metric->help = xstrdup(help);
    *metrics->last = metric;
    metrics->last = &metric->next;
    return metric;
}
