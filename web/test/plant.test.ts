// The tree, the heat map's arithmetic, forecasts and what needs someone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aheadSpan, alignTrails, coneOf, valueSpan } from "../src/data/chart_data";
import type { Crossing } from "../src/data/forecast";
import { forecastOf, forecastText, isBeyond, recordText } from "../src/data/forecast";
import { cornerOf, layoutHeat, placeAt, placeBeside } from "../src/data/heat_layout";
import { heldOrder, needsOf } from "../src/data/needs";
import { axisSplits, fromX, splitText, timeAxis, toX } from "../src/data/time_axis";
import { Trail } from "../src/data/trail";
import { buildTree, treeRows, wholeOf, worstBelow } from "../src/data/tree";
import type { Alarm, Cell } from "../src/data/types";
import { parseModels } from "../src/data/wire";
import { watchedQuantity } from "../src/data/watched";
import { naturalKey } from "../src/text/format";
import { formatRoute, parseRoute } from "../src/route";

function treeOf(twins: [id: string, model: string, partOf?: string][]) {
  const ids = twins.map(([id]) => id);
  return { ids, tree: buildTree({
    ids, sortKeys: ids.map(naturalKey), models: twins.map(([, model]) => model), alive: new Uint8Array(ids.length).fill(1),
    find: (id) => ids.indexOf(id), parentOf: (twin) => twins[twin]?.[2] ?? wholeOf(ids[twin] as string),
  }) };
}

const PLANT: [string, string, string?][] = [
  ["pump-10", "pump", "line-1"], ["pump-2", "pump", "line-1"], ["line-1", "line"], ["pump-2:motor", "motor"], ["tank-9", "tank"],
];

test("the_tree_follows_part_of_and_parts_and_groups_the_rest", () => {
  const { ids, tree } = treeOf(PLANT);
  const rows = treeRows(tree, ids, { isUnfolded: () => true, isWanted: null });
  assert.deepEqual(rows.map((row) => `${row.level} ${row.key}`),
    ["1 model/line", "2 line-1", "3 pump-2", "4 pump-2:motor", "3 pump-10", "1 model/tank", "2 tank-9"]);
});

test("folded_rows_are_not_there", () => {
  const { ids, tree } = treeOf(PLANT);
  const rows = treeRows(tree, ids, { isUnfolded: (_key, level) => level < 2, isWanted: null });
  assert.deepEqual(rows.map((row) => row.key), ["model/line", "line-1", "model/tank", "tank-9"]);
});

test("a_filter_keeps_the_way_to_what_it_wants", () => {
  const { ids, tree } = treeOf(PLANT);
  const rows = treeRows(tree, ids, { isUnfolded: () => false, isWanted: (twin) => ids[twin] === "pump-2:motor" });
  assert.deepEqual(rows.map((row) => row.key), ["model/line", "line-1", "pump-2", "pump-2:motor"]);
});

test("a_ring_of_part_of_is_cut", () => {
  const { tree } = treeOf([["a", "x", "b"], ["b", "x", "a"], ["c", "x", "c"]]);
  assert.equal(tree.order.length, 3);
});

test("the_worst_below_reaches_the_top", () => {
  const { ids, tree } = treeOf(PLANT);
  const worst = worstBelow(tree, (twin) => (ids[twin] === "pump-2:motor" ? 3 : 0));
  assert.deepEqual(ids.map((_, twin) => worst[twin]), [0, 3, 3, 3, 0]);
});

test("every_place_of_the_heat_map_is_found_under_its_own_corner", () => {
  for (const [count, width, height] of [[60, 700, 500], [60, 380, 400], [900, 700, 500], [100_000, 700, 500]] as const) {
    const half = Math.floor(count / 2);
    const lanes = [{ label: "a", twins: Array.from({ length: half }, (_, i) => i) }, { label: "b", twins: Array.from({ length: count - half }, (_, i) => half + i) }];
    const layout = layoutHeat(lanes, width, height);
    assert.equal(layout.sequence.length, count);
    for (let place = 0; place < count; place += Math.ceil(count / 97)) {
      const { x, y } = cornerOf(layout, place);
      assert.ok(x + layout.cellWidth <= width + 1);
      assert.equal(placeAt(layout, x + 1, y + 1), place);
    }
  }
});

test("arrow_keys_move_over_the_heat_map", () => {
  const layout = layoutHeat([{ label: "a", twins: [0, 1, 2] }, { label: "b", twins: [3, 4] }], 700, 500);
  assert.equal(placeBeside(layout, 0, "ArrowRight"), 1);
  assert.equal(placeBeside(layout, 0, "ArrowDown"), 3);
  assert.equal(placeBeside(layout, 2, "ArrowDown"), 4);
  assert.equal(placeBeside(layout, 3, "ArrowUp"), 0);
  assert.equal(placeBeside(layout, 0, "ArrowUp"), 0);
  assert.equal(placeBeside(layout, 0, "End"), 4);
});

