// The fleet's columns, a subscription that fills them, and the trails of an open twin.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../src/data/clock";
import { Fleet } from "../src/data/fleet";
import { retryDelay } from "../src/data/link";
import { Subscription } from "../src/data/subscription";
import { Trail } from "../src/data/trail";
import type { Field } from "../src/data/types";
import { GOOD, STALE } from "../src/data/types";
import type { Dictionary, Row } from "../src/data/wire";

const field = (name: string, kind: Field["kind"], unit = "", type = "number"): Field => ({ name, unit, type, kind });
const dict = (twins: string[], fields: Field[] = []): Dictionary => ({ twins, models: [], fields });
const data = (rows: Row[], rev: number, full = false, done = false) => ({ op: "data" as const, sid: 1, rev, full, done, rows });

test("rows_land_in_the_columns_of_their_dictionary", () => {
  const fleet = new Fleet();
  const sub = new Subscription(fleet, { selection: { ids: ["*"] }, hz: 5 });
  sub.begin(1, dict(["pump-1", "pump-2"], [field("temperature", "telemetry", "Cel"), field("mode", "reported", "", "text"), field("wear", "prediction", "h")]));
  sub.data(data([[1, 0, 71.5, 100, "stale"], [0, 1, "auto", 101, "good"], [0, 2, [3, 2.4, 4.1], 102, "good"]], 7, true, true), "e");
  assert.deepEqual({ ...fleet.cell(fleet.find("pump-2"), "telemetry", "temperature"), field: null }, { field: null, value: 71.5, time: 100, quality: STALE, low: null, high: null });
  assert.equal(fleet.cell(fleet.find("pump-1"), "reported", "mode")?.value, "auto");
  assert.deepEqual([fleet.cell(0, "prediction", "wear")?.value, fleet.cell(0, "prediction", "wear")?.low], [3, 2.4]);
  assert.equal(fleet.cell(0, "telemetry", "temperature"), null);
  assert.equal(sub.since, "e:7");
});

test("a_prediction_that_is_gone_is_null", () => {
  const fleet = new Fleet();
  const column = fleet.column(field("wear", "prediction", "h"));
  const twin = fleet.add("pump-1");
  fleet.apply([[0, 0, [3, 2, 4], 1, "good"]], [twin], [column]);
  fleet.apply([[0, 0, null, 2, "good"]], [twin], [column]);
  assert.equal(fleet.cell(twin, "prediction", "wear")?.value, null);
});

test("a_location_is_a_text_and_may_be_gone", () => {
  const fleet = new Fleet();
  const column = fleet.column(field("position", "telemetry", "", "location"));
  const twin = fleet.add("van-1");
  fleet.apply([[0, 0, [52.1, 4.3, 12], 1, "good"]], [twin], [column]);
  assert.equal(fleet.cell(twin, "telemetry", "position")?.value, "52.10000, 4.30000, 12 m");
  fleet.apply([[0, 0, null, 2, "good"]], [twin], [column]);
  assert.equal(fleet.cell(twin, "telemetry", "position")?.value, null);
});

test("a_twin_that_a_whole_snapshot_does_not_name_is_gone", () => {
  const fleet = new Fleet();
  const old = fleet.add("pump-9");
  const sub = new Subscription(fleet, { selection: { ids: ["*"] }, hz: 5, isWhole: true });
  sub.begin(1, dict(["pump-1"], [field("t", "telemetry")]));
  sub.data(data([[0, 0, 1, 1, "good"]], 5, true, false), "e");
  assert.equal(fleet.find("pump-9"), old);
  assert.equal(sub.since, null);
  sub.data(data([], 5, true, true), "e");
  assert.equal(fleet.find("pump-9"), -1);
  assert.equal(fleet.count, 1);
});

test("a_twin_created_later_comes_with_a_dictionary_message", () => {
  const fleet = new Fleet();
  const seen: string[] = [];
  const sub = new Subscription(fleet, { selection: { ids: ["*"] }, hz: 5, onTwins: (ids) => seen.push(...ids) });
  sub.begin(1, dict([], [field("t", "telemetry")]));
  sub.data(data([], 5, true, true), "e");
  assert.ok(sub.isSynced);
  sub.extend(0, null, dict(["pump-1"]));
  sub.data(data([[0, 0, 4, 1, "good"]], 6), "e");
  assert.equal(fleet.cell(fleet.find("pump-1"), "telemetry", "t")?.value, 4);
  assert.deepEqual(seen, ["pump-1"]);
  sub.lose([0]);
  assert.equal(fleet.find("pump-1"), -1);
  sub.data(data([[0, 0, 5, 2, "good"]], 7), "e");
  assert.equal(fleet.count, 0);
});

