# twind: `make run` shows it, `make test` proves it. README.md tells the rest.
BUILD   ?= build
PREFIX  ?= /usr/local
CC      ?= cc
PACKAGES := lua5.4 libcoap-3-gnutls libwebsockets lmdb libcjson libcurl zlib

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror
CFLAGS   ?= -O2 -g
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARNINGS) -ffp-contract=off -fno-strict-aliasing $(CFLAGS) \
  -Iruntime $(shell pkg-config --cflags $(PACKAGES))
LIBS     := $(shell pkg-config --libs $(PACKAGES)) -lpthread -lm
ifdef SANITIZE
BUILD    := build/sanitize-$(subst $(comma),-,$(SANITIZE))
ALL_CFLAGS += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer
LIBS     += -fsanitize=$(SANITIZE)
endif
comma := ,

# A room may use the rooms before it; tests/layers.sh holds the whole rule.
ROOMS := base predict twin store script ingest push
objects = $(patsubst runtime/%.c,$(BUILD)/%.o,$(wildcard $(foreach room,$(1),runtime/$(room)/*.c)))
RUNTIME := $(call objects,$(ROOMS)) $(filter-out $(BUILD)/main.o,$(patsubst runtime/%.c,$(BUILD)/%.o,$(wildcard runtime/*.c)))

all: $(BUILD)/twind $(BUILD)/twinctl $(BUILD)/twinsim

$(BUILD)/twind: $(BUILD)/main.o $(RUNTIME)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/twinctl: $(call objects,ctl base predict twin script)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/twinsim: $(call objects,sim base) $(BUILD)/ingest/message.o
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: runtime/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# One cmocka program a file with logic: tests/unit/ROOM/test_FILE.c, linked with its room and those before.
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*/test_*.c))
rooms_base    := base
rooms_predict := base predict
rooms_twin    := base predict twin
rooms_store   := base predict twin store
rooms_script  := base predict twin script
rooms_ingest  := base predict twin ingest
rooms_push    := base predict twin push
rooms_sim     := base sim
.SECONDEXPANSION:
$(BUILD)/unit/%: tests/unit/%.c $$(call objects,$$(rooms_$$(firstword $$(subst /, ,$$*))))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP -o $@ $(filter %.c %.o,$^) $(LIBS) -lcmocka
$(BUILD)/unit/turn/%: tests/unit/turn/%.c $(RUNTIME)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP -o $@ $(filter %.c %.o,$^) $(LIBS) -lcmocka

clean:
	rm -rf build

.PHONY: all clean
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
