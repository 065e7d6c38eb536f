// Units: what is known, what converts into what, and what a misspelt one meant.

#include "base/memory.h"
#include "twin/unit.h"

#include <math.h>
#include <string.h>

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

// The symbols of the SenML units registry and of its secondary units.
static const char *const registry[] = {
    "m",     "kg",  "g",    "s",      "A",     "K",        "cd",    "mol",   "Hz",    "rad",
    "sr",    "N",   "Pa",   "J",      "W",     "C",        "V",     "F",     "Ohm",   "S",
    "Wb",    "T",   "H",    "Cel",    "lm",    "lx",       "Bq",    "Gy",    "Sv",    "kat",
    "m2",    "m3",  "l",    "m/s",    "m/s2",  "m3/s",     "l/s",   "W/m2",  "cd/m2", "bit",
    "bit/s", "lat", "lon",  "pH",     "dB",    "dBW",      "Bspl",  "count", "/",     "%",
    "%RH",   "%EL", "EL",   "1/s",    "1/min", "beat/min", "beats", "S/m",   "B",     "VA",
    "VAs",   "var", "vars", "J/m",    "kg/m3", "deg",      "NTU",   "ms",    "min",   "h",
    "MHz",   "kW",  "kVA",  "kvar",   "Ah",    "Wh",       "kWh",   "varh",  "kvarh", "kVAh",
    "Wh/km", "KiB", "GB",   "Mbit/s", "B/s",   "MB/s",     "mV",    "mA",    "dBm",   "ug/m3",
    "mm/h",  "m/h", "ppm",  "/100",   "/1000", "hPa",      "mm",    "cm",    "km",    "km/h",
    "ppb",   "ppt", "VAh",  "mg/l",   "ug/l",  "g/l",
};

static const char *const plant[] = {
    "1/h",    "MOhm",  "MPa",    "MW",   "MWh", "MJ",    "GHz",   "Nm",    "atm",     "bar",
    "cm2",    "d",     "deg/s",  "degF", "ft",  "g/m3",  "g/s",   "gal",   "gal/min", "gn",
    "hp",     "in",    "kA",     "kB",   "kHz", "kJ",    "kN",    "kOhm",  "kPa",     "kV",
    "kbit/s", "kg/h",  "kg/min", "kg/s", "l/h", "l/min", "lb",    "m/min", "m3/h",    "m3/min",
    "mAh",    "mOhm",  "mS/cm",  "mT",   "mW",  "mbar",  "mg",    "mg/m3", "ml",      "mm/s",
    "mm/s2",  "mm2",   "mmH2O",  "mmHg", "nm",  "psi",   "rad/s", "rpm",   "t",       "t/h",
    "uA",     "uS/cm", "um",     "us",   "MB",
};

static double converted(double value, const char *from, const char *to) {
    struct unit_conversion conversion;
    if (!unit_convert(from, strlen(from), to, &conversion)) return NAN;
    return unit_apply(&conversion, value);
}

static void every_listed_unit_is_known(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(registry); i++)
        if (!unit_is_known(registry[i], strlen(registry[i]))) fail_msg("%s", registry[i]);
    for (size_t i = 0; i < ARRAY_LEN(plant); i++)
        if (!unit_is_known(plant[i], strlen(plant[i]))) fail_msg("%s", plant[i]);
}

