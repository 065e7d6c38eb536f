// The signal handler only reads the clock, stops its timer and calls lua_sethook, all of which may
// be done in one.

#include "script/call.h"

#include "base/err.h"
#include "base/memory.h"
#include "script/script.h"
#include "script/trace.h"

#include <assert.h>
#include <errno.h>
#include <lauxlib.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TICK_SIGNAL (SIGRTMIN + 3)
#define TICKS_A_LIMIT 8      // so that a long limit is overrun by an eighth
#define SHORTEST_TICK_US 500 // a tick takes 1-2 us, so this is the most that costs next to nothing
#define SHORTEST_WAIT_US 50  // before looking again at a call whose time is nearly over
#define IDLE_TICKS 8         // without a call, then the timer rests
#define MESSAGE_HANDLER 1    // its place on the stack, below everything
#define GC_PAUSE 200         // next cycle when the heap has doubled
#define GC_STEP_MUL                                                                                \
    100 // small steps: longest pause 2-3 ms at 100,000 live tables, half of the default's
#define GC_STEP_LOG 11 // 2 KiB a step
#define STEPS_A_US                                                                                 \
    50 // of what a call may charge: used up before its deadline also on a slow machine

static void *allocate(void *context, void *old, size_t old_size, size_t size);
static void on_tick(int number, siginfo_t *info, void *context);
static void arm(struct call *call, enum kill reason);
static void kill_hook(lua_State *lua, lua_Debug *frame);
static void trace_hook(lua_State *lua, lua_Debug *hooked);
static bool make_timer(struct call *call, int64_t interval_us, struct err *err);
static void set_timer(const struct call *call, int64_t first_us, int64_t interval_us);
static void stop_timer(struct call *call);
static int on_error(lua_State *lua);
static bool find_place(lua_State *lua, lua_Debug *frame);
static void describe(struct call *call, int status, const char *where, struct err *err);
static int64_t thread_cpu_us(void);

static struct call *call_of(lua_State *lua) {
    void *context;
    lua_getallocf(lua, &context);
    return context;
}

bool call_open(struct call *call, size_t hard_bytes, void *owner, struct err *err) {
    *call = (struct call){.hard = hard_bytes, .soft = hard_bytes};
    struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(TICK_SIGNAL, &action, NULL) != 0)
        return err_set(err, ERR_INTERNAL, "cannot take signal %d for the deadline of scripts: %s",
                       TICK_SIGNAL, strerror(errno));
    call->lua = lua_newstate(allocate, call);
    assert(call->lua);
    *(void **)lua_getextraspace(call->lua) = owner;
    lua_pushcfunction(call->lua, on_error); // stays at MESSAGE_HANDLER
    lua_gc(call->lua, LUA_GCINC, GC_PAUSE, GC_STEP_MUL, GC_STEP_LOG);
    return true;
}

void call_close(struct call *call) {
    stop_timer(call);
    if (call->lua) lua_close(call->lua);
    call->lua = NULL;
}

int call_run(struct call *call, int arguments, int results, const struct call_budget *budget,
             const char *where, struct err *err) {
    int64_t limit_us = budget->cpu_us * (budget->patience ? budget->patience : 1);
    int64_t interval_us = limit_us / TICKS_A_LIMIT;
    if (interval_us < SHORTEST_TICK_US) interval_us = SHORTEST_TICK_US;
    if ((call->interval_us != interval_us || !pthread_equal(call->thread, pthread_self())) &&
        !make_timer(call, interval_us, err)) {
        lua_pop(call->lua, arguments + 1);
        return OUTCOME_ERROR;
    }

    // A script that hoards is killed before it lives at the hard cap, where every allocation would
    // cost a full collection.
    size_t top = call->hard - call->hard / 8;
    call->soft = call->used + budget->growth < top ? call->used + budget->growth : top;
    call->kill = KILL_NONE;
    call->limit_us = limit_us;
    call->steps = call->steps_a_call = (size_t)budget->cpu_us * STEPS_A_US;
    call->sequence++;
    if (call->trace)
        lua_sethook(call->lua, trace_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE, 0);
    atomic_signal_fence(memory_order_seq_cst);
    call->is_running = 1;
    if (!call->is_ticking) { // looked at after is_running is set: a tick that meets a call goes on
        call->is_ticking = 1;
        set_timer(call, interval_us, interval_us);
    }
    int status = lua_pcall(call->lua, arguments, results, MESSAGE_HANDLER);
    call->is_running = 0; // from here on a tick arms nothing
    atomic_signal_fence(memory_order_seq_cst);

    if (call->kill != KILL_NONE || call->trace) lua_sethook(call->lua, NULL, 0, 0);
    if (status == LUA_OK) return OUTCOME_OK;
    describe(call, status, where, err);
    lua_pop(call->lua, 1);
    if (call->kill == KILL_DEADLINE) return OUTCOME_KILLED;
    if (call->kill == KILL_NONE && status != LUA_ERRMEM) return OUTCOME_ERROR;
    if (call->used > call->hard / 2) lua_gc(call->lua, LUA_GCCOLLECT);
    return OUTCOME_MEMORY;
}

