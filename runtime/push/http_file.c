// A path is only letters, digits and ._- between slashes, and no part starts with a dot, so it
// cannot leave the folder. Files are small and in the kernel's cache; they are read whole.

#include "push/http_file.h"

#include "push/service.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (16 << 20)
#define PATH_SIZE 1024
#define HASH_LENGTH 8 // what the page's build puts before the ending

static bool is_safe(const char *path) {
    for (const char *at = path; *at; at++) {
        if (*at == '/' && (at[1] == '.' || at[1] == '/')) return false;
        if (!isalnum((unsigned char)*at) && !strchr("/._-", *at)) return false;
    }
    return true;
}

static const char *type_of(const char *path) {
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
        {".txt", "text/plain; charset=utf-8"},
    };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < ARRAY_LEN(types); i++)
        if (strcmp(dot, types[i].ending) == 0) return types[i].type;
    return "application/octet-stream";
}

static bool is_hashed(const char *path) {
    const char *dot = strrchr(path, '.');
    if (!dot || dot - path <= HASH_LENGTH || dot[-HASH_LENGTH - 1] != '-') return false;
    for (int i = 1; i <= HASH_LENGTH; i++)
        if (!isupper((unsigned char)dot[-i]) && !isdigit((unsigned char)dot[-i])) return false;
    return true;
}

static bool answer_no_page(struct http_response *response) {
    response->type = "text/html; charset=utf-8";
    buffer_printf(&response->body,
                  "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
                  "<meta name=\"color-scheme\" content=\"light dark\"><title>twind</title>\n"
                  "<h1>twind is running</h1>\n"
                  "<p>The dashboard is not built yet: <code>make web</code> builds it, then reload "
                  "this page.</p>\n"
                  "<p>The data is there already: <a href=\"/api/v1/twins\">/api/v1/twins</a>, "
                  "<a href=\"/api/v1/models\">/api/v1/models</a>, <a "
                  "href=\"/metrics\">/metrics</a>.</p></html>\n");
    return true;
}

// -1 when there is no such file.
static int open_file(const char *dir, const char *path, const char *ending, struct stat *status) {
    char name[PATH_SIZE];
    int length = snprintf(name, sizeof name, "%s%s%s", dir, path, ending);
    if (length < 0 || length >= PATH_SIZE) return -1;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || (fstat(fd, status) == 0 && S_ISREG(status->st_mode))) return fd;
    close(fd);
    return -1;
}

// The file, or its packed sister when that is wanted; one that is older than its file is left
// alone.
static int choose_file(const char *dir, const struct http_request *request, const char *path,
                       struct http_response *response, struct stat *status) {
    struct stat packed;
    int plain = open_file(dir, path, "", status);
    int fd = plain < 0 ? -1 : open_file(dir, path, ".gz", &packed);
    response->varies = fd >= 0 && packed.st_mtime >= status->st_mtime;
    if (!response->varies || !request->accepts_gzip) {
        if (fd >= 0) close(fd);
        return plain;
    }
    close(plain);
    *status = packed;
    response->encoding = "gzip";
    return fd;
}

static bool read_all(int fd, size_t size, struct buffer *out) {
    while (out->length < size) {
        ssize_t got = read(fd, buffer_reserve(out, size - out->length), size - out->length);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        out->length += (size_t)got;
    }
    return true;
}

bool http_file_get(struct service *service, const struct http_request *request,
                   struct http_response *response, struct err *err) {
    const char *dir = service->options.web_dir ? service->options.web_dir : "";
    const char *path = strcmp(request->path, "/") == 0 ? "/index.html" : request->path;
    char etag[40];
    struct stat status;
    int fd = is_safe(path) ? choose_file(dir, request, path, response, &status) : -1;
    if (fd < 0 && strcmp(path, "/index.html") == 0) return answer_no_page(response);
    if (fd < 0) return err_set(err, ERR_NOT_FOUND, "there is nothing at %.200s", request->path);
    response->type = type_of(path);
    if (is_hashed(path)) response->cache = "public, max-age=31536000, immutable";
    snprintf(etag, sizeof etag, "\"%llx-%llx%s\"", (unsigned long long)status.st_mtime,
             (unsigned long long)status.st_size, response->encoding ? "z" : "");
    bool is_read =
        http_is_known(request, response, etag) ||
        (status.st_size <= FILE_MAX && read_all(fd, (size_t)status.st_size, &response->body));
    close(fd);
    return is_read || err_set(err, ERR_INTERNAL, "%.200s cannot be read", request->path);
}
