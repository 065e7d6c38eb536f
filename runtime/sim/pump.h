// A centrifugal pump with a bearing that wears: what it does, not how it is talked to.
//
// Load drifts around its rated share. Wear grows with load and with the square of speed, from 0
// (new) to 1 (failed). Vibration is that of the speed plus that of the wear; the casing relaxes to
// ambient plus what load and wear heat; flow follows speed and power its cube (the affinity laws).
// A failed pump shakes, heats and hardly pumps; after some minutes a crew has put in a new bearing.

#ifndef SIM_PUMP_H
#define SIM_PUMP_H

#include "base/chance.h"

#include <stdint.h>

#define PUMP_RATED_SPEED 1450.0 // 1/min
#define PUMP_RATED_FLOW 420.0   // l/min
#define PUMP_RATED_POWER 4400.0 // W
#define PUMP_MAX_SPEED 3600.0
#define PUMP_FLUSH_S 30.0           // when it is not said for how long
#define PUMP_LIFE_S (180.0 * 86400) // of a bearing at rated load and speed

struct pump {
    struct chance chance;
    double wear_per_s;       // at rated load and speed
    double usual_wear_per_s; // that of the next bearing
    double shake;            // mm/s of a new one, its own
    double speed;            // 1/min, what it runs at
    double set_speed;        // and what it ramps to
    double load;             // 1 is rated
    double wear;
    double failed_s; // for how long it has been failed
    double flush_s;  // cooling jacket flushed for so long from now
    // What its sensors say, with their noise:
    double temperature; // Cel
    double vibration;   // mm/s
    double flow;        // l/min
    double power;       // W
    double casing;      // Cel without noise
};

// In the state that it would have after running for long. `wear_factor` is how much faster than in
// life it wears.
void pump_init(struct pump *pump, uint64_t seed, uint64_t number, double wear_factor);
// As one whose bearing is new but lasts for 150 s: vibration rises steadily from about 2 mm/s and
// passes 7.1 after about 100 s. The bearing that replaces it is an ordinary one.
void pump_spoil(struct pump *pump);
// Flushes its cooling jacket; a warm casing cools for as long.
void pump_flush(struct pump *pump, double seconds);
void pump_step(struct pump *pump, double ambient, double dt_s);

#endif
