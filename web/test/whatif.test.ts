// A what-if question through the address and to the server, and what its answer says.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change } from "../src/data/whatif";
import { alarmsOnlyIn, answerOf, bodyOf, changesOf, changesText, differencesOf, isComplete } from "../src/data/whatif";

const changes: Change[] = [
  { name: "pump-1/speed", mode: "set", text: "700" }, { name: "level", mode: "off", text: "-2" }, { name: "flow", mode: "silent", text: "" },
];

test("changes_survive_the_way_through_the_address", () => {
  assert.equal(changesText(changes), "pump-1/speed=700,level~off:-2,flow~silent");
  assert.deepEqual(changesOf(changesText(changes)), changes);
  assert.deepEqual(changesOf("now"), []);
  assert.deepEqual(changesOf("level~broken,=3"), []);
});

test("the_server_gets_values_and_faults", () => {
  assert.deepEqual(bodyOf(changes, "30m", "10s"), {
    horizon: "30m", step: "10s", branches: [{ name: "changed", set: { "pump-1/speed": 700 }, faults: { level: { off: -2 }, flow: "silent" } }],
  });
  assert.deepEqual(bodyOf([{ name: "heater", mode: "set", text: "off" }], "5m", "2s"),
    { horizon: "5m", step: "2s", branches: [{ name: "changed", set: { heater: false }, faults: {} }] });
  assert.deepEqual(bodyOf([], "5m", "2s"), { horizon: "5m", step: "2s", branches: [] });
});

test("what_is_typed_may_be_unfinished", () => {
  assert.deepEqual(changes.map(isComplete), [true, true, true]);
  assert.equal(isComplete({ name: "speed", mode: "set", text: " " }), false);
  assert.equal(isComplete({ name: "level", mode: "noise", text: "much" }), false);
});

const answer = answerOf({
  rev: 7, time: [100, 110, 120], samples: 40, twins: 3, branches: [
    { name: "untouched", fields: { level: [2, 2.1, 2.2] }, low: { level: [2, 2, 2] }, high: { level: [2, 2.2, 2.4] }, alarms: [{ twin: "a", alarm: "high", at: "1970-01-01T00:01:50Z", active: true }] },
    { name: "changed", fields: { level: [2, 1.8, null] }, alarms: [
      { twin: "a", alarm: "high", at: "1970-01-01T00:02:00Z", active: true }, { twin: "b", alarm: "low", at: "1970-01-01T00:02:00Z", active: true }],
      failure: { twin: "b", why: "line 3" } }] });

test("differences_are_of_the_ends_and_a_gap_is_none", () => {
  assert.deepEqual(differencesOf(answer), [
    { field: "level", now: 2, untouched: { value: 2.2, low: 2, high: 2.4 }, changed: { value: null, low: null, high: null } }]);
});

test("an_alarm_that_comes_anyway_is_told_once", () => {
  const [untouched, changed] = answer.branches;
  assert.ok(untouched !== undefined && changed !== undefined);
  assert.deepEqual(alarmsOnlyIn(changed, untouched).map(({ twin, at }) => [twin, at]), [["b", 120]]);
  assert.equal(changed.failure, "b: line 3");
});