test("fields_that_come_later_have_their_own_place", () => {
  const fleet = new Fleet();
  const sub = new Subscription(fleet, { selection: { ids: ["*"] }, hz: 5 });
  sub.begin(1, dict(["pump-1"], [field("a", "telemetry")]));
  sub.extend(1, 1, dict(["pump-2"], [field("b", "telemetry")]));
  sub.data(data([[1, 1, 7, 1, "good"]], 6), "e");
  assert.equal(fleet.cell(fleet.find("pump-2"), "telemetry", "b")?.value, 7);
});

test("after_a_resume_too_the_dictionary_is_all_there_is", () => {
  const fleet = new Fleet();
  const sub = new Subscription(fleet, { selection: { ids: ["*"] }, hz: 5, isWhole: true });
  sub.begin(1, dict(["a", "b"], [field("t", "telemetry")]));
  sub.data(data([], 5, true, true), "e");
  sub.begin(2, dict(["b"], [field("t", "telemetry")]));
  sub.data(data([], 6), "e");
  assert.deepEqual([fleet.find("a"), fleet.count], [-1, 1]);
});

test("a_reconnect_has_a_new_dictionary_and_the_same_twins", () => {
  const fleet = new Fleet();
  const sub = new Subscription(fleet, { selection: { ids: ["*"] }, hz: 5 });
  const t = field("t", "telemetry");
  sub.begin(1, dict(["a", "b"], [t]));
  sub.data(data([[0, 0, 1, 1, "good"], [1, 0, 2, 1, "good"]], 5, true, true), "e");
  sub.begin(2, dict(["b", "a"], [t]));
  assert.ok(!sub.isSynced);
  sub.data(data([[0, 0, 20, 2, "good"]], 8), "e");
  assert.ok(sub.isSynced);
  assert.deepEqual([fleet.cell(fleet.find("a"), "telemetry", "t")?.value, fleet.cell(fleet.find("b"), "telemetry", "t")?.value], [1, 20]);
});

test("many_twins_grow_every_column", () => {
  const fleet = new Fleet();
  const column = fleet.column(field("t", "telemetry"));
  for (let i = 0; i < 1000; i++) fleet.apply([[0, 0, i, 1, "good"]], [fleet.add(`pump-${i}`)], [column]);
  assert.equal(fleet.cell(999, "telemetry", "t")?.value, 999);
  assert.equal(fleet.cell(3, "telemetry", "t")?.quality, GOOD);
  assert.equal(fleet.count, 1000);
});

test("severity_and_quality_are_the_worst_of_the_twin", () => {
  const fleet = new Fleet();
  const twin = fleet.add("pump-1");
  assert.deepEqual([fleet.severity(twin), fleet.quality(twin)], [0, -1]);
  fleet.apply([[0, 0, 3, 1, "good"], [0, 1, 1, 1, "good"], [0, 2, 1, 1, "stale"]], [twin],
    [fleet.column(field("alarm", "alarm")), fleet.column(field("a", "telemetry")), fleet.column(field("b", "telemetry"))]);
  assert.deepEqual([fleet.severity(twin), fleet.quality(twin)], [3, STALE]);
  assert.equal(fleet.alarmVersion, 1);
});

test("the_clock_is_the_servers", () => {
  let ms = 5000;
  const clock = new ServerClock(() => ms);
  assert.ok(!clock.isKnown);
  clock.set(1000);
  ms += 2500;
  assert.equal(clock.now(), 1002.5);
  clock.set(2000, ms - 200);
  assert.equal(clock.now(), 2000.1);
  clock.set(9000, ms - 5000);
  assert.equal(clock.now(), 2000.1);
});

test("retries_wait_longer_each_time_up_to_ten_seconds", () => {
  assert.deepEqual([0, 1, 2, 10].map((attempt) => retryDelay(attempt, 1)), [250, 500, 1000, 10_000]);
  assert.equal(retryDelay(0, 0), 125);
});

