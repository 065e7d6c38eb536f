// Sources: which files count, in which order, and that the version is their content.

#include "fixture.h"

#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void put(const char *path, const char *text) {
    char name[200];
    snprintf(name, sizeof name, "%s/%s", root, path);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state) {
    (void)state;
    char name[200];
    snprintf(root, sizeof root, "/tmp/twind-test-XXXXXX");
    assert_non_null(mkdtemp(root));
    static const char *const folders[] = {"m", "s", "s/behavior", "s/prediction", "s/lib"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        snprintf(name, sizeof name, "%s/%s", root, folders[i]);
        assert_int_equal(mkdir(name, 0700), 0);
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static bool read_root(struct script_files *files, struct err *err) {
    char models[100], scripts[100];
    snprintf(models, sizeof models, "%s/m", root);
    snprintf(scripts, sizeof scripts, "%s/s", root);
    return script_files_read(models, scripts, files, err);
}

static void only_sources_are_read_sorted_by_path(void **state) {
    (void)state;
    put("m/pump.lua", "p");
    put("m/motor.lua", "mo");
    put("m/README.md", "x");
    put("m/pump_test.lua", "x");
    put("m/.pump.lua", "x");
    put("m/pump.lua~", "x");
    put("s/behavior/pump.lua", "b");
    put("s/behavior/pump_test.lua", "x");
    put("s/prediction/wear.lua", "w");
    put("s/lib/scale.lua", "l");
    put("s/README.md", "x");
    struct script_files files;
    struct err err;
    if (!read_root(&files, &err)) fail_msg("%s", err.text);
    assert_int_equal(files.count, 5);
    static const char *const paths[] = {"models/motor.lua", "models/pump.lua",
                                        "scripts/behavior/pump.lua", "scripts/lib/scale.lua",
                                        "scripts/prediction/wear.lua"};
    for (int i = 0; i < 5; i++)
        assert_string_equal(files.files[i].path, paths[i]);
    assert_string_equal(files.files[0].text, "mo");
    assert_int_equal(files.files[0].length, 2);
    script_files_fini(&files);
}

static void the_version_is_content_and_names(void **state) {
    (void)state;
    struct script_files files;
    uint64_t versions[5];
    static const char *const steps[][2] = {
        {"m/a.lua", "x"}, {"m/a.lua", "y"}, {"m/b.lua", ""}, {"s/lib/c.lua", ""}, {"m/a.lua", "x"}};
    for (int i = 0; i < 5; i++) {
        put(steps[i][0], steps[i][1]);
        assert_true(read_root(&files, NULL));
        versions[i] = files.version;
        assert_int_not_equal(files.version, 0);
        script_files_fini(&files);
        for (int j = 0; j < i; j++)
            assert_true(versions[i] != versions[j]);
    }
    assert_true(read_root(&files, NULL));
    assert_true(files.version == versions[4]);
    script_files_fini(&files);
}

static void a_version_survives_the_store(void **state) {
    (void)state;
    struct script_files files, again;
    struct err err;
    struct buffer bytes = {0};
    put("m/a.lua", "return {}");
    put("s/lib/c.lua", "return {}");
    assert_true(read_root(&files, NULL));
    script_files_encode(&files, &bytes);
    assert_true(script_files_decode(bytes.bytes, bytes.length, &again, &err));
    assert_true(again.version == files.version);
    assert_int_equal(again.count, 2);
    assert_string_equal(again.files[1].text, "return {}");
    script_files_fini(&again);
    for (size_t cut = 0; cut < bytes.length; cut++) // whatever is missing, it is noticed
        assert_false(script_files_decode(bytes.bytes, cut, &again, &err));
    bytes.bytes[0] = 9;
    assert_false(script_files_decode(bytes.bytes, bytes.length, &again, &err));
    assert_non_null(strstr(err.text, "format 9"));
    buffer_fini(&bytes);
    script_files_fini(&files);
}

static void missing_scripts_are_none_missing_models_an_error(void **state) {
    (void)state;
    char models[100];
    struct script_files files;
    struct err err;
    put("m/a.lua", "return {}");
    snprintf(models, sizeof models, "%s/m", root);
    assert_true(script_files_read(models, "/nowhere", &files, &err));
    assert_int_equal(files.count, 1);
    script_files_fini(&files);
    assert_false(script_files_read("/nowhere", "/nowhere", &files, &err));
    assert_non_null(strstr(err.text, "cannot read the folder /nowhere: No such file or directory"));
}

static void a_file_with_another_name_is_refused(void **state) {
    (void)state;
    struct script_files files;
    struct err err;
    put("m/pump-7.lua", "return {}");
    assert_false(read_root(&files, &err));
    assert_non_null(
        strstr(err.text, "models/pump-7.lua: a file is named by letters, digits and _"));
}

static void a_file_of_a_megabyte_is_refused(void **state) {
    (void)state;
    struct script_files files;
    struct err err;
    char *text = xmalloc(SCRIPT_FILE_MAX + 2);
    memset(text, '-', SCRIPT_FILE_MAX + 1);
    text[SCRIPT_FILE_MAX + 1] = 0;
    put("m/a.lua", text);
    assert_false(read_root(&files, &err));
    assert_string_equal(err.text, "models/a.lua: longer than 1048576 bytes");
    free(text);
}

int main(void) {
#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        FOLDER_TEST(only_sources_are_read_sorted_by_path),
        FOLDER_TEST(the_version_is_content_and_names),
        FOLDER_TEST(a_version_survives_the_store),
        FOLDER_TEST(missing_scripts_are_none_missing_models_an_error),
        FOLDER_TEST(a_file_with_another_name_is_refused),
        FOLDER_TEST(a_file_of_a_megabyte_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
