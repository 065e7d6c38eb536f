// Buffers, readers and regions.

#include "base/memory.h"
#include "test.h"

static void what_a_buffer_writes_a_reader_reads(void **state) {
    (void)state;
    struct buffer buffer = {0};
    buffer_byte(&buffer, 7);
    buffer_u32(&buffer, 0xdeadbeef);
    buffer_u64(&buffer, UINT64_MAX - 1);
    buffer_varint(&buffer, 0);
    buffer_varint(&buffer, UINT64_MAX);
    buffer_zigzag(&buffer, INT64_MIN);
    buffer_zigzag(&buffer, -1);
    buffer_double(&buffer, -0.1);
    buffer_text(&buffer, "pump", 4);
    struct reader reader = {buffer.bytes, buffer.bytes + buffer.length, 0};
    assert_int_equal(read_byte(&reader), 7);
    assert_int_equal(read_u32(&reader), 0xdeadbeef);
    assert_true(read_u64(&reader) == UINT64_MAX - 1);
    assert_int_equal(read_varint(&reader), 0);
    assert_true(read_varint(&reader) == UINT64_MAX);
    assert_true(read_zigzag(&reader) == INT64_MIN);
    assert_true(read_zigzag(&reader) == -1);
    assert_true(read_double(&reader) == -0.1);
    size_t length;
    assert_memory_equal(read_text(&reader, &length), "pump", 4);
    assert_int_equal(length, 4);
    assert_ptr_equal(reader.at, reader.end);
    assert_false(reader.is_bad);
    buffer_fini(&buffer);
}

static void a_short_read_is_told_and_gives_zero(void **state) {
    (void)state;
    const uint8_t bytes[] = {0x80, 0x80};
    struct reader reader = {bytes, bytes + sizeof bytes, 0};
    assert_int_equal(read_varint(&reader), 0);
    assert_true(reader.is_bad);
    assert_int_equal(read_u64(&reader), 0);
    const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 'x'};
    reader = (struct reader){huge, huge + sizeof huge, 0};
    size_t length;
    read_text(&reader, &length);
    assert_true(reader.is_bad);
    assert_int_equal(length, 0);
}

static void printing_grows_the_buffer(void **state) {
    (void)state;
    struct buffer buffer = {0};
    for (int i = 0; i < 100; i++)
        buffer_printf(&buffer, "%04d,", i);
    assert_int_equal(buffer.length, 500);
    assert_memory_equal(buffer.bytes + 495, "0099,", 5);
    buffer_fini(&buffer);
}

static void a_region_outgrows_its_block_and_starts_again(void **state) {
    (void)state;
    struct region region = {0};
    char *first = region_copy(&region, "first", 5);
    uint8_t *large = region_alloc(&region, 1 << 20);
    memset(large, 1, 1 << 20);
    assert_string_equal(first, "first");
    assert_int_equal((uintptr_t)region_alloc(&region, 3) % 8, 0);
    region_reset(&region);
    assert_string_equal(region_copy(&region, "again", 5), "again");
    region_fini(&region);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_buffer_writes_a_reader_reads),
        cmocka_unit_test(a_short_read_is_told_and_gives_zero),
        cmocka_unit_test(printing_grows_the_buffer),
        cmocka_unit_test(a_region_outgrows_its_block_and_starts_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