const [PUMP] = parseModels({ models: [{
  model: "pump", telemetry: { vibration: { unit: "mm/s" } }, parameters: { vibration_limit: { unit: "mm/s", default: 7.1 } },
  predictions: { bearing_wear: { unit: "h", band: 0.9, of: { field: "vibration", above: "vibration_limit" } }, warmth: { unit: "Cel", of: { field: "vibration", horizon: "24h" } } },
}] });

const cell = (name: string, value: number | null, low: number | null, high: number | null): Cell =>
  ({ field: { name, unit: "h", type: "number", kind: "prediction" }, value, time: 1000, quality: 0, low, high });

test("a_prediction_says_when_the_limit_comes", () => {
  const forecast = forecastOf(cell("bearing_wear", 3, 2.4, 4.1), PUMP, null);
  assert.ok(forecast?.kind === "crossing");
  assert.equal(forecast.at, 1000 + 3 * 3600);
  assert.equal(forecastText(forecast, 1000), "vibration limit 7.1 mm/s in 3 h (2.4 h to 4.1 h, 90 % band)");
  assert.equal(forecastText(forecast, 1000 + 3600), "vibration limit 7.1 mm/s in 2 h (84 min to 3.1 h, 90 % band)");
  assert.equal(forecastText(forecast, 1000 + 4 * 3600), "vibration limit 7.1 mm/s now (0 s to 6 min, 90 % band)");
  assert.equal(forecastText(forecast, 1000 + 5 * 3600), "vibration has passed its limit of 7.1 mm/s");
});

test("a_value_beyond_its_limit_is_not_called_a_forecast", () => {
  const [rule] = PUMP?.predictions ?? [];
  assert.ok(rule !== undefined);
  assert.deepEqual([7.1, 7.2, 7, null].map((value) => isBeyond(value, rule, PUMP, null)), [true, true, false, false]);
  const forecast = forecastOf(cell("bearing_wear", 3, 2.4, 4.1), PUMP, null) as Crossing;
  assert.equal(forecastText(forecast, 1000, true), "vibration has passed its limit of 7.1 mm/s");
  assert.equal(forecastText({ ...forecast, limit: null }, 1000, true), "vibration has passed its limit");
});

test("no_value_is_no_forecast", () => {
  assert.equal(forecastOf(cell("bearing_wear", null, null, null), PUMP, null), null);
});

test("a_prediction_with_a_horizon_says_what_will_be", () => {
  const forecast = forecastOf(cell("warmth", 5.5, 5, 6), PUMP, null);
  assert.ok(forecast?.kind === "outlook");
  assert.equal(forecastText(forecast, 1000), "vibration 5.5 mm/s in 24 h (5 to 6, band)");
});

test("the_cone_goes_from_now_to_the_limit", () => {
  const forecast = forecastOf(cell("bearing_wear", 3, 2.4, 4.1), PUMP, null) as Crossing;
  assert.deepEqual(coneOf(forecast, 1000, 4.5, 99_999), [{ time: 1000, value: 4.5 }, { time: 1000 + 2.4 * 3600, value: 7.1 }, { time: 1000 + 4.1 * 3600, value: 7.1 }]);
  assert.ok(aheadSpan(forecast, 1000) > 4.1 * 3600);
  assert.equal(aheadSpan(null, 1000), 0);
});

test("the_time_axis_presses_a_long_future", () => {
  const axis = timeAxis(1000, 600, 4 * 3600);
  assert.ok(axis.press < 0.05);
  assert.ok(Math.abs(fromX(axis, toX(axis, 9000)) - 9000) < 1e-6);
  assert.equal(toX(axis, 700), -300);
  const splits = axisSplits(axis, 12).map((x) => splitText(axis, x));
  assert.ok(splits.includes("now") && splits.includes("+1 h") && splits[0] === "−10 min");
  assert.equal(timeAxis(1000, 600, 60).press, 1);
});

test("no_two_places_of_the_axis_read_the_same", () => {
  for (const past of [60, 75, 100, 130, 300, 599, 1800, 3600]) {
    const axis = timeAxis(1000, past, 40);
    const texts = axisSplits(axis, 12).map((x) => splitText(axis, x));
    assert.equal(new Set(texts).size, texts.length, texts.join(" "));
  }
  assert.equal(splitText(timeAxis(1000, 200, 0), -110), "−1:50");
});

test("cards_share_out_the_width_and_fit", () => {
  const lanes = [11, 11, 7].map((length, lane) => ({ label: `${lane}`, twins: Array.from({ length }, (_, i) => lane * 20 + i) }));
  const layout = layoutHeat(lanes, 740, 600);
  assert.deepEqual([layout.isCards, layout.columns, layout.cellHeight], [true, 6, 68]);
  assert.ok(layout.columns * layout.cellWidth > 740 - 92 - layout.cellWidth);
  for (const height of [100, 200, 300, 400, 500]) assert.ok(layoutHeat(lanes, 740, height).height <= height);
});

