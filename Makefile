# twind: `make run` shows it, `make test` proves it. README.md tells the rest.
BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= cc
JOBS     ?= $(shell nproc)

comma := ,
PACKAGES := lua5.4 libcoap-3-gnutls libwebsockets lmdb libcjson libcurl zlib nlopt
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror
CFLAGS   ?= $(if $(SANITIZE),-O1,-O2) -g
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARNINGS) -ffp-contract=off -fno-strict-aliasing $(CFLAGS) \
  -Iruntime $(PACKAGE_CFLAGS)
# Models may be stiff where CVODE is there (predict/stiff.h): `make stiff` installs it.
ifneq ($(wildcard /usr/include/cvode/cvode.h),)
ALL_CFLAGS += -DHAS_CVODE
CVODE    := -lsundials_cvode -lsundials_nvecserial
endif
LIBS     := -Wl,--as-needed $(PACKAGE_LIBS) $(CVODE) -lpthread -lm
ifdef SANITIZE
BUILD    := build/sanitize-$(subst $(comma),-,$(SANITIZE))
# gcc loses sight of format strings under its own instrumentation, hence two warnings less.
ALL_CFLAGS += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -Wno-format-truncation -Wno-format-overflow
LIBS     += -fsanitize=$(SANITIZE)
else
# Across files: a tenth of a message's CPU time. Tests link the same objects without it, which is quicker.
LINK_TIME := -flto=auto -ffat-lto-objects
PLAIN_LINK := -fno-lto -fno-use-linker-plugin
endif
export BUILD SANITIZE
# A compiler's complaint about a missing header would not say which package has it.
compile = $(if $(PACKAGE_LIBS),,$(error Debian packages are missing: $(shell .ci/packages --list \
  runtime); `make packages` installs them))$(CC) $(ALL_CFLAGS)

