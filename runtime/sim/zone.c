// One volume, well mixed. Each of its states has a linear balance, solved exactly over a step.

#include "sim/zone.h"

#include <math.h>

#define VOLUME 200.0        // m3
#define HEAT_CAPACITY 1.2e6 // J/K of air and furniture
#define LOSS 120.0          // W/K through walls
#define AIR_HEAT 1206.0     // J/(m3 K)
#define PERSON_HEAT 100.0   // W
#define PERSON_WATER 0.014  // g/s
#define GAIN 2500.0         // W/K of the controller
#define PEOPLE_MAX 12
#define MEETING_S 1200.0
#define DEAD_FAN 0.05

static double relax(double value, double target, double rate_per_s, double dt_s);
static void sense(struct zone *zone);

void zone_init(struct zone *zone, uint64_t seed, uint64_t number) {
    *zone = (struct zone){
        .setpoint = 21, .damper = 30, .fan = 1, .warmth = 20.5, .carbon = 600, .water = 8};
    chance_init(&zone->chance, seed, number);
    zone->outdoor = 5 + 8 * chance_uniform(&zone->chance);
    zone->meeting_s = MEETING_S * chance_uniform(&zone->chance);
    zone->people = (int)(chance_next(&zone->chance) % (PEOPLE_MAX + 1));
    sense(zone);
}

void zone_step(struct zone *zone, double dt_s) {
    zone->meeting_s -= dt_s;
    if (zone->meeting_s <= 0) {
        zone->people = (int)(chance_next(&zone->chance) % (PEOPLE_MAX + 1));
        zone->meeting_s = MEETING_S * (0.5 + chance_uniform(&zone->chance));
    }
    double air = zone_air(zone);
    double loss = LOSS + AIR_HEAT * air;
    zone->power =
        fmin(fmax(GAIN * (zone->setpoint - zone->warmth), -ZONE_POWER_MAX), ZONE_POWER_MAX);
    double warm = zone->outdoor + (zone->power + PERSON_HEAT * zone->people) / loss;
    zone->warmth = relax(zone->warmth, warm, loss / HEAT_CAPACITY, dt_s);
    double carbon = ZONE_OUTDOOR_CO2 + 1e6 * ZONE_BREATH * zone->people / air;
    zone->carbon = relax(zone->carbon, carbon, air / VOLUME, dt_s);
    double water = ZONE_OUTDOOR_WATER + PERSON_WATER * zone->people / air;
    zone->water = relax(zone->water, water, air / VOLUME, dt_s);
    sense(zone);
}

void zone_spoil(struct zone *zone) {
    zone->fan = DEAD_FAN;
    zone->people = PEOPLE_MAX;
    zone->meeting_s = MEETING_S;
    zone->carbon = 1020;
}

double zone_air(const struct zone *zone) {
    double open = fmin(fmax(zone->damper, 0), 100) / 100;
    return ZONE_LEAK + (ZONE_FRESH_AIR - ZONE_LEAK) * open * zone->fan;
}

static double relax(double value, double target, double rate_per_s, double dt_s) {
    return target + (value - target) * exp(-rate_per_s * dt_s);
}

static void sense(struct zone *zone) {
    // Magnus (WMO-No. 8, 2008, annex 4.B) and the ideal gas give what air of that warmth can hold.
    double pressure = 611.2 * exp(17.62 * zone->warmth / (243.12 + zone->warmth));
    double most = 1000 * pressure / (461.5 * (zone->warmth + 273.15)); // g/m3
    zone->temperature = zone->warmth + 0.03 * chance_normal(&zone->chance);
    zone->humidity =
        fmin(fmax(100 * zone->water / most + 0.3 * chance_normal(&zone->chance), 0), 100);
    zone->co2 = fmax(zone->carbon + 4 * chance_normal(&zone->chance), 0);
}
