// What cannot be done is said in a sentence that names the option and the value.

#include "base/err.h"
#include "base/memory.h"
#include "sim/options.h"
#include "test.h"

#include <netinet/in.h>

// Reads a command line given as one text. Texts in `options` point into `line`.
static bool parse(struct options *options, char *line, struct err *err) {
    char *argv[64] = {"twinsim"};
    int argc = 1;
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    bool is_help = false;
    return options_parse(options, argc, argv, &is_help, err);
}

static void modes_follow_from_the_options(void **state) {
    (void)state;
    const struct {
        const char *line;
        enum sim_mode mode;
    } cases[] = {{"", MODE_FLEET},
                 {"--plant 3 --http 127.0.0.1:8080", MODE_FLEET},
                 {"--plant bottling --count 2", MODE_FLEET},
                 {"--load --window 64", MODE_LOAD},
                 {"--play a.csv --twin x --map a=b", MODE_PLAY}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char line[100];
        strcpy(line, cases[i].line);
        struct options options;
        assert_true(parse(&options, line, NULL));
        assert_int_equal(options.mode, cases[i].mode);
    }
}

static void addresses_are_read_in_every_form(void **state) {
    (void)state;
    const struct {
        const char *line;
        int family, port;
    } cases[] = {{"--coap coap://127.0.0.1:7000", AF_INET, 7000},
                 {"--coap 127.0.0.2:7001", AF_INET, 7001},
                 {"--coap 127.0.0.1", AF_INET, 5683},
                 {"--coap [::1]:7002", AF_INET6, 7002},
                 {"--coap coap://[::1]", AF_INET6, 5683}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char line[100];
        strcpy(line, cases[i].line);
        struct options options;
        assert_true(parse(&options, line, NULL));
        assert_int_equal(options.server.ss_family, cases[i].family);
        // The port stands at the same place in both families.
        assert_int_equal(ntohs(((struct sockaddr_in *)&options.server)->sin_port), cases[i].port);
    }
}

static void fields_and_columns_are_taken_apart(void **state) {
    (void)state;
    struct options options;
    char load[] = "--load --fields temperature:Cel,flow,vibration:mm/s --pack 9 --count 30";
    assert_true(parse(&options, load, NULL));
    assert_int_equal(options.field_count, 3);
    assert_string_equal(options.fields[0].name, "temperature");
    assert_string_equal(options.fields[0].unit, "Cel");
    assert_string_equal(options.fields[1].unit, "");
    assert_string_equal(options.fields[2].unit, "mm/s");
    char play[] = "--play a.csv --twin x --map a=b=flow --map c=power";
    assert_true(parse(&options, play, NULL));
    assert_int_equal(options.column_count, 2);
    assert_string_equal(options.columns[0].column, "a=b");
    assert_string_equal(options.columns[0].field, "flow");
}

static void what_cannot_be_done_is_named(void **state) {
    (void)state;
    const struct {
        const char *line, *said;
    } cases[] = {
        {"--colour red", "--colour"},
        {"--rate", "--rate"},
        {"--rate fast", "fast"},
        {"--rate 1x", "1x"},
        {"--count 0", "--count 0"},
        {"--count 1.5", "whole number"},
        {"--plant 0", "--plant 0"},
        {"--plant 2x", "2x"},
        {"--window 16", "--load"},
        {"--format xml", "xml"},
        {"--load --values random", "random"},
        {"--load --pack 3", "multiple"},
        {"--load --pack 50 --fields a,b,c,d,e,f,g,h,i,j --count 7", "--count 7"},
        {"--load --fields ,", "--fields"},
        {"--load --values clock --acked x", "sequence"},
        {"--load --play a.csv", "--play"},
        {"--play a.csv", "--twin"},
        {"--play a.csv --twin x --map y", "--map y"},
        {"--peers 5 --coap 10.0.0.1", "10.0.0.1"},
        {"--coap :99", "--coap :99"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char line[100];
        strcpy(line, cases[i].line);
        struct options options;
        struct err err = {0};
        assert_false(parse(&options, line, &err));
        assert_int_equal(err.code, ERR_INVALID);
        if (!strstr(err.text, cases[i].said)) fail_msg("%s: %s", cases[i].line, err.text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_follow_from_the_options),
        cmocka_unit_test(addresses_are_read_in_every_form),
        cmocka_unit_test(fields_and_columns_are_taken_apart),
        cmocka_unit_test(what_cannot_be_done_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