void call_rest(struct call *call) {
    stop_timer(call);
}

void call_check(lua_State *lua, const struct call *call) {
    if (call->kill != KILL_NONE) kill_hook(lua, NULL);
}

void call_charge(lua_State *lua, struct call *call, size_t steps) {
    call_check(lua, call);
    if (steps <= call->steps) {
        call->steps -= steps;
        return;
    }
    call->steps = 0;
    luaL_error(lua,
               "matching took more than the %I steps that one call may take; match a shorter text, "
               "or a pattern with fewer repeats",
               (LUAI_UACINT)call->steps_a_call);
}

// pcall(f, ...) -> true, results | false, error; a kill is not an error that a script may have
int call_pcall(lua_State *lua) {
    struct call *call = call_of(lua);
    luaL_checkany(lua, 1);
    int status = lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0);
    if (status == LUA_ERRMEM) arm(call, KILL_MEMORY);
    if (status != LUA_OK) call_check(lua, call);
    lua_pushboolean(lua, status == LUA_OK);
    lua_insert(lua, 1);
    return lua_gettop(lua);
}

static void *allocate(void *context, void *old, size_t old_size, size_t size) {
    struct call *call = context;
    if (!old) old_size = 0; // then it is the kind of object
    if (size == 0) {
        call->used -= old_size;
        free(old);
        return NULL;
    }
    if (call->is_running && size > old_size) {
        size_t after = call->used + (size - old_size);
        if (after > call->hard) return NULL;
        // Let it through and kill at the next instruction: refusing would make Lua collect
        // everything first.
        if (after > call->soft && call->kill == KILL_NONE) arm(call, KILL_MEMORY);
    }
    void *memory = xrealloc(old, size);
    call->used += size - old_size;
    return memory;
}

static void on_tick(int number, siginfo_t *info, void *context) {
    (void)number, (void)context;
    struct call *call = info->si_code == SI_TIMER ? info->si_value.sival_ptr : NULL;
    if (!call) return;
    int kept_errno = errno;
    if (!call->is_running) {
        if (++call->idle_ticks >= IDLE_TICKS && call->is_ticking) {
            call->is_ticking = 0;
            set_timer(call, 0, 0);
        }
        errno = kept_errno;
        return;
    }
    call->idle_ticks = 0;
    int64_t now = thread_cpu_us();
    int64_t step_us = now - call->seen_at;
    if (call->seen != call->sequence) {
        call->seen = call->sequence;
        call->spent_us = step_us = 0;
    }
    call->seen_at = now;
    // A machine that stands still (a virtual one, while others have its core) still counts CPU
    // time, but gives no ticks.
    call->spent_us += step_us < 2 * call->interval_us ? step_us : call->interval_us;
    int64_t left_us = call->limit_us - call->spent_us;
    if (left_us <= 0) {
        if (call->kill == KILL_NONE) arm(call, KILL_DEADLINE);
    } else if (left_us < call->interval_us) { // the next tick would come late
        set_timer(call, left_us > SHORTEST_WAIT_US ? left_us : SHORTEST_WAIT_US, call->interval_us);
    }
    errno = kept_errno;
}