static void other_words_are_not_known(void **state) {
    (void)state;
    static const char *const words[] = {"", "x", "Celsius", "pa", "m/s3", "kgg", "m/", "zzzzzzzzz"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (unit_is_known(words[i], strlen(words[i]))) fail_msg("%s", words[i]);
    assert_false(unit_is_known("m\0m", 3)); // a NUL ends no name
    assert_true(unit_is_known("mmm", 2));   // the length does
}

static void conversions_are_exact_where_decimals_allow(void **state) {
    (void)state;
    assert_true(converted(9, "mm", "m") == 0.009);
    assert_true(converted(0.009, "m", "mm") == 9);
    assert_true(converted(36, "km/h", "m/s") == 10);
    assert_true(converted(10, "m/s", "km/h") == 36);
    assert_true(converted(212, "degF", "Cel") == 100);
    assert_true(converted(-40, "Cel", "degF") == -40);
    assert_true(converted(293.15, "K", "Cel") == 293.15 - 273.15);
    assert_true(converted(20, "Cel", "K") == 293.15);
    assert_true(converted(4.7, "bar", "Pa") == 470000);
    assert_true(converted(250, "kPa", "bar") == 2.5);
    assert_true(converted(60, "l/min", "m3/s") == 0.001);
    assert_true(converted(1500, "1/min", "Hz") == 25);
    assert_true(converted(30, "dBm", "dBW") == 0);
    assert_true(converted(1.5, "kWh", "J") == 5400000);
    assert_true(converted(1, "Ah", "C") == 3600);
    assert_true(converted(2, "KiB", "B") == 2048);
    assert_true(converted(50, "/100", "/") == 0.5);
    assert_true(fabs(converted(1, "psi", "Pa") - 6894.757293168361) < 1e-9);
    assert_true(fabs(converted(180, "deg", "rad") - M_PI) < 1e-15);
    assert_true(fabs(converted(760, "mmHg", "atm") - 1) < 1e-6);
}

static void every_unit_converts_into_itself_and_back(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(registry); i++) {
        assert_true(converted(12.5, registry[i], registry[i]) == 12.5);
        for (size_t j = 0; j < ARRAY_LEN(plant); j++) {
            double there = converted(12.5, registry[i], plant[j]);
            if (isnan(there)) continue;
            if (fabs(converted(there, plant[j], registry[i]) - 12.5) > 1e-9)
                fail_msg("%s to %s", registry[i], plant[j]);
        }
    }
}

static void what_measures_something_else_does_not_convert(void **state) {
    (void)state;
    assert_true(isnan(converted(1, "Cel", "Pa")));
    assert_true(isnan(converted(1, "VA", "W")));
    assert_true(isnan(converted(1, "lat", "lon")));
    assert_true(isnan(converted(1, "%", "/"))); // see unit.c: it would be a guess
    assert_true(isnan(converted(1, "%RH", "%")));
    assert_true(isnan(converted(1, "furlong", "m")));
    assert_true(isnan(converted(1, "m", "furlong")));
}

static void the_same_text_is_compatible_though_unknown(void **state) {
    (void)state;
    assert_true(converted(7, "widgets", "widgets") == 7);
    assert_true(converted(7, "", "") == 7);
}

static void a_misspelt_unit_finds_the_right_one(void **state) {
    (void)state;
    static const struct {
        const char *word, *unit;
    } cases[] = {{"celsius", "Cel"},
                 {"\xc2\xb0"
                  "C",
                  "Cel"},
                 {"PA", "Pa"},
                 {"cel", "Cel"},
                 {"RPM", "rpm"},
                 {"l/mn", "l/min"},
                 {"mm/sec", "mm/s"},
                 {"bars", "bar"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *unit = unit_suggest(cases[i].word, strlen(cases[i].word));
        if (!unit || strcmp(unit, cases[i].unit) != 0)
            fail_msg("%s gives %s", cases[i].word, unit ? unit : "nothing");
    }
    assert_null(unit_suggest("q", 1));
    assert_null(unit_suggest("", 0));
    assert_null(unit_suggest("furlongs per fortnight", 22));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_listed_unit_is_known),
        cmocka_unit_test(other_words_are_not_known),
        cmocka_unit_test(conversions_are_exact_where_decimals_allow),
        cmocka_unit_test(every_unit_converts_into_itself_and_back),
        cmocka_unit_test(what_measures_something_else_does_not_convert),
        cmocka_unit_test(the_same_text_is_compatible_though_unknown),
        cmocka_unit_test(a_misspelt_unit_finds_the_right_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
