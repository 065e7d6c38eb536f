// One table of all units, sorted by name: each belongs to a dimension and has the line to the
// dimension's base. Two units of one dimension are compatible.
//
// "%" stands alone on purpose. The registry defines it as the plain ratio (0.5 is half), people
// read it as a percentage (50 is half), so turning it into "/" would be a guess. "/100" is the
// registry's unambiguous percentage. A unit that says what is measured ("%RH", "lat", "VA" against
// "W") is no other's equal although the physics would allow it.

#include "twin/unit.h"

#include "base/memory.h"
#include "twin/name.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define UNIT_NAME_MAX 12 // longer words are not compared

enum dimension {
    ABSORBED_DOSE,
    ACCELERATION,
    ACIDITY,
    ACTIVITY,
    AMOUNT,
    ANGLE,
    ANGULAR_SPEED,
    APPARENT_ENERGY,
    APPARENT_POWER,
    AREA,
    BEATS,
    BEAT_RATE,
    CAPACITANCE,
    CATALYTIC,
    CHARGE,
    CHARGE_LEVEL,
    CONDUCTANCE,
    CONDUCTIVITY,
    COUNT,
    CURRENT,
    DATA,
    DATA_RATE,
    DENSITY,
    DOSE_EQUIVALENT,
    ENERGY,
    ENERGY_PER_LENGTH,
    FLUX_DENSITY,
    FORCE,
    FREQUENCY,
    HUMIDITY,
    ILLUMINANCE,
    INDUCTANCE,
    IRRADIANCE,
    LATITUDE,
    LENGTH,
    LEVEL,
    LIFETIME,
    LONGITUDE,
    LUMINANCE,
    LUMINOUS_FLUX,
    LUMINOUS_INTENSITY,
    MAGNETIC_FLUX,
    MASS,
    MASS_FLOW,
    PERCENT,
    POWER,
    POWER_LEVEL,
    PRESSURE,
    RATIO,
    REACTIVE_ENERGY,
    REACTIVE_POWER,
    RESISTANCE,
    SOLID_ANGLE,
    SOUND_LEVEL,
    SPEED,
    TEMPERATURE,
    TIME,
    TORQUE,
    TURBIDITY,
    VOLTAGE,
    VOLUME,
    VOLUME_FLOW,
};

struct unit { // base = (value * factor + offset) / divisor
    const char *name;
    enum dimension dimension;
    double factor;
    double offset;
    double divisor;
};

