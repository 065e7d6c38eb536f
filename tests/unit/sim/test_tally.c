// Latencies are told within 3 %, and refusals with what they said.

#include "ingest/message.h"
#include "sim/tally.h"
#include "test.h"

#include <math.h>

static struct message answer_of(uint8_t code, const char *text) {
    return (struct message){.type = MESSAGE_ACK,
                            .code = code,
                            .payload = (const uint8_t *)text,
                            .payload_length = text ? strlen(text) : 0};
}

static void quantiles_are_right_within_three_percent(void **state) {
    (void)state;
    for (int64_t scale = 1; scale < 100000000; scale *= 10) {
        struct tally tally = {0};
        struct message answer = answer_of(COAP_CODE(2, 4), NULL);
        for (int64_t i = 1; i <= 1000; i++)
            tally_answer(&tally, &answer, 1, i * scale);
        double shares[] = {0.001, 0.5, 0.99, 0.999, 1};
        for (int i = 0; i < 5; i++) {
            double told = (double)tally_quantile(&tally, shares[i]);
            double truth = shares[i] * 1000 * (double)scale;
            assert_true(told >= truth && told <= truth * 1.0313 + 1);
        }
    }
}

static void no_quantile_is_above_the_largest(void **state) {
    (void)state;
    struct tally tally = {0};
    struct message answer = answer_of(COAP_CODE(2, 4), NULL);
    assert_int_equal(tally_quantile(&tally, 0.5), 0);
    tally_answer(&tally, &answer, 1, 1000000);
    assert_int_equal(tally_quantile(&tally, 0.999), 1000000);
    tally_answer(&tally, &answer, 1, -5);
    assert_int_equal(tally_quantile(&tally, 0.1), 0);
}

static void records_count_only_when_accepted(void **state) {
    (void)state;
    struct tally tally = {0};
    struct message good = answer_of(COAP_CODE(2, 4), NULL);
    struct message partly = answer_of(COAP_CODE(2, 4), "{\"accepted\":4}");
    struct message wholly = answer_of(COAP_CODE(2, 4), "{\"accepted\":5,\"refused\":[]}");
    struct message bad = answer_of(COAP_CODE(4, 4), "no twin x");
    tally_answer(&tally, &good, 5, 1);
    tally_answer(&tally, &partly, 5, 1);
    tally_answer(&tally, &wholly, 5, 1);
    tally_answer(&tally, &bad, 5, 1);
    assert_int_equal(tally.answered, 4);
    assert_int_equal(tally.accepted, 3);
    assert_int_equal(tally.partial, 1);
    assert_int_equal(tally.records, 14);
    assert_string_equal(tally.sayings[0].text, "{\"accepted\":4}");
    assert_int_equal(tally.codes[COAP_CODE(4, 4)], 1);
}

static void the_first_text_of_each_code_is_kept(void **state) {
    (void)state;
    struct tally tally = {0};
    char longest[400];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    struct message first = answer_of(COAP_CODE(4, 4), "first"),
                   second = answer_of(COAP_CODE(4, 4), "second"),
                   third = answer_of(COAP_CODE(4, 0), longest);
    tally_answer(&tally, &first, 1, 1);
    tally_answer(&tally, &second, 1, 1);
    tally_answer(&tally, &third, 1, 1);
    assert_string_equal(tally.sayings[0].text, "first");
    assert_int_equal(tally.sayings[1].code, COAP_CODE(4, 0));
    assert_int_equal(strlen(tally.sayings[1].text), sizeof tally.sayings[1].text - 1);
    assert_int_equal(tally.sayings[2].code, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_right_within_three_percent),
        cmocka_unit_test(no_quantile_is_above_the_largest),
        cmocka_unit_test(records_count_only_when_accepted),
        cmocka_unit_test(the_first_text_of_each_code_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
