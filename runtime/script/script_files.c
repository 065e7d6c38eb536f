// Folders are listed whole and sorted before anything is read, so the order of a directory never
// shows.
//
// Encoding: format byte, varint count, then path and text of each file.

#include "script/script_files.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/memory.h"
#include "twin/name.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT 1
#define FILES_MAX 10000

static bool read_folder(struct script_files *files, const char *root, const char *folder,
                        const char *prefix, bool is_needed, bool (*is_wanted)(const char *name),
                        struct err *err);
static bool read_file(struct script_files *files, const char *path, const char *shown,
                      struct err *err);
static bool is_source(const char *name);
static bool is_test(const char *name);

static bool read_folders(const char *models_dir, const char *scripts_dir,
                         bool (*is_wanted)(const char *name), struct script_files *files,
                         struct err *err) {
    if (read_folder(files, models_dir, "", "models", true, is_wanted, err) &&
        read_folder(files, scripts_dir, "/behavior", "scripts/behavior", false, is_wanted, err) &&
        read_folder(files, scripts_dir, "/prediction", "scripts/prediction", false, is_wanted,
                    err) &&
        read_folder(files, scripts_dir, "/lib", "scripts/lib", false, is_wanted, err) &&
        read_folder(files, scripts_dir, "/learned", "scripts/learned", false, is_wanted, err))
        return true;
    script_files_fini(files);
    return false;
}

bool script_files_read(const char *models_dir, const char *scripts_dir, struct script_files *files,
                       struct err *err) {
    *files = (struct script_files){0};
    if (!read_folders(models_dir, scripts_dir, is_source, files, err)) return false;
    script_files_seal(files);
    return true;
}

bool script_files_read_tests(const char *models_dir, const char *scripts_dir,
                             struct script_files *files, struct err *err) {
    *files = (struct script_files){0};
    return read_folders(models_dir, scripts_dir, is_test, files, err);
}

void script_files_encode(const struct script_files *files, struct buffer *out) {
    buffer_byte(out, FORMAT);
    buffer_varint(out, (uint64_t)files->count);
    for (int i = 0; i < files->count; i++) {
        buffer_text(out, files->files[i].path, strlen(files->files[i].path));
        buffer_text(out, files->files[i].text, files->files[i].length);
    }
}

bool script_files_decode(const void *bytes, size_t length, struct script_files *files,
                         struct err *err) {
    struct reader in = {.at = bytes, .end = (const uint8_t *)bytes + length};
    *files = (struct script_files){0};
    uint8_t format = read_byte(&in);
    if (format != FORMAT)
        return err_set(err, ERR_INVALID, "stored scripts have format %d, this program reads %d",
                       format, FORMAT);
    uint64_t count = read_varint(&in);
    for (uint64_t i = 0; i < count && !in.is_bad; i++) {
        size_t path_length, text_length;
        const char *path = read_text(&in, &path_length);
        const char *text = read_text(&in, &text_length);
        if (in.is_bad) break;
        char *name = xstrndup(path, path_length);
        script_files_add(files, name, text, text_length);
        free(name);
    }
    if (in.is_bad || in.at != in.end) {
        script_files_fini(files);
        return err_set(err, ERR_INVALID, "stored scripts are cut off or damaged after %zu bytes",
                       length);
    }
    script_files_seal(files);
    return true;
}

bool script_files_are(const void *bytes, size_t length, uint64_t version, struct err *why) {
    struct script_files files;
    if (!script_files_decode(bytes, length, &files, why)) return false;
    bool are_they = files.version == version;
    if (!are_they) err_set(why, ERR_INVALID, "they hash to %08x", (unsigned)(files.version >> 32));
    script_files_fini(&files);
    return are_they;
}

void script_files_add(struct script_files *files, const char *path, const char *text,
                      size_t length) {
    files->files = xrealloc(files->files, (size_t)(files->count + 1) * sizeof *files->files);
    int place = files->count++;
    for (; place > 0 && strcmp(files->files[place - 1].path, path) > 0; place--)
        files->files[place] = files->files[place - 1];
    files->files[place] = (struct script_file){xstrdup(path), xstrndup(text, length), length};
}