// SenML units (RFC 8428 and its registry), secondary units (RFC 8798), and what plants write:
// 1/h MOhm MPa MW MWh MJ GHz Nm atm bar cm2 d deg/s degF ft g/m3 g/s gal gal/min gn hp in kA kB kHz
// kJ kN kOhm kPa kV kbit/s kg/h kg/min kg/s l/h l/min lb m/min m3/h m3/min mAh mOhm mS/cm mT mW
// mbar mg mg/m3 ml mm/s mm/s2 mm2 mmH2O mmHg nm psi rad/s rpm t t/h uA uS/cm um us.
static const struct unit units[] = {
    {"%", PERCENT, 1, 0, 1},
    {"%EL", CHARGE_LEVEL, 1, 0, 1},
    {"%RH", HUMIDITY, 1, 0, 1},
    {"/", RATIO, 1, 0, 1},
    {"/100", RATIO, 1, 0, 100},
    {"/1000", RATIO, 1, 0, 1000},
    {"1/h", FREQUENCY, 1, 0, 3600},
    {"1/min", FREQUENCY, 1, 0, 60},
    {"1/s", FREQUENCY, 1, 0, 1},
    {"A", CURRENT, 1, 0, 1},
    {"Ah", CHARGE, 3600, 0, 1},
    {"B", DATA, 8, 0, 1},
    {"B/s", DATA_RATE, 8, 0, 1},
    {"Bq", ACTIVITY, 1, 0, 1},
    {"Bspl", SOUND_LEVEL, 1, 0, 1},
    {"C", CHARGE, 1, 0, 1},
    {"Cel", TEMPERATURE, 1, 0, 1},
    {"EL", LIFETIME, 1, 0, 1},
    {"F", CAPACITANCE, 1, 0, 1},
    {"GB", DATA, 8000000000, 0, 1},
    {"GHz", FREQUENCY, 1000000000, 0, 1},
    {"Gy", ABSORBED_DOSE, 1, 0, 1},
    {"H", INDUCTANCE, 1, 0, 1},
    {"Hz", FREQUENCY, 1, 0, 1},
    {"J", ENERGY, 1, 0, 1},
    {"J/m", ENERGY_PER_LENGTH, 1, 0, 1},
    {"K", TEMPERATURE, 1, -273.15, 1},
    {"KiB", DATA, 8192, 0, 1},
    {"MB", DATA, 8000000, 0, 1},
    {"MB/s", DATA_RATE, 8000000, 0, 1},
    {"MHz", FREQUENCY, 1000000, 0, 1},
    {"MJ", ENERGY, 1000000, 0, 1},
    {"MOhm", RESISTANCE, 1000000, 0, 1},
    {"MPa", PRESSURE, 1000000, 0, 1},
    {"MW", POWER, 1000000, 0, 1},
    {"MWh", ENERGY, 3600000000, 0, 1},
    {"Mbit/s", DATA_RATE, 1000000, 0, 1},
    {"N", FORCE, 1, 0, 1},
    {"NTU", TURBIDITY, 1, 0, 1},
    {"Nm", TORQUE, 1, 0, 1},
    {"Ohm", RESISTANCE, 1, 0, 1},
    {"Pa", PRESSURE, 1, 0, 1},
    {"S", CONDUCTANCE, 1, 0, 1},
    {"S/m", CONDUCTIVITY, 1, 0, 1},
    {"Sv", DOSE_EQUIVALENT, 1, 0, 1},
    {"T", FLUX_DENSITY, 1, 0, 1},
    {"V", VOLTAGE, 1, 0, 1},
    {"VA", APPARENT_POWER, 1, 0, 1},
    {"VAh", APPARENT_ENERGY, 3600, 0, 1},
    {"VAs", APPARENT_ENERGY, 1, 0, 1},
    {"W", POWER, 1, 0, 1},
    {"W/m2", IRRADIANCE, 1, 0, 1},
    {"Wb", MAGNETIC_FLUX, 1, 0, 1},
    {"Wh", ENERGY, 3600, 0, 1},
    {"Wh/km", ENERGY_PER_LENGTH, 36, 0, 10},
    {"atm", PRESSURE, 101325, 0, 1},
    {"bar", PRESSURE, 100000, 0, 1},
    {"beat/min", BEAT_RATE, 1, 0, 1},
    {"beats", BEATS, 1, 0, 1},
    {"bit", DATA, 1, 0, 1},
    {"bit/s", DATA_RATE, 1, 0, 1},
    {"cd", LUMINOUS_INTENSITY, 1, 0, 1},
    {"cd/m2", LUMINANCE, 1, 0, 1},
    {"cm", LENGTH, 1, 0, 100},
    {"cm2", AREA, 1, 0, 10000},
    {"count", COUNT, 1, 0, 1},
    {"d", TIME, 86400, 0, 1},
    {"dB", LEVEL, 1, 0, 1},
    {"dBW", POWER_LEVEL, 1, 0, 1},
    {"dBm", POWER_LEVEL, 1, -30, 1},
    {"deg", ANGLE, M_PI, 0, 180},
    {"deg/s", ANGULAR_SPEED, M_PI, 0, 180},
    {"degF", TEMPERATURE, 5, -160, 9},
    {"ft", LENGTH, 3048, 0, 10000},
    {"g", MASS, 1, 0, 1000},
    {"g/l", DENSITY, 1, 0, 1},
    {"g/m3", DENSITY, 1, 0, 1000},
    {"g/s", MASS_FLOW, 1, 0, 1000},
    {"gal", VOLUME, 3785411784, 0, 1000000000000},
    {"gal/min", VOLUME_FLOW, 3785411784, 0, 60000000000000},
    {"gn", ACCELERATION, 9.80665, 0, 1},
    {"h", TIME, 3600, 0, 1},
    {"hPa", PRESSURE, 100, 0, 1},
    {"hp", POWER, 745.6998715822702, 0, 1},
    {"in", LENGTH, 254, 0, 10000},
    {"kA", CURRENT, 1000, 0, 1},
    {"kB", DATA, 8000, 0, 1},
    {"kHz", FREQUENCY, 1000, 0, 1},
    {"kJ", ENERGY, 1000, 0, 1},
    {"kN", FORCE, 1000, 0, 1},
    {"kOhm", RESISTANCE, 1000, 0, 1},
    {"kPa", PRESSURE, 1000, 0, 1},
    {"kV", VOLTAGE, 1000, 0, 1},
    {"kVA", APPARENT_POWER, 1000, 0, 1},
    {"kVAh", APPARENT_ENERGY, 3600000, 0, 1},
    {"kW", POWER, 1000, 0, 1},
    {"kWh", ENERGY, 3600000, 0, 1},
    {"kat", CATALYTIC, 1, 0, 1},
    {"kbit/s", DATA_RATE, 1000, 0, 1},
    {"kg", MASS, 1, 0, 1},
    {"kg/h", MASS_FLOW, 1, 0, 3600},
    {"kg/m3", DENSITY, 1, 0, 1},
    {"kg/min", MASS_FLOW, 1, 0, 60},
    {"kg/s", MASS_FLOW, 1, 0, 1},
    {"km", LENGTH, 1000, 0, 1},
    {"km/h", SPEED, 10, 0, 36},
    {"kvar", REACTIVE_POWER, 1000, 0, 1},
    {"kvarh", REACTIVE_ENERGY, 3600000, 0, 1},
    {"l", VOLUME, 1, 0, 1000},
    {"l/h", VOLUME_FLOW, 1, 0, 3600000},
    {"l/min", VOLUME_FLOW, 1, 0, 60000},
    {"l/s", VOLUME_FLOW, 1, 0, 1000},
    {"lat", LATITUDE, 1, 0, 1},
    {"lb", MASS, 45359237, 0, 100000000},
    {"lm", LUMINOUS_FLUX, 1, 0, 1},
    {"lon", LONGITUDE, 1, 0, 1},
    {"lx", ILLUMINANCE, 1, 0, 1},
    {"m", LENGTH, 1, 0, 1},
    {"m/h", SPEED, 1, 0, 3600},
    {"m/min", SPEED, 1, 0, 60},
    {"m/s", SPEED, 1, 0, 1},
    {"m/s2", ACCELERATION, 1, 0, 1},
    {"m2", AREA, 1, 0, 1},
    {"m3", VOLUME, 1, 0, 1},
    {"m3/h", VOLUME_FLOW, 1, 0, 3600},
    {"m3/min", VOLUME_FLOW, 1, 0, 60},
    {"m3/s", VOLUME_FLOW, 1, 0, 1},
    {"mA", CURRENT, 1, 0, 1000},
    {"mAh", CHARGE, 36, 0, 10},
    {"mOhm", RESISTANCE, 1, 0, 1000},
    {"mS/cm", CONDUCTIVITY, 1, 0, 10},
    {"mT", FLUX_DENSITY, 1, 0, 1000},
    {"mV", VOLTAGE, 1, 0, 1000},
    {"mW", POWER, 1, 0, 1000},
    {"mbar", PRESSURE, 100, 0, 1},
    {"mg", MASS, 1, 0, 1000000},
    {"mg/l", DENSITY, 1, 0, 1000},
    {"mg/m3", DENSITY, 1, 0, 1000000},
    {"min", TIME, 60, 0, 1},
    {"ml", VOLUME, 1, 0, 1000000},
    {"mm", LENGTH, 1, 0, 1000},
    {"mm/h", SPEED, 1, 0, 3600000},
    {"mm/s", SPEED, 1, 0, 1000},
    {"mm/s2", ACCELERATION, 1, 0, 1000},
    {"mm2", AREA, 1, 0, 1000000},
    {"mmH2O", PRESSURE, 9.80665, 0, 1},
    {"mmHg", PRESSURE, 133.322387415, 0, 1},
    {"mol", AMOUNT, 1, 0, 1},
    {"ms", TIME, 1, 0, 1000},
    {"nm", LENGTH, 1, 0, 1000000000},
    {"pH", ACIDITY, 1, 0, 1},
    {"ppb", RATIO, 1, 0, 1000000000},
    {"ppm", RATIO, 1, 0, 1000000},
    {"ppt", RATIO, 1, 0, 1000000000000},
    {"psi", PRESSURE, 6894.757293168361, 0, 1},
    {"rad", ANGLE, 1, 0, 1},
    {"rad/s", ANGULAR_SPEED, 1, 0, 1},
    {"rpm", FREQUENCY, 1, 0, 60},
    {"s", TIME, 1, 0, 1},
    {"sr", SOLID_ANGLE, 1, 0, 1},
    {"t", MASS, 1000, 0, 1},
    {"t/h", MASS_FLOW, 1000, 0, 3600},
    {"uA", CURRENT, 1, 0, 1000000},
    {"uS/cm", CONDUCTIVITY, 1, 0, 10000},
    {"ug/l", DENSITY, 1, 0, 1000000},
    {"ug/m3", DENSITY, 1, 0, 1000000000},
    {"um", LENGTH, 1, 0, 1000000},
    {"us", TIME, 1, 0, 1000000},
    {"var", REACTIVE_POWER, 1, 0, 1},
    {"varh", REACTIVE_ENERGY, 3600, 0, 1},
    {"vars", REACTIVE_ENERGY, 1, 0, 1},
};