test("a_break_in_a_trail_is_a_gap", () => {
  const trail = new Trail();
  trail.push(1, 10);
  trail.push(2, 11);
  trail.breakAt(3);
  trail.breakAt(4);
  trail.push(2.5, 99);
  trail.push(9, 12);
  assert.deepEqual([trail.times, trail.values], [[1, 2, 3, 9], [10, 11, null, 12]]);
});

test("a_value_that_holds_goes_on_after_a_break_until_a_change_is_told", () => {
  const trail = new Trail();
  trail.push(1, 10);
  trail.breakAt(3);
  trail.goOn(8);
  assert.deepEqual([trail.times, trail.values], [[1, 3, 8], [10, null, 10]]);
  trail.push(5, 20);
  assert.deepEqual([trail.times, trail.values], [[1, 3, 5], [10, null, 20]]);
});

test("a_late_sample_leaves_no_point_and_the_same_time_replaces", () => {
  const trail = new Trail();
  trail.push(5, 1);
  trail.push(4, 9);
  trail.push(5, 2);
  assert.deepEqual([trail.times, trail.values], [[5], [2]]);
});

test("a_trail_is_bounded", () => {
  const trail = new Trail();
  for (let i = 0; i < 20_000; i++) trail.push(i, i);
  assert.ok(trail.times.length < 8000);
  assert.equal(trail.last, 19_999);
});

const points = (...times: number[]) => times.map((time) => ({ time, value: time * 10 }));

test("what_the_server_remembers_comes_before_what_the_page_saw", () => {
  const trail = new Trail();
  trail.push(10, 1);
  trail.push(11, 2);
  trail.recall(points(7, 8, 9, 10, 11));
  assert.deepEqual([trail.times, trail.values], [[7, 8, 9, 10, 11], [70, 80, 90, 1, 2]]);
  assert.equal(trail.recalledFrom, 7);
  trail.push(12, 3);
  assert.equal(trail.last, 3);
});

test("what_is_remembered_may_come_before_the_first_sample", () => {
  const trail = new Trail();
  trail.recall(points(7, 8, 9));
  trail.push(10, 1);
  trail.recall(points(7, 8, 9, 9.5));
  assert.deepEqual([trail.times, trail.last], [[7, 8, 9, 9.5, 10], 1]);
});

test("a_gap_is_filled_with_what_the_server_remembers_of_it", () => {
  const trail = new Trail();
  trail.push(1, 10);
  trail.push(2, 20);
  trail.breakAt(2.5);
  trail.recall(points(1, 2, 3, 4));
  trail.push(5, 50);
  trail.recall(points(1, 1.5, 2, 3, 4));
  assert.deepEqual([trail.times, trail.values], [[1, 2, 3, 4, 5], [10, 20, 30, 40, 50]]);
});

test("a_gap_that_the_server_has_too_stays_a_gap", () => {
  const trail = new Trail();
  trail.push(1, 10);
  trail.push(2, 20);
  trail.breakAt(2.5);
  trail.push(62, 50);
  trail.recall(points(1, 2, 3, 60, 61));
  assert.deepEqual([trail.times, trail.values], [[1, 2, 3, 3.001, 60, 61, 62], [10, 20, 30, null, 600, 610, 50]]);
});

test("a_bad_value_between_is_no_gap_to_fill", () => {
  const trail = new Trail();
  trail.push(1, 10);
  trail.push(2, null);
  trail.push(4, 40);
  trail.recall(points(1, 3));
  assert.deepEqual([trail.times, trail.values], [[1, 2, 4], [10, null, 40]]);
});

test("an_acknowledged_alarm_is_news_though_its_value_is_the_same", () => {
  const fleet = new Fleet();
  const [twin, column] = [fleet.add("pump-1"), fleet.column(field("hot", "alarm"))];
  fleet.apply([[0, 0, 1, 1, "good"]], [twin], [column]);
  const before = fleet.alarmVersion;
  fleet.apply([[0, 0, 1, 1, "good"]], [twin], [column]);
  assert.ok(fleet.alarmVersion > before);
});

test("a_field_that_comes_later_tells_that_a_model_has_changed", () => {
  const fleet = new Fleet();
  let count = 0;
  const sub = new Subscription(fleet, { selection: { ids: ["*"] }, hz: 5, onFields: () => { count += 1; } });
  sub.begin(1, dict(["pump-1"], [field("a", "telemetry")]));
  sub.extend(1, null, dict(["pump-2"]));
  assert.equal(count, 0);
  sub.extend(2, 1, dict([], [field("b", "telemetry")]));
  assert.equal(count, 1);
});
