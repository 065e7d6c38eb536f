// CRC32C against published values; the 64-bit hash against its own promises.

#include "base/hash.h"
#include "test.h"

static void crc32c_gives_the_published_values(void **state) {
    (void)state;
    uint8_t bytes[32] = {0};
    assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283); // the usual check value
    assert_int_equal(crc32c(0, bytes, 32), 0x8a9136aa);      // RFC 3720 B.4: 32 bytes of zeroes
    memset(bytes, 0xff, 32);
    assert_int_equal(crc32c(0, bytes, 32), 0x62a8ab43); // and of ones
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    assert_int_equal(crc32c(0, bytes, 32), 0x46dd794e); // and ascending
}

static void crc32c_goes_on_where_it_stopped(void **state) {
    (void)state;
    assert_int_equal(crc32c(crc32c(0, "1234", 4), "56789", 5), 0xe3069283);
}

static void hashes_of_near_keys_differ_in_their_low_bits(void **state) {
    (void)state;
    int collisions = 0;
    uint8_t seen[65536] = {0};
    for (uint32_t i = 0; i < 4096; i++) {
        uint16_t low = (uint16_t)hash64(0, &i, sizeof i);
        collisions += seen[low];
        seen[low] = 1;
    }
    assert_in_range(collisions, 60, 200); // chance alone gives 125 in expectation
}

static void length_and_seed_count(void **state) {
    (void)state;
    assert_true(hash64(0, "a\0", 1) != hash64(0, "a\0", 2));
    assert_true(hash64(0, "a", 1) != hash64(1, "a", 1));
    assert_true(hash64(5, "0123456789", 10) == hash64(5, "0123456789", 10));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc32c_gives_the_published_values),
        cmocka_unit_test(crc32c_goes_on_where_it_stopped),
        cmocka_unit_test(hashes_of_near_keys_differ_in_their_low_bits),
        cmocka_unit_test(length_and_seed_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