struct alias { // words that are no unit, and the unit that is meant
    const char *word;
    const char *unit;
};
static const struct alias aliases[] = {
    {"\xc2\xb0"
     "C",
     "Cel"},
    {"degC", "Cel"},
    {"celsius", "Cel"},
    {"\xc2\xb0"
     "F",
     "degF"},
    {"kelvin", "K"},
    {"percent", "%"},
    {"pct", "%"},
    {"r/min", "1/min"},
    {"RPM", "rpm"},
    {"mps", "m/s"},
    {"kph", "km/h"},
    {"kmh", "km/h"},
    {"sec", "s"},
    {"hour", "h"},
    {"hr", "h"},
    {"day", "d"},
    {"volt", "V"},
    {"ampere", "A"},
    {"amp", "A"},
    {"watt", "W"},
    {"ohm", "Ohm"},
    {"\xce\xa9", "Ohm"},
    {"litre", "l"},
    {"liter", "l"},
    {"lpm", "l/min"},
    {"LPM", "l/min"},
    {"gpm", "gal/min"},
    {"lux", "lx"},
    {"ratio", "/"},
    {"g0", "gn"},
    {"kgs", "kg"},
    {"ton", "t"},
    {"m^3", "m3"},
    {"m\xc2\xb3", "m3"},
    {"m^2", "m2"},
    {"m\xc2\xb2", "m2"},
};