test("one_field_stands_for_a_twin", () => {
  assert.equal(watchedQuantity(PUMP)?.name, "vibration");
  const [tank, line] = parseModels({ models: [
    { model: "tank", telemetry: { inflow: { unit: "l/min" }, level: { unit: "m" } }, alarms: { dull: { severity: "info", field: "inflow" }, low: { severity: "critical", field: "level" } } },
    { model: "line", derived: { alarms_active: {}, throughput: { unit: "l/min" } }, alarms: { short: { severity: "critical" } } },
  ] });
  assert.deepEqual([watchedQuantity(tank)?.name, watchedQuantity(line)?.name, watchedQuantity(undefined)], ["level", "throughput", null]);
});

test("trails_align_and_gaps_stay_gaps", () => {
  const [a, b] = [new Trail(), new Trail()];
  a.push(990, 1);
  a.push(995, null);
  b.push(992, 5);
  assert.deepEqual(alignTrails([a, b, undefined], timeAxis(1000, 60, 0), false),
    [[-10, -8, -5], [1, undefined, null], [undefined, 5, undefined], [undefined, undefined, undefined]]);
  assert.deepEqual(alignTrails([b], timeAxis(1000, 60, 0), true), [[-8, 0], [5, 5]]);
  assert.deepEqual(valueSpan([[0], [10]], [20, null]), [9, 21]);
});

const alarm = (twin: string, severity: Alarm["severity"], since: number): Alarm =>
  ({ twin, name: "hot", severity, active: true, acked: false, muted: false, since, text: "", advice: "" });
const coming = (twin: string, at: number) => ({ twin, crossing: { ...(forecastOf(cell("bearing_wear", 1, null, null), PUMP, null) as Crossing), at } });

test("a_muted_alarm_needs_nobody", () => {
  assert.deepEqual(needsOf([{ ...alarm("c", 3, 1), muted: true }, alarm("w", 2, 5)], [], () => false).map((need) => need.twin), ["w"]);
});

test("the_worst_comes_first_and_then_the_soonest", () => {
  const needs = needsOf([alarm("i", 1, 5), alarm("w", 2, 5), alarm("c", 3, 1), alarm("c2", 3, 9)], [coming("late", 900), coming("soon", 100)], () => false);
  assert.deepEqual(needs.map((need) => need.twin), ["c2", "c", "w", "soon", "late", "i"]);
});

test("what_somebody_acknowledged_comes_last", () => {
  const acked = (one: Alarm): Alarm => ({ ...one, acked: true });
  const needs = needsOf([acked(alarm("aw", 2, 5)), acked(alarm("ac", 3, 5)), alarm("i", 1, 5), alarm("w", 2, 5)], [coming("soon", 100)], () => false);
  assert.deepEqual(needs.map((need) => need.twin), ["w", "soon", "i", "ac", "aw"]);
});

test("a_forecast_is_silent_once_its_alarm_speaks", () => {
  assert.deepEqual(needsOf([], [coming("pump-1", 100)], (twin, field) => twin === "pump-1" && field === "vibration"), []);
});

test("rows_do_not_move_while_held", () => {
  const needs = needsOf([alarm("new", 3, 9), alarm("a", 2, 5), alarm("b", 2, 4)], [], () => false);
  assert.deepEqual(heldOrder(needs, ["b hot", "a hot"]).map((need) => need.twin), ["b", "a", "new"]);
});

test("the_route_keeps_what_was_chosen", () => {
  const route = parseRoute("#/t/pump-7:motor?f=temperature,vibration&w=1h");
  assert.deepEqual([route.page, route.id, route.params.get("f")], ["twin", "pump-7:motor", "temperature,vibration"]);
  assert.equal(formatRoute(route), "#/t/pump-7:motor?f=temperature,vibration&w=1h");
  assert.equal(parseRoute("").page, "plant");
  assert.equal(parseRoute("#/t/%E0%A4%A").page, "plant");
});

test("a_record_says_how_far_off_the_forecasts_were", () => {
  assert.equal(recordText(undefined, "h"), null);
  assert.equal(recordText({ count: 0, held: 0, error: 0, naiveError: null }, "h"), null);
  assert.equal(recordText({ count: 12, held: 10 / 12, error: 3, naiveError: null }, "h"), "12 judged so far were 3 h off on average, 83 % in the band");
  assert.equal(recordText({ count: 1, held: 1, error: 0.244, naiveError: 1.2 }, "m"),
    "the one judged so far was 0.24 m off (1.2 m if nothing had changed), 100 % in the band");
});