static void arm(struct call *call, enum kill reason) {
    call->kill = reason;
    lua_sethook(call->lua, kill_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

// Raises at every instruction until call_run takes the hook away.
static void kill_hook(lua_State *lua, lua_Debug *hooked) {
    (void)hooked;
    const struct call *call = call_of(lua);
    lua_Debug frame;
    if (find_place(lua, &frame))
        lua_pushfstring(lua, "%s:%d: ", frame.short_src, frame.currentline);
    else
        lua_pushliteral(lua, "");
    if (call->kill == KILL_MEMORY)
        lua_pushliteral(lua, "stopped: its memory grew by more than one call may");
    else
        lua_pushfstring(lua, "stopped: it ran for more than %d ms of CPU time",
                        (int)(call->limit_us / 1000));
    lua_concat(lua, 2);
    lua_error(lua);
}

static void trace_hook(lua_State *lua, lua_Debug *hooked) {
    struct call *call = call_of(lua);
    if (trace_step(call->trace, lua, hooked)) return;
    lua_sethook(lua, NULL, 0, 0);
    if (call->kill != KILL_NONE) arm(call, call->kill); // a tick came in between
}

static bool make_timer(struct call *call, int64_t interval_us, struct err *err) {
    stop_timer(call);
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = TICK_SIGNAL};
    event.sigev_value.sival_ptr = call;
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    if (timer_create(CLOCK_MONOTONIC, &event, &call->timer) != 0)
        return err_set(err, ERR_UNAVAILABLE, "no timer for the deadline of scripts: %s",
                       strerror(errno));
    call->thread = pthread_self();
    call->interval_us = interval_us;
    return true;
}

static void set_timer(const struct call *call, int64_t first_us, int64_t interval_us) {
    struct itimerspec setting = {
        .it_value = {first_us / 1000000, first_us % 1000000 * 1000},
        .it_interval = {interval_us / 1000000, interval_us % 1000000 * 1000}};
    timer_settime(call->timer, 0, &setting, NULL);
}

// A tick already on its way is delivered before timer_delete returns to this thread.
static void stop_timer(struct call *call) {
    if (call->interval_us) timer_delete(call->timer);
    call->interval_us = 0;
    call->is_ticking = 0;
}

// The innermost Lua function of a file, and the line it is at.
static bool find_place(lua_State *lua, lua_Debug *frame) {
    for (int level = 0; lua_getstack(lua, level, frame); level++)
        if (lua_getinfo(lua, "Sl", frame) && frame->currentline > 0) return true;
    return false;
}

static bool has_place(const char *text) {
    return strncmp(text, "scripts/", 8) == 0 || strncmp(text, "models/", 7) == 0;
}

// Runs where the error was raised: puts the place in front when a C function raised it without one.
// Never calls the error object's __tostring.
static int on_error(lua_State *lua) {
    const char *text = lua_type(lua, 1) == LUA_TSTRING ? lua_tostring(lua, 1) : NULL;
    lua_Debug frame;
    bool is_found = find_place(lua, &frame);
    if (text && (has_place(text) || !is_found ||
                 strncmp(text, frame.short_src, strlen(frame.short_src)) == 0))
        return 1;
    if (!text) text = lua_pushfstring(lua, "raised a %s; raise a text", luaL_typename(lua, 1));
    if (is_found) lua_pushfstring(lua, "%s:%d: %s", frame.short_src, frame.currentline, text);
    return 1;
}

static void describe(struct call *call, int status, const char *where, struct err *err) {
    const char *text = lua_type(call->lua, -1) == LUA_TSTRING ? lua_tostring(call->lua, -1) : "";
    if (status == LUA_ERRMEM)
        err_set(err, ERR_INVALID, "%s: not enough memory: the cap is %zu bytes", where, call->hard);
    else if (has_place(text) || strncmp(text, where, strlen(where)) == 0)
        err_set(err, ERR_INVALID, "%s", text);
    else
        err_set(err, ERR_INVALID, "%s: %s", where, text);
}

static int64_t thread_cpu_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
