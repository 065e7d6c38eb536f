// LMDB 0.9's format on a 64-bit machine (mdb.c: MDB_meta, MDB_page, MDB_node, MDB_db),
// little-endian.
//
// A page begins with { number u64, pad u16, flags u16, lower u16, upper u16 }, of an overflow run
// the last two are its length u32. Then come offsets of nodes { low u16, high u16, flags u16, key
// length u16, key, data }: in a branch low, high and flags are a page, in a leaf low and high are
// the data's length.

#include "store/pages.h"

#include "base/err.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER 16
#define NODE_HEADER 8
#define DEPTH_MAX 32
#define DB_BYTES 48
#define DB_ROOT_AT 40
#define NO_PAGE UINT64_MAX

enum { IS_BRANCH = 1, IS_LEAF = 2, IS_OVERFLOW = 4 }; // of a page
enum { HAS_OVERFLOW = 1, HAS_TREE = 2 };              // of a leaf's node
enum { META_PAGE_SIZE_AT = 40, META_FREE_AT = 40, META_MAIN_AT = 88, META_LAST_AT = 136 };
enum { META_TXN_AT = 144 };

struct walk {
    const char *path;
    int fd;
    size_t page_bytes;
    uint64_t last;  // page
    uint8_t *owner; // a bit a page: some tree has it
    struct pages *pages;
    bool is_free_tree;
    struct buffer free_pages; // numbers, u64
    struct err *err;
};

static bool walk_tree(struct walk *walk, uint64_t root, int depth);

static bool wrong(struct walk *walk, uint64_t page, const char *what) {
    return err_set(walk->err, ERR_INTERNAL,
                   "%s: page %llu %s; what it leads to cannot be read, and a next write may "
                   "destroy more; restore a backup",
                   walk->path, (unsigned long long)page, what);
}

