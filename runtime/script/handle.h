// What a script holds of a twin: 64 bits in a Lua light userdata, no memory, never a pointer.
//
//     bits 0-31 the twin's number   32-39 enum view, never 0   40-55 an estimator's index
//
// A number is never used twice in a store, so a handle may be kept and can only go stale, not
// wrong. All light userdata share the one metatable that lua_twin.c sets.

#ifndef SCRIPT_HANDLE_H
#define SCRIPT_HANDLE_H

#include <lua.h>
#include <stdint.h>

enum view { // VIEW_FIELDS + enum field_kind are the tables of fields
    VIEW_TWIN = 1,
    VIEW_ATTRIBUTES,
    VIEW_ESTIMATOR,
    VIEW_PHYSICS,
    VIEW_FIELDS = 8,
};

struct handle {
    uint32_t number;
    enum view view;
    int index;
};

static inline void handle_push(lua_State *lua, uint32_t number, enum view view, int index) {
    lua_pushlightuserdata(
        lua, (void *)(uintptr_t)((uint64_t)index << 40 | (uint64_t)view << 32 | number));
}

static inline struct handle handle_at(lua_State *lua, int place) {
    uint64_t bits = (uint64_t)(uintptr_t)lua_touserdata(lua, place);
    return (struct handle){(uint32_t)bits, (enum view)(bits >> 32 & 0xff), (int)(bits >> 40)};
}

#endif
