// Text to standard output; `make api` puts it where it belongs.

#include "ctl/api.h"

#include "base/err.h"
#include "base/memory.h"
#include "ctl/arguments.h"
#include "ctl/session.h"
#include "script/api.h"

#include <stdio.h>

static int api_run(const struct session *session, int argc, char **argv);

const struct verb api_verb = {
    .name = "api",
    .words = "--luacats|--luacheck",
    .summary = "what scripts can use, for an editor or luacheck",
    .options = "--luacats         annotations: scripts/twin.d.lua\n"
               "--luacheck        globals: .luacheckrc\n",
    .run = api_run,
};

static int api_run(const struct session *session, int argc, char **argv) {
    (void)session;
    struct err err;
    bool is_luacats = false, is_luacheck = false;
    const struct argument arguments[] = {{.name = "--luacats", .is_given = &is_luacats},
                                         {.name = "--luacheck", .is_given = &is_luacheck}};
    if (!arguments_take(arguments, ARRAY_LEN(arguments), &argc, argv, &err) ||
        !arguments_end(&argc, argv, 0, 0, &err))
        return session_misused(&api_verb, &err);
    if (is_luacats == is_luacheck) {
        err_set(&err, ERR_INVALID, "write one of --luacats and --luacheck");
        return session_misused(&api_verb, &err);
    }
    struct buffer text = {0};
    int code = EXIT_GOOD;
    if (is_luacheck)
        api_write_luacheck(&text);
    else if (!api_write_luacats(&text, &err))
        code = session_failed(&err, "the line it names, then: make api");
    if (code == EXIT_GOOD) fwrite(text.bytes, 1, text.length, stdout);
    buffer_fini(&text);
    return code;
}
