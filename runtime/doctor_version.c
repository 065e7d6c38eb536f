// store/ does not know what is in a version's files.

#include "doctor_version.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/script_files.h"

bool doctor_is_version(uint64_t version, const struct buffer *bytes, struct err *why) {
    struct script_files files = {0};
    if (!script_files_decode(bytes->bytes, bytes->length, &files, why)) return false;
    bool is_it = files.version == version;
    if (!is_it) err_set(why, ERR_INVALID, "they hash to %08x", (unsigned)(files.version >> 32));
    script_files_fini(&files);
    return is_it;
}
