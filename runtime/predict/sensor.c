// The running median is taken over few values, so sorting them anew costs less than keeping order.

#include "predict/sensor.h"

#include <math.h>
#include <string.h>

size_t sensor_size(const struct sensor_spec *spec) {
    return sizeof(struct sensor) + (size_t)spec->window * sizeof(double);
}

int sensor_is_sound(const struct sensor *sensor, const struct sensor_spec *spec) {
    uint32_t window = (uint32_t)spec->window;
    return sensor->count <= window && (window ? sensor->head < window : sensor->head == 0);
}

static double median(const struct sensor *sensor) {
    double sorted[SENSOR_WINDOW_MAX];
    uint32_t count = sensor->count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = i;
        for (; place > 0 && sorted[place - 1] > sensor->recent[i]; place--)
            sorted[place] = sorted[place - 1];
        sorted[place] = sensor->recent[i];
    }
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

enum sensor_verdict sensor_judge(const struct sensor *sensor, const struct sensor_spec *spec,
                                 double value, int64_t at) {
    if (spec->window > 0 && sensor->count >= (uint32_t)spec->window / 2 + 1 &&
        fabs(value - median(sensor)) > spec->spike)
        return SENSOR_SPIKE;
    if (sensor->at == 0) return SENSOR_GOOD;
    double seconds = (double)(at - sensor->at) / 1e6;
    if (spec->max_rate > 0 && seconds > 0 && fabs(value - sensor->last) > spec->max_rate * seconds)
        return SENSOR_FAST;
    if (spec->stuck_us > 0 && value == sensor->last && at - sensor->same_since >= spec->stuck_us)
        return SENSOR_STUCK;
    return SENSOR_GOOD;
}

void sensor_add(struct sensor *sensor, const struct sensor_spec *spec, double value, int64_t at,
                int64_t received, int is_believed) {
    if (spec->window > 0) {
        sensor->recent[sensor->head] = value;
        sensor->head = (sensor->head + 1) % (uint32_t)spec->window;
        if (sensor->count < (uint32_t)spec->window) sensor->count++;
    }
    if (is_believed) {
        if (sensor->at == 0 || value != sensor->last) sensor->same_since = at;
        sensor->last = value;
        sensor->at = at;
    }
    sensor->heard = received;
}

void sensor_rescale(struct sensor *sensor, double gain, double offset) {
    sensor->last = sensor->last * gain + offset;
    for (uint32_t i = 0; i < sensor->count; i++)
        sensor->recent[i] = sensor->recent[i] * gain + offset;
}
