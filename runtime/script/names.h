// Names -> numbers by the address of the Lua text, which is the same for the same short text.
//
// Lua keeps one copy of each text up to 40 bytes, so a name that a script writes has the address of
// the name that was added here, and finding it is a look into one small table without comparing
// text. A miss says nothing: the name may be long. Asking the model by text is the slow way then.

#ifndef SCRIPT_NAMES_H
#define SCRIPT_NAMES_H

#include <lua.h>
#include <stdint.h>

struct names {
    struct name {
        const char *text; // Lua's, NULL = free place
        int32_t kind, number;
    } * places;
    uint32_t mask, count;
};

void names_init(struct names *names);
// Adds (kind, text); the table on top of the stack keeps the text alive.
void names_add(struct names *names, lua_State *lua, int kind, const char *text, int number);
void names_fini(struct names *names);

static inline uint32_t names_place(const struct names *names, int kind, const char *text) {
    return ((uint32_t)((uintptr_t)text >> 4) * 0x9e3779b1u + (uint32_t)kind * 0x85ebca6bu) >> 8 &
           names->mask;
}

// `text` as lua_tostring gives it. -1 when it is not here by address.
static inline int names_find(const struct names *names, int kind, const char *text) {
    for (uint32_t i = names_place(names, kind, text);; i = (i + 1) & names->mask) {
        const struct name *name = &names->places[i];
        if (name->text == text && name->kind == kind) return name->number;
        if (!name->text) return -1;
    }
}

#endif