static const struct unit *unit_find(const char *name, size_t length);
static double common_divisor(double a, double b);

bool unit_is_known(const char *unit, size_t length) {
    return unit_find(unit, length) != NULL;
}

bool unit_convert(const char *from, size_t from_length, const char *to,
                  struct unit_conversion *conversion) {
    size_t to_length = strlen(to);
    *conversion = (struct unit_conversion){.factor = 1, .divisor = 1};
    if (from_length == to_length && memcmp(from, to, to_length) == 0) return true;
    const struct unit *a = unit_find(from, from_length);
    const struct unit *b = a ? unit_find(to, to_length) : NULL;
    if (!b || a->dimension != b->dimension) return false;
    double factor = a->factor * b->divisor;
    double offset = a->offset * b->divisor - b->offset * a->divisor;
    double divisor = a->divisor * b->factor;
    double common = common_divisor(factor, divisor);
    *conversion = (struct unit_conversion){factor / common, offset / common, divisor / common};
    return true;
}

// A word that differs in case only, a known wrong name, or the nearest that shares at least one
// letter; short words have too many neighbours for anything less.
const char *unit_suggest(const char *unit, size_t length) {
    if (length == 0 || length > UNIT_NAME_MAX) return NULL;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strlen(units[i].name) == length && strncasecmp(units[i].name, unit, length) == 0)
            return units[i].name;
    for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
        if (strlen(aliases[i].word) == length && strncasecmp(aliases[i].word, unit, length) == 0)
            return aliases[i].unit;
    struct suggestion suggestion = {.wanted = unit, .length = length};
    if (length >= 3)
        for (size_t i = 0; i < ARRAY_LEN(units); i++)
            if (strlen(units[i].name) >= 3) suggestion_try(&suggestion, units[i].name);
    return suggestion.best;
}

static const struct unit *unit_find(const char *name, size_t length) {
    size_t low = 0, high = ARRAY_LEN(units);
    while (low < high) {
        size_t middle = (low + high) / 2;
        size_t other = strlen(units[middle].name);
        int order = memcmp(name, units[middle].name, length < other ? length : other);
        if (order == 0 && length == other) return &units[middle];
        if (order > 0 || (order == 0 && length > other))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

// So that whole ratios stay whole and 9 mm become exactly 0.009 m. 1 when either is not an integer.
static double common_divisor(double a, double b) {
    if (a != floor(a) || b != floor(b) || a > 0x1p53 || b > 0x1p53) return 1;
    while (b > 0) {
        double rest = fmod(a, b);
        a = b;
        b = rest;
    }
    return a;
}