# A room may use the rooms before it; tests/layers.sh holds the whole rule.
ROOMS := base predict twin store script turn fork ingest push
objects = $(patsubst runtime/%.c,$(BUILD)/%.o,$(wildcard $(foreach room,$(1),runtime/$(room)/*.c)))
WIRING := $(filter-out $(BUILD)/main.o,$(patsubst runtime/%.c,$(BUILD)/%.o,$(wildcard runtime/*.c)))
RUNTIME := $(call objects,$(ROOMS)) $(WIRING)

# What trains trees needs libxgboost, and is made where that is there: `make train` installs it.
TRAINER := $(if $(wildcard /usr/include/xgboost/c_api.h),$(BUILD)/twintrain)
all: $(BUILD)/twind $(BUILD)/twinctl $(BUILD)/twinsim $(TRAINER)

$(BUILD)/twind: $(BUILD)/main.o $(RUNTIME)
	$(compile) $(LINK_TIME) -o $@ $^ $(LIBS)
# The turn and its forks, as a library: twinctl takes what runs without network and disk.
$(BUILD)/turn.a: $(call objects,turn fork)
	@rm -f $@
	$(AR) rcs $@ $^
$(BUILD)/twinctl: $(call objects,ctl base predict twin script) $(BUILD)/train/matrix.o $(BUILD)/turn.a
	$(compile) $(LINK_TIME) -o $@ $^ $(LIBS)
$(BUILD)/twinsim: $(call objects,sim base) $(BUILD)/ingest/message.o
	$(compile) $(LINK_TIME) -o $@ $^ $(LIBS)

$(BUILD)/twintrain: $(BUILD)/train/main.o $(BUILD)/train/matrix.o
	$(compile) $(PLAIN_LINK) -o $@ $^ -lxgboost -lm

$(BUILD)/%.o: runtime/%.c
	@mkdir -p $(@D)
	$(compile) $(LINK_TIME) -MMD -MP -c -o $@ $<

# One cmocka program a file with logic: tests/unit/ROOM/test_FILE.c, linked with its room and those before.
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*/test_*.c))
rooms_base    := base
rooms_predict := base predict
rooms_twin    := base predict twin
rooms_store   := base predict twin store
rooms_script  := base predict twin script
rooms_ingest  := base predict twin ingest
rooms_turn    := $(ROOMS)
rooms_fork    := base predict twin store script turn fork
rooms_push    := base predict twin store script turn fork push
rooms_ctl     := base predict twin script ctl
rooms_sim     := base sim
extra_turn    := $(WIRING)
extra_ctl     := $(BUILD)/train/matrix.o $(BUILD)/turn.a
extra_sim     := $(BUILD)/ingest/message.o
room_of = $(firstword $(subst /, ,$(1)))
without_main = $(filter-out %/main.o,$(1)) # here, for in a rule % is the stem
.SECONDEXPANSION:
$(BUILD)/unit/%: tests/unit/%.c $$(call without_main,$$(call objects,$$(rooms_$$(call room_of,$$*)))) \
  $$(extra_$$(call room_of,$$*))
	@mkdir -p $(@D)
	$(compile) $(PLAIN_LINK) -Itests/unit -MMD -MP -o $@ $(filter %.c %.o %.a,$^) $(LIBS) -lcmocka
units: $(UNIT)

# Bytes from outside, by the million: tests/fuzz/fuzz_WHAT.c
FUZZ := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
$(BUILD)/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.c $(RUNTIME)
	@mkdir -p $(@D)
	$(compile) $(PLAIN_LINK) -Itests/unit -MMD -MP -o $@ $(filter %.c %.o,$^) $(LIBS) -lcmocka
fuzzers: $(FUZZ)

# The page. npm's own lock copy is the stamp: newer than the lock file, nothing to install.
WEB_SOURCES := $(shell find web/src -type f 2>/dev/null) web/build.mjs web/package.json
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
web: web/dist/index.html
web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && node build.mjs
%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && $(NPM_CI)
	@touch $@

# Everything that is learned from recorded data and ships with the models.
train:
	@.ci/packages train
	@$(MAKE) -s all
	node tests/judge/train.mjs
# What models with stiff = true need: half a gigabyte of packages, for few models.
stiff:
	@.ci/packages stiff
# How well the judged models do on recorded data; TWIND_DATA names the folder.
judge: all
	@tests/judge/run.sh

packages:
	@.ci/packages runtime
run:
	@.ci/packages runtime web
	@$(MAKE) --no-print-directory -s -j$(JOBS) all web
	@runtime/sim/demo.sh

# Everything that is asked of a change. SUITES="unit e2e" runs less.
SUITES ?=
TEST_MODULES := tests/strangers/node_modules/.package-lock.json
tested:
	@.ci/packages runtime web test
	@$(MAKE) --no-print-directory -s -j$(JOBS) all web units $(TEST_MODULES)
	@$(MAKE) --no-print-directory -s -j$(JOBS) SANITIZE=$(or $(SANITIZE),address$(comma)undefined) units fuzzers
test: tested
	@tests/run.sh $(SUITES)
# The long forms: a night's worth of what must never happen.
soak: tested
	@KILL_CYCLES=500 REPLAY_TURNS=10000000 FUZZ_SECONDS=600 E2E_SECONDS=14400 tests/run.sh fuzz e2e

# How fast, beside a bare libcoap server and a raw UDP echo: exit 1 under a floor.
BENCH := $(addprefix $(BUILD)/bench/,raw_echo bare_libcoap ws_clients turns forks series estimators)
$(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(compile) $(PLAIN_LINK) -MMD -MP -o $@ $(filter %.c %.o,$^) $(LIBS)
$(BUILD)/bench/ws_clients: $(BUILD)/sim/tally.o
$(BUILD)/bench/turns $(BUILD)/bench/forks $(BUILD)/bench/series $(BUILD)/bench/estimators: $(BUILD)/bench/%: tests/bench/%.c $(RUNTIME)
	@mkdir -p $(@D)
	$(compile) $(LINK_TIME) -MMD -MP -o $@ $(filter %.c %.o,$^) $(LIBS)
bench:
	@.ci/packages runtime
	@$(MAKE) --no-print-directory -s -j$(JOBS) all $(BENCH)
	@tests/bench/run.sh

# What editors and luacheck know of the author's API, from the tables that bind it.
api: $(BUILD)/twinctl
	$(BUILD)/twinctl api --luacats >scripts/twin.d.lua.new && mv scripts/twin.d.lua.new scripts/twin.d.lua
	$(BUILD)/twinctl api --luacheck >.luacheckrc.new && mv .luacheckrc.new .luacheckrc

FORMATTED = $(shell find runtime tests -name '*.[ch]' -not -path '*/node_modules/*')
check:
	@.ci/packages web check
	tests/layers.sh
	@case "$$(clang-format --version)" in \
	*"version 14."*) clang-format --dry-run -Werror $(FORMATTED) ;; \
	*) echo "skipped: the code is formatted by clang-format 14 (Debian 12), this is another" ;; esac
	luacheck -q models scripts
	@$(MAKE) --no-print-directory -s web/node_modules/.package-lock.json
	cd web && npm run -s check

# Both README commands in a bare Debian 12 and a bare Debian 13, as root.
fresh:
	tests/fresh.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/twind
	install $(BUILD)/twind $(BUILD)/twinctl $(BUILD)/twinsim $(TRAINER) $(DESTDIR)$(PREFIX)/bin
	cp -R models scripts $(DESTDIR)$(PREFIX)/share/twind
	if [ -d web/dist ]; then mkdir -p $(DESTDIR)$(PREFIX)/share/twind/web && \
	  cp -R web/dist/. $(DESTDIR)$(PREFIX)/share/twind/web; fi

clean:
	rm -rf build web/dist web/.tests

.PHONY: train stiff judge all units fuzzers web packages run tested test soak api check fresh install clean
-include $(shell find $(BUILD) -path $(BUILD)/fresh -prune -o -type f -name '*.d' -print 2>/dev/null)
