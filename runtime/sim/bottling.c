// A bottling line: filler, belt, capper, belt, packer. The packer is the slowest, so with all well
// the belts fill up and it is what holds the line.

#include "sim/machine.h"
#include "sim/site.h"

#include <math.h>
#include <string.h>

#define FILLER_RATE 220.0 // bottles a minute
#define CAPPER_RATE 200.0
#define PACKER_RATE 180.0
#define BELTS 2
#define BELT_FILLED 0.88 // when it begins: the belts are full within the minute

static void filler_begin(void *asset, const struct asset_options *options) {
    machine_init(asset, options->seed, options->number, FILLER_RATE, options->wear);
}

static void capper_begin(void *asset, const struct asset_options *options) {
    machine_init(asset, options->seed, options->number, CAPPER_RATE, options->wear);
}

static void packer_begin(void *asset, const struct asset_options *options) {
    machine_init(asset, options->seed, options->number, PACKER_RATE, options->wear);
}

static void machine_spoil(void *asset) {
    struct machine *machine = asset;
    machine->wear = 1;
    machine->jams_per_s = 1 / 120.0;
    machine_jam(machine);
}

static void machine_live(void *asset, double dt_s) {
    machine_step(asset, dt_s);
}

static int machine_read(const void *asset, struct reading *readings, int *properties) {
    const struct machine *machine = asset;
    readings[0] = reading_number("rate", "1/min", machine->rate, 0.1);
    readings[1] = reading_number("set_rate", "1/min", machine->set_rate, 0.1);
    readings[2] = reading_number("good", NULL, fmod(floor(machine->good), MACHINE_COUNTER), 1);
    readings[3] =
        reading_number("rejected", NULL, fmod(floor(machine->rejected), MACHINE_COUNTER), 1);
    readings[4] = reading_text("state", machine_state_name(machine->state));
    readings[5] = reading_boolean("running", machine->state == MACHINE_RUNNING);
    *properties = 5;
    return 6;
}

static void machine_set(void *asset, const char *property, double value) {
    (void)property;
    ((struct machine *)asset)->set_rate = value;
}

static void machine_obey(void *asset, struct order *order) {
    if (strcmp(order->name, "clear_jam") == 0) {
        bool is_cleared = machine_clear(asset);
        order_end(order, !is_cleared, is_cleared ? "cleared" : "nothing is jammed");
    } else if (strcmp(order->name, "service") == 0) {
        machine_service(asset);
        order_end(order, false, "new tool");
    } else {
        order_end(order, true, "this device knows no such command");
    }
}

static void belt_begin(void *asset, const struct asset_options *options) {
    (void)options;
    ((struct belt *)asset)->content = BELT_FILLED * BELT_CAPACITY;
}

static void belt_live(void *asset, double dt_s) {
    (void)asset, (void)dt_s; // machines move it
}

static int belt_read(const void *asset, struct reading *readings, int *properties) {
    double level = 100 * ((const struct belt *)asset)->content / BELT_CAPACITY;
    (void)properties;
    readings[0] = reading_number("level", "%", level, 0.1);
    return 1;
}

static const char *const machine_properties[] = {"set_rate", NULL};

static const struct asset_kind filler_kind = {
    .model = "filler",
    .before = "filler-",
    .after = "",
    .bytes = sizeof(struct machine),
    .properties = machine_properties,
    .init = filler_begin,
    .spoil = machine_spoil,
    .step = machine_live,
    .read = machine_read,
    .set = machine_set,
    .obey = machine_obey,
};
static const struct asset_kind capper_kind = {
    .model = "capper",
    .before = "capper-",
    .after = "",
    .bytes = sizeof(struct machine),
    .properties = machine_properties,
    .init = capper_begin,
    .spoil = machine_spoil,
    .step = machine_live,
    .read = machine_read,
    .set = machine_set,
    .obey = machine_obey,
};
static const struct asset_kind packer_kind = {
    .model = "packer",
    .before = "packer-",
    .after = "",
    .bytes = sizeof(struct machine),
    .properties = machine_properties,
    .init = packer_begin,
    .spoil = machine_spoil,
    .step = machine_live,
    .read = machine_read,
    .set = machine_set,
    .obey = machine_obey,
};
static const struct asset_kind belt_kind = {
    .model = "belt",
    .before = "belt-",
    .after = "",
    .bytes = sizeof(struct belt),
    .init = belt_begin,
    .step = belt_live,
    .read = belt_read,
};
static const struct asset_kind *const kinds[] = {&filler_kind, &capper_kind, &packer_kind,
                                                 &belt_kind, NULL};

// It leads to its process, and the process to it.
static void *member_add(struct plant *plant, const struct asset_kind *kind, uint32_t number,
                        uint32_t process) {
    void *state = site_add(plant, kind, number);
    site_link_ahead(plant, "part_of", "bottling-", process);
    return state;
}

static void bottling_build(struct plant *plant, uint32_t site) {
    uint32_t number = site + 1, first = site * BELTS + 1, second = first + 1;
    struct belt *belt_1 = member_add(plant, &belt_kind, first, number);
    struct belt *belt_2 = member_add(plant, &belt_kind, second, number);
    struct machine *filler = member_add(plant, &filler_kind, number, number);
    struct machine *capper = member_add(plant, &capper_kind, number, number);
    struct machine *packer = member_add(plant, &packer_kind, number, number);
    filler->after = capper->before = belt_1;
    capper->after = packer->before = belt_2;
    site_add_twin(plant, "bottling", "bottling-", number);
    site_link(plant, "filler", "filler-", number, "");
    site_link(plant, "capper", "capper-", number, "");
    site_link(plant, "packer", "packer-", number, "");
    site_link(plant, "belt_1", "belt-", first, "");
    site_link(plant, "belt_2", "belt-", second, "");
}

const struct site_kind bottling_site = {
    .name = "bottling", .assets = 3 + BELTS, .build = bottling_build, .kinds = kinds};
