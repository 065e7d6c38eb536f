// Open addressing, at most half full.

#include "script/names.h"

#include "base/memory.h"

#include <stdlib.h>

static void put(struct names *names, struct name name);

void names_init(struct names *names) {
    *names = (struct names){.mask = 15};
    names->places = xcalloc(names->mask + 1, sizeof *names->places);
}

void names_add(struct names *names, lua_State *lua, int kind, const char *text, int number) {
    if ((names->count + 1) * 2 > names->mask + 1) {
        struct names larger = {.mask = names->mask * 2 + 1};
        larger.places = xcalloc(larger.mask + 1, sizeof *larger.places);
        for (uint32_t i = 0; i <= names->mask; i++)
            if (names->places[i].text) put(&larger, names->places[i]);
        free(names->places);
        *names = larger;
    }
    const char *kept = lua_pushstring(lua, text);
    lua_pushboolean(lua, 1);
    lua_rawset(lua, -3); // keep[text] = true
    put(names, (struct name){kept, kind, number});
}

void names_fini(struct names *names) {
    free(names->places);
    *names = (struct names){0};
}

static void put(struct names *names, struct name name) {
    uint32_t i = names_place(names, name.kind, name.text);
    while (names->places[i].text)
        i = (i + 1) & names->mask;
    names->places[i] = name;
    names->count++;
}
