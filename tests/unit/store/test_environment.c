// Opening an environment: everything that is wrong with a directory is a sentence.

#include "store/environment.h"
#include "store/fixture.h"

#include <dlfcn.h>

static size_t largest_map = SIZE_MAX, asked;

// In place of LMDB's: an address space as small as a limit or a sanitizer makes it.
int mdb_env_set_mapsize(MDB_env *env, size_t size) {
    int (*set_really)(MDB_env *, size_t);
    *(void **)&set_really = dlsym(RTLD_NEXT, "mdb_env_set_mapsize");
    asked = size;
    return set_really(env, size);
}

int mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode) {
    int (*open_really)(MDB_env *, const char *, unsigned, mdb_mode_t);
    *(void **)&open_really = dlsym(RTLD_NEXT, "mdb_env_open");
    return asked > largest_map ? ENOMEM : open_really(env, path, flags, mode);
}

static struct environment open_well(struct fixture *fixture) {
    struct environment environment;
    struct err err = {0};
    if (!environment_open(&environment, fixture->dir, "part", NULL, &err)) fail_msg("%s", err.text);
    return environment;
}

static struct err refusal(const char *dir) {
    struct environment environment;
    struct err err = {0};
    assert_false(environment_open(&environment, dir, "part", NULL, &err));
    return err;
}

static void a_second_process_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct environment environment = open_well(fixture);
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err err = refusal(fixture->dir);
        _exit(strstr(err.text, "is in use by another process") ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    environment_close(&environment);
    environment = open_well(fixture); // free again
    environment_close(&environment);
}

static void missing_directories_are_made(void **state) {
    struct fixture *fixture = *state;
    struct environment environment;
    struct err err = {0};
    char deep[96];
    snprintf(deep, sizeof deep, "%s/a/b/c", fixture->dir);
    if (!environment_open(&environment, deep, "part", NULL, &err)) fail_msg("%s", err.text);
    environment_close(&environment);
}

static void a_file_in_the_way_is_named(void **state) {
    struct fixture *fixture = *state;
    char path[96];
    snprintf(path, sizeof path, "%s/part", fixture->dir);
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    close(fd);
    struct err err = refusal(fixture->dir);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "Not a directory"));
}

static void a_file_that_is_not_lmdbs_is_refused(void **state) {
    struct fixture *fixture = *state;
    struct environment environment = open_well(fixture);
    environment_close(&environment);
    char path[96], junk[20000];
    snprintf(path, sizeof path, "%s/part/data.mdb", fixture->dir);
    memset(junk, 'x', sizeof junk);
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
    close(fd);
    assert_non_null(strstr(refusal(fixture->dir).text, "is damaged"));
}

static void a_small_address_space_gets_a_smaller_map(void **state) {
    largest_map = (size_t)1 << 30;
    struct environment environment = open_well(*state);
    assert_true(environment.map_bytes <= largest_map && environment.map_bytes > largest_map / 4);
    assert_int_equal(environment_reserve(&environment, (size_t)2 << 30, 0), MDB_MAP_FULL);
    assert_true(environment_is_full(&environment, MDB_MAP_FULL));
    environment_close(&environment);
    largest_map = 1000;
    assert_non_null(
        strstr(refusal(((struct fixture *)*state)->dir).text, "Cannot allocate memory"));
    largest_map = SIZE_MAX;
}

static void the_file_grows_ahead_of_its_pages(void **state) {
    struct fixture *fixture = *state;
    struct environment environment = open_well(fixture);
    char path[96];
    struct stat before, after;
    snprintf(path, sizeof path, "%s/part/data.mdb", fixture->dir);
    assert_int_equal(environment_reserve(&environment, 1000, 0), 0);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(environment_reserve(&environment, 1000, 0), 0);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_size == after.st_size);
    assert_int_equal(environment_reserve(&environment, (size_t)50 << 20, 0), 0);
    assert_int_equal(stat(path, &after), 0);
    assert_true(after.st_size > (off_t)50 << 20);
    environment_close(&environment);
    environment = open_well(fixture); // and what was grown is no damage
    environment_close(&environment);
}

int main(void) {
#define OPEN_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        OPEN_TEST(a_second_process_is_refused),
        OPEN_TEST(missing_directories_are_made),
        OPEN_TEST(a_file_in_the_way_is_named),
        OPEN_TEST(a_file_that_is_not_lmdbs_is_refused),
        OPEN_TEST(a_small_address_space_gets_a_smaller_map),
        OPEN_TEST(the_file_grows_ahead_of_its_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
