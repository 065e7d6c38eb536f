// The one door into Lua: a deadline in CPU time of the calling thread, and two memory caps.
//
// Nothing else in the program calls lua_pcall or lua_sethook. A call that overruns is killed by a
// hook that fires on every instruction once armed, so that no `pcall` of a script can swallow it.
// The deadline costs a call no system call while calls are frequent: a high-resolution timer ticks
// free and looks which call it meets and what CPU time that has used; a few ticks that meet none
// stop it, the next call starts it again. (A timer on the thread's CPU clock would need no
// stopping, but the kernel serves those at its own slow tick.) It ticks eight times a limit, at
// most every millisecond: a call that never ends is stopped between its limit and one tick later. A
// C function of ours between two instructions runs to its end.

#ifndef SCRIPT_CALL_H
#define SCRIPT_CALL_H

#include <lua.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct err;
struct trace;

enum kill { KILL_NONE, KILL_DEADLINE, KILL_MEMORY };

struct call_budget {
    int64_t cpu_us;
    size_t growth; // bytes
    int patience;  // it is stopped after so many times its time; what it may charge stays; 0 = 1
};

struct call {
    lua_State *lua;
    // Shared with the signal handler, which runs on the calling thread.
    volatile sig_atomic_t is_running;
    volatile sig_atomic_t kill; // enum kill; set: the hook is armed
    volatile uint32_t sequence; // of the running call
    volatile int64_t limit_us;
    uint32_t seen;    // the call that the last tick met,
    int64_t seen_at;  // the thread's CPU time then,
    int64_t spent_us; // and what of it counts against the call
    volatile sig_atomic_t is_ticking;
    int idle_ticks; // that met no call, one after the other
    // The timer, of one thread.
    timer_t timer;
    pthread_t thread;
    int64_t interval_us; // 0 = no timer yet
    // Bytes that Lua holds, what kills the running call, and what is refused to it.
    size_t used, soft, hard;
    size_t steps; // that the running call may still charge, of
    size_t steps_a_call;
    struct trace *trace; // has every line of the calls (trace.h); NULL = none, which costs nothing
};

// A Lua state with a counting allocator, whose extra space holds `owner`. Outside of a call the
// allocator refuses nothing, so arguments may be pushed without protection.
bool call_open(struct call *call, size_t hard_bytes, void *owner, struct err *err);
// On the thread that called last, or after that thread has ended.
void call_close(struct call *call);

// Calls the function below `arguments` values on the stack, like lua_call. False with `err` naming
// the place; what is not a Lua place is put behind `where`. `outcome` is OUTCOME_... of script.h.
int call_run(struct call *call, int arguments, int results, const struct call_budget *budget,
             const char *where, struct err *err);

// Gives the timer back: another thread may call next.
void call_rest(struct call *call);

// For C functions that loop long: raises when the running call is to end.
void call_check(lua_State *lua, const struct call *call);

// For those whose work a script chooses: takes `steps`, each some nanoseconds, from what the
// running call may have, and raises when it has no more. Unlike the deadline, this is the same on
// every machine and in every replay, so a script may catch it.
void call_charge(lua_State *lua, struct call *call, size_t steps);

// The `pcall` that scripts get: it hands a kill and a memory error on.
int call_pcall(lua_State *lua);

#endif