void script_files_seal(struct script_files *files) {
    uint64_t hash = (uint64_t)files->count;
    for (int i = 0; i < files->count; i++) {
        hash = hash64(hash, files->files[i].path, strlen(files->files[i].path));
        hash = hash64(hash, files->files[i].text, files->files[i].length);
    }
    files->version = hash ? hash : 1;
}

void script_files_fini(struct script_files *files) {
    for (int i = 0; i < files->count; i++) {
        free(files->files[i].path);
        free(files->files[i].text);
    }
    free(files->files);
    *files = (struct script_files){0};
}

static bool read_folder(struct script_files *files, const char *root, const char *folder,
                        const char *prefix, bool is_needed, bool (*is_wanted)(const char *name),
                        struct err *err) {
    struct buffer name = {0};
    buffer_printf(&name, "%s%s", root, folder);
    struct dirent **entries;
    int count = scandir((char *)name.bytes, &entries, NULL, NULL);
    bool ok = true;
    if (count < 0) {
        if (is_needed || errno != ENOENT)
            ok = err_set(err, ERR_NOT_FOUND, "cannot read the folder %s: %s", (char *)name.bytes,
                         strerror(errno));
        buffer_fini(&name);
        return ok;
    }
    size_t folder_length = name.length;
    for (int i = 0; i < count; i++) {
        if (ok && is_wanted(entries[i]->d_name)) {
            struct buffer shown = {0};
            buffer_printf(&shown, "%s/%s", prefix, entries[i]->d_name);
            name.length = folder_length;
            buffer_printf(&name, "/%s", entries[i]->d_name);
            ok = read_file(files, (char *)name.bytes, (char *)shown.bytes, err);
            buffer_fini(&shown);
        }
        free(entries[i]);
    }
    free(entries);
    buffer_fini(&name);
    return ok;
}

static bool read_file(struct script_files *files, const char *path, const char *shown,
                      struct err *err) {
    const char *name = strrchr(shown, '/') + 1;
    if (!field_name_is_valid(name, strlen(name) - 4))
        return err_set(err, ERR_INVALID,
                       "%s: a file is named by letters, digits and _, as what it declares", shown);
    if (files->count >= FILES_MAX)
        return err_set(err, ERR_TOO_LARGE, "%s: more than %d files", shown, FILES_MAX);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        if (fd >= 0) close(fd);
        return err_set(err, ERR_NOT_FOUND, "%s: cannot read it: %s", shown, strerror(errno));
    }
    struct buffer text = {0};
    bool ok = true;
    if (!S_ISREG(status.st_mode)) goto done;
    for (ssize_t got = 1; got > 0 && text.length <= SCRIPT_FILE_MAX;) {
        got = read(fd, buffer_reserve(&text, 65536), 65536);
        if (got > 0) text.length += (size_t)got;
        if (got < 0) {
            ok = err_set(err, ERR_NOT_FOUND, "%s: cannot read it: %s", shown, strerror(errno));
            goto done;
        }
    }
    if (text.length > SCRIPT_FILE_MAX) {
        ok = err_set(err, ERR_TOO_LARGE, "%s: longer than %d bytes", shown, SCRIPT_FILE_MAX);
        goto done;
    }
    buffer_reserve(&text, 1);
    script_files_add(files, shown, (char *)text.bytes, text.length);
done:
    buffer_fini(&text);
    close(fd);
    return ok;
}

static bool has_ending(const char *name, const char *ending) {
    size_t length = strlen(name), end = strlen(ending);
    return length > end && strcmp(name + length - end, ending) == 0;
}

// "pump.lua", not "pump_test.lua", not an editor's ".#pump.lua".
static bool is_source(const char *name) {
    return has_ending(name, ".lua") && !has_ending(name, "_test.lua") && name[0] != '.' &&
           name[0] != '#';
}

static bool is_test(const char *name) {
    return has_ending(name, "_test.lua") && name[0] != '.' && name[0] != '#';
}
