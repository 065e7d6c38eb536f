// How figures read.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ageText, axisTexts, clockText, countText, decimalsFor, durationText, exactText, naturalKey, numberText, parseDuration, titled, unitSeconds, unitText,
  valueText,
} from "../src/text/format";

test("durations_read_as_people_say_them", () => {
  assert.equal(durationText(0), "0 s");
  assert.equal(durationText(12.4), "12 s");
  assert.equal(durationText(45 * 60), "45 min");
  assert.equal(durationText(3 * 3600), "3 h");
  assert.equal(durationText(2.4 * 3600), "2.4 h");
  assert.equal(durationText(31 * 3600), "31 h");
  assert.equal(durationText(120.5 * 3600), "5 d");
  assert.equal(durationText(NaN), "–");
});

test("a_fresh_value_does_not_flicker_between_now_and_one_second", () => {
  assert.equal(ageText(-0.3), "now");
  assert.equal(ageText(1.2), "now");
  assert.equal(ageText(2.2), "2 s ago");
  assert.equal(ageText(NaN), "–");
});

test("the_range_of_a_field_sets_its_decimals", () => {
  assert.equal(numberText(66.24, [-20, 150]), "66.2");
  assert.equal(numberText(4.5, [0, 50]), "4.50");
  assert.equal(numberText(1450, [0, 3600]), "1450");
  assert.equal(numberText(-0.001, [-20, 150]), "0.0");
  assert.equal(decimalsFor(0, null), 1);
});

test("numbers_without_a_range_keep_what_matters", () => {
  assert.equal(numberText(3), "3");
  assert.equal(numberText(97.24), "97.2");
  assert.equal(numberText(1.5e9), "1.50e+9");
  assert.equal(numberText(NaN), "–");
  assert.equal(exactText(7.1), "7.1");
  assert.equal(exactText(0.1 + 0.2), "0.3");
});

test("values_that_are_no_numbers_read_too", () => {
  assert.equal(valueText(true), "on");
  assert.equal(valueText("auto"), "auto");
  assert.equal(valueText(null), "–");
});

test("model_durations_and_units_of_time_are_seconds", () => {
  assert.equal(parseDuration("30s"), 30);
  assert.equal(parseDuration("2m"), 120);
  assert.equal(parseDuration("24h"), 86400);
  assert.equal(parseDuration("7d"), 604800);
  assert.equal(parseDuration("soon"), null);
  assert.equal(unitSeconds("h"), 3600);
  assert.equal(unitSeconds("min"), 60);
  assert.equal(unitSeconds("mm/s"), null);
});

test("units_read_as_people_write_them", () => {
  assert.equal(unitText("Cel"), "°C");
  assert.equal(unitText("1/min"), "1/min");
});

test("ids_sort_as_people_count", () => {
  assert.deepEqual(["pump-10", "pump-2", "pump-1"].sort((a, b) => (naturalKey(a) < naturalKey(b) ? -1 : 1)), ["pump-1", "pump-2", "pump-10"]);
});

test("words_and_counts", () => {
  assert.equal(titled("bearing_wear"), "Bearing wear");
  assert.equal(countText(1, "alarm"), "1 alarm");
  assert.equal(countText(2000, "alarm"), "2,000 alarms");
  assert.match(clockText(0), /^\d\d:\d\d:\d\d$/);
});

test("marks_of_an_axis_differ_from_each_other", () => {
  assert.deepEqual(axisTexts([1000000, 1000050, 1000100]), ["1000000", "1000050", "1000100"]);
  assert.deepEqual(axisTexts([0, 0.25, 0.5]), ["0", "0.25", "0.5"]);
  assert.deepEqual(axisTexts([7.1, 7.102, 7.104]), ["7.1", "7.102", "7.104"]);
  assert.deepEqual(axisTexts([-20, 0, 20]), ["-20", "0", "20"]);
  assert.deepEqual(axisTexts([7.1]), ["7.1"]);
});