static uint16_t u16_at(const uint8_t *bytes) {
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint32_t u32_at(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint64_t u64_at(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static bool take(struct walk *walk, uint64_t page, uint64_t count) {
    if (page < 2 || page > walk->last || count > walk->last - page + 1)
        return wrong(walk, page, "is led to and is not in the file");
    for (uint64_t i = page; i < page + count; i++) {
        if (walk->owner[i / 8] & 1 << i % 8) return wrong(walk, i, "is led to twice");
        walk->owner[i / 8] |= (uint8_t)(1 << i % 8);
    }
    walk->pages->used += count;
    return true;
}

static bool read_page(struct walk *walk, uint64_t page, uint8_t *bytes, size_t length) {
    if (pread(walk->fd, bytes, length, (off_t)(page * walk->page_bytes)) != (ssize_t)length)
        return wrong(walk, page, "cannot be read from the disk");
    return u64_at(bytes) == page || wrong(walk, page, "says that it is another one");
}

// Data in pages of its own. Its bytes are kept when they are a list of free pages.
static bool take_overflow(struct walk *walk, uint64_t page, uint64_t length) {
    uint8_t head[HEADER];
    uint64_t count = (HEADER + length + walk->page_bytes - 1) / walk->page_bytes;
    if (!take(walk, page, count) || !read_page(walk, page, head, sizeof head)) return false;
    if (!(u16_at(head + 10) & IS_OVERFLOW) || u32_at(head + 12) != count)
        return wrong(walk, page, "is no run of pages of the length that is led to");
    if (!walk->is_free_tree) return true;
    uint8_t *list = buffer_reserve(&walk->free_pages, length);
    off_t at = (off_t)(page * walk->page_bytes) + HEADER;
    if (length < 8 || pread(walk->fd, list, length, at) != (ssize_t)length)
        return wrong(walk, page, "cannot be read from the disk");
    uint64_t numbers = u64_at(list);
    if (numbers > length / 8 - 1) return wrong(walk, page, "lists more free pages than it holds");
    memmove(list, list + 8, numbers * 8);
    walk->free_pages.length += numbers * 8;
    return true;
}

static bool take_data(struct walk *walk, uint64_t page, const uint8_t *node, uint64_t room) {
    uint64_t length = u16_at(node) | (uint64_t)u16_at(node + 2) << 16;
    uint16_t flags = u16_at(node + 4), key = u16_at(node + 6);
    const uint8_t *data = node + NODE_HEADER + key;
    uint64_t inside = flags & HAS_OVERFLOW ? 8 : length;
    if (NODE_HEADER + key + inside > room) return wrong(walk, page, "has an entry beyond its end");
    if (flags & HAS_OVERFLOW) return take_overflow(walk, u64_at(data), length);
    if (flags & HAS_TREE) {
        if (length != DB_BYTES) return wrong(walk, page, "names a database that is none");
        return walk_tree(walk, u64_at(data + DB_ROOT_AT), 0);
    }
    if (!walk->is_free_tree) return true;
    if (length < 8 || u64_at(data) > length / 8 - 1)
        return wrong(walk, page, "lists more free pages than it holds");
    buffer_add(&walk->free_pages, data + 8, u64_at(data) * 8);
    return true;
}

static bool walk_nodes(struct walk *walk, uint64_t page, const uint8_t *bytes, int depth) {
    uint16_t flags = u16_at(bytes + 10), lower = u16_at(bytes + 12), upper = u16_at(bytes + 14);
    bool is_branch = flags & IS_BRANCH;
    if (is_branch == ((flags & IS_LEAF) != 0))
        return wrong(walk, page, "is of no kind that is known");
    if (lower < HEADER || lower > upper || upper > walk->page_bytes || (lower - HEADER) % 2 != 0)
        return wrong(walk, page, "has bounds that cannot be");
    for (uint16_t at = HEADER; at < lower; at += 2) {
        uint16_t offset = u16_at(bytes + at);
        if (offset < upper || (size_t)offset + NODE_HEADER > walk->page_bytes)
            return wrong(walk, page, "has an entry outside its bounds");
        const uint8_t *node = bytes + offset;
        uint64_t room = walk->page_bytes - offset;
        uint64_t child =
            u16_at(node) | (uint64_t)u16_at(node + 2) << 16 | (uint64_t)u16_at(node + 4) << 32;
        if (is_branch ? !walk_tree(walk, child, depth + 1) : !take_data(walk, page, node, room))
            return false;
    }
    return true;
}

static bool walk_tree(struct walk *walk, uint64_t root, int depth) {
    if (root == NO_PAGE) return true; // empty
    if (depth > DEPTH_MAX) return wrong(walk, root, "is deeper down than a tree goes");
    if (!take(walk, root, 1)) return false;
    uint8_t *bytes = xmalloc(walk->page_bytes);
    bool is_good =
        read_page(walk, root, bytes, walk->page_bytes) && walk_nodes(walk, root, bytes, depth);
    free(bytes);
    return is_good;
}

static bool check_free(struct walk *walk) {
    walk->pages->free_listed = walk->free_pages.length / 8;
    for (size_t i = 0; i < walk->free_pages.length; i += 8) {
        uint64_t page = u64_at(walk->free_pages.bytes + i);
        if (!take(walk, page, 1)) {
            walk->err->text[0] = 0;
            return wrong(walk, page, "is listed as free and is in use");
        }
    }
    walk->pages->used -= walk->pages->free_listed;
    return true;
}

// The newer meta page's, into `meta`.
static bool read_meta(struct walk *walk, uint8_t meta[META_TXN_AT + 8]) {
    uint8_t second[META_TXN_AT + 8];
    size_t size = sizeof second;
    if (pread(walk->fd, meta, size, 0) != (ssize_t)size)
        return wrong(walk, 0, "cannot be read from the disk");
    walk->page_bytes = u32_at(meta + META_PAGE_SIZE_AT);
    if (walk->page_bytes < 512 || walk->page_bytes > 65536)
        return wrong(walk, 0, "has a page size that cannot be");
    if (pread(walk->fd, second, size, (off_t)walk->page_bytes) != (ssize_t)size)
        return wrong(walk, 1, "cannot be read from the disk");
    if (u64_at(second + META_TXN_AT) > u64_at(meta + META_TXN_AT)) memcpy(meta, second, size);
    walk->last = u64_at(meta + META_LAST_AT);
    return true;
}

bool pages_check(const char *path, struct pages *pages, struct err *err) {
    struct walk walk = {.path = path, .pages = pages, .err = err};
    uint8_t meta[META_TXN_AT + 8];
    struct stat stat_of = {0};
    *pages = (struct pages){0};
    walk.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (walk.fd < 0 || fstat(walk.fd, &stat_of) != 0) {
        err_set(err, ERR_INTERNAL, "%s cannot be read: %s", path, strerror(errno));
        if (walk.fd >= 0) close(walk.fd);
        return false;
    }
    bool is_good = read_meta(&walk, meta);
    if (is_good && walk.last >= (uint64_t)stat_of.st_size / walk.page_bytes)
        is_good =
            err_set(err, ERR_INTERNAL,
                    "%s is cut short: %llu of at least %llu bytes are there; restore a backup",
                    path, (unsigned long long)stat_of.st_size,
                    (unsigned long long)((walk.last + 1) * walk.page_bytes));
    if (is_good) {
        walk.owner = xcalloc(walk.last / 8 + 1, 1);
        pages->all = walk.last + 1;
        is_good = walk_tree(&walk, u64_at(meta + META_MAIN_AT + DB_ROOT_AT), 0);
        walk.is_free_tree = true;
        is_good = is_good && walk_tree(&walk, u64_at(meta + META_FREE_AT + DB_ROOT_AT), 0) &&
                  check_free(&walk);
    }
    free(walk.owner);
    buffer_fini(&walk.free_pages);
    close(walk.fd);
    return is_good;
}
