// A sensor: what is remembered of one, to judge its next sample before anybody relies on it.
//
// The tests and their verdicts follow QARTOD (IOOS Manual for Real-Time Quality Control, 2020):
// a spike against the running median is bad, a rate of change that is too high is uncertain, and so
// is a value that has stood still too long. Which sensor is silent is for the clock to find out:
// `heard` is when it last spoke. All of it is arithmetic over the samples in their order, so
// recovery, which applies the same samples, ends with the same bytes.

#ifndef PREDICT_SENSOR_H
#define PREDICT_SENSOR_H

#include <stddef.h>
#include <stdint.h>

#define SENSOR_WINDOW_MAX 15 // samples of the running median

struct sensor_spec {  // 0 = not looked at
    double max_rate;  // units a second, either way
    int64_t stuck_us; // so long the very same value is believed
    int64_t stale_us; // so long without a sample
    int window;       // samples of the running median, odd
    double spike;     // largest distance from it
};

struct sensor {
    int64_t heard;      // received time of the newest sample, bad ones too, 0 = never
    int64_t same_since; // sample time since which the value is `last`
    int64_t at;         // sample time of `last`, 0 = there is none
    double last;        // newest value that was no spike
    uint32_t count;     // of `recent`, which is a ring
    uint32_t head;
    double recent[]; // spec.window values, spikes too, so that a true step is believed in the end
};

enum sensor_verdict { SENSOR_GOOD, SENSOR_FAST, SENSOR_STUCK, SENSOR_SPIKE };

size_t sensor_size(const struct sensor_spec *spec); // bytes, a multiple of 8
// Whether bytes that were read from somewhere can be one.
int sensor_is_sound(const struct sensor *sensor, const struct sensor_spec *spec);

// Judges a value at `at` without remembering it.
enum sensor_verdict sensor_judge(const struct sensor *sensor, const struct sensor_spec *spec,
                                 double value, int64_t at);
// Remembers it. `is_believed`: it was no spike. A value that cannot be, out of the range of what is
// measured, is not for here: some of them would make a median that nothing true is near. Of those,
// and of what is no number, only `heard` is noted.
void sensor_add(struct sensor *sensor, const struct sensor_spec *spec, double value, int64_t at,
                int64_t received, int is_believed);
// The values are now said in another way: gain * value + offset.
void sensor_rescale(struct sensor *sensor, double gain, double offset);

#endif
