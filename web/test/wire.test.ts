// What comes over the wire, in the page's own words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAdoptions, parseAlarms, parseHistory, parseMessage, parseModels, parseTwin, parseTwinList, placeText, qualityOf, requests } from "../src/data/wire";

test("hello_gives_epoch_rev_and_the_servers_time", () => {
  assert.deepEqual(parseMessage('{"op":"hello","v":1,"epoch":"a1","rev":81234,"now":1763.5,"new_member":1}'),
    { op: "hello", epoch: "a1", rev: 81234, now: 1763.5 });
});

test("an_answer_carries_the_dictionary", () => {
  const message = parseMessage('{"id":1,"ok":true,"sid":7,"dict":{"twins":["pump-1"],"fields":[{"name":"speed","unit":"1/min","type":"number","kind":"desired"}]}}');
  assert.ok(message.op === "answer" && message.dict !== null && message.problem === null);
  assert.equal(message.sid, 7);
  assert.deepEqual(message.dict.twins, ["pump-1"]);
  assert.deepEqual(message.dict.fields, [{ name: "speed", unit: "1/min", type: "number", kind: "desired" }]);
});

test("a_refusal_keeps_the_servers_words", () => {
  const message = parseMessage('{"id":2,"ok":false,"error":{"status":412,"title":"Precondition failed","detail":"desired changed at 9"}}');
  assert.ok(message.op === "answer");
  assert.deepEqual(message.problem, { status: 412, title: "Precondition failed", detail: "desired changed at 9" });
});

test("more_of_the_dictionary_comes_later", () => {
  const message = parseMessage('{"op":"dict","sid":7,"from":3,"twins":["pump-4"]}');
  assert.ok(message.op === "dict");
  assert.equal(message.from, 3);
  assert.equal(message.fieldsFrom, null);
});

test("deleted_twins_are_told_by_their_places", () => {
  assert.deepEqual(parseMessage('{"op":"gone","sid":7,"twins":[3,5]}'), { op: "gone", sid: 7, places: [3, 5] });
});

test("an_unknown_message_is_no_error", () => {
  assert.deepEqual(parseMessage('{"op":"gap","sid":1}'), { op: "other" });
});

test("quality_is_a_word_and_an_unknown_word_is_uncertain", () => {
  assert.deepEqual(["good", "uncertain", "bad", "stale", "odd", undefined].map(qualityOf), [0, 1, 2, 3, 1, 0]);
});

test("requests_are_spelled_as_the_server_reads_them", () => {
  assert.deepEqual(JSON.parse(requests.subscribe(1, { ids: ["*"] }, 5, "a1:9")), { id: 1, op: "sub", sel: { ids: ["*"] }, hz: 5, enc: "json", since: "a1:9" });
  assert.deepEqual(JSON.parse(requests.set(2, "pump-1", "speed", 1200, 81230)), { id: 2, op: "set", twin: "pump-1", desired: { speed: 1200 }, if_rev: 81230 });
  assert.deepEqual(JSON.parse(requests.acknowledge(4, "pump-1", "overheating")), { id: 4, op: "ack", twin: "pump-1", alarm: "overheating" });
  assert.deepEqual(JSON.parse(requests.pace(3, 7, 0)), { id: 3, op: "pace", sid: 7, hz: 0 });
});

test("models_are_read_whole", () => {
  const [pump] = parseModels({ models: [{
    model: "pump", title: "Centrifugal pump", level: "asset", telemetry: { vibration: { unit: "mm/s", range: [0, 50] } },
    properties: { speed: { unit: "1/min", writable: true }, serial: { type: "text" } }, parameters: { hot: { unit: "Cel", default: 90 } },
    alarms: { overheating: { severity: "critical", field: "temperature", above: "hot" } },
    predictions: { bearing_wear: { unit: "h", band: 0.9, of: { field: "vibration", above: "vibration_limit" } } },
  }] });
  assert.ok(pump !== undefined);
  assert.deepEqual(pump.telemetry[0]?.range, [0, 50]);
  assert.deepEqual(pump.properties.map(({ name, writable, type }) => [name, writable, type]), [["speed", true, "number"], ["serial", false, "text"]]);
  assert.equal(pump.parameters[0]?.fallback, 90);
  assert.deepEqual([pump.alarms[0]?.severity, pump.alarms[0]?.above, pump.alarms[0]?.below], [3, "hot", null]);
  assert.deepEqual([pump.predictions[0]?.field, pump.predictions[0]?.above, pump.predictions[0]?.horizonSeconds], ["vibration", "vibration_limit", null]);
});

test("a_twin_has_its_parameters_and_relationships", () => {
  const twin = parseTwin({ id: "pump-1", model: "pump", level: "asset", rev: 5, version: "3f", parameters: { hot: { value: 90, unit: "Cel" } }, relationships: { feeds: ["tank-1"], part_of: "line-1" } });
  assert.equal(twin.parameters.get("hot")?.value, 90);
  assert.deepEqual([...twin.relationships], [["feeds", ["tank-1"]], ["part_of", ["line-1"]]]);
});

test("a_list_ends_when_there_is_no_cursor", () => {
  assert.equal(parseTwinList({ twins: [], cursor: null }).cursor, null);
  assert.equal(parseTwinList({ twins: [] }).cursor, null);
  assert.equal(parseTwinList({ twins: [{ id: "a" }], cursor: "a" }).cursor, "a");
});

test("an_alarm_names_its_twin_and_itself", () => {
  const [alarm] = parseAlarms({ alarms: [{ id: "x", twin: "pump-1", alarm: "overheating", severity: "critical", active: true, since: "2026-11-22T18:00:00Z" }] }).alarms;
  assert.deepEqual([alarm?.twin, alarm?.name, alarm?.severity, alarm?.since], ["pump-1", "overheating", 3, 1795370400]);
});

test("a_muted_alarm_and_a_life_cycle_are_told", () => {
  assert.equal(parseAlarms({ alarms: [{ twin: "a", alarm: "hot", muted: true }] }).alarms[0]?.muted, true);
  assert.equal(parseTwin({ id: "a", lifecycle: "maintenance" }).lifecycle, "maintenance");
});

test("an_id_that_waits_to_be_adopted_may_have_no_model", () => {
  const found = parseAdoptions({ adoptions: [{ id: "pump-8", model: "pump", count: 3, at: "2026-11-22T18:00:00Z", peer: "127.0.0.1:4" }, { id: "x", model: null, count: 1 }] });
  assert.deepEqual(found, [{ id: "pump-8", model: "pump", count: 3, at: 1795370400, peer: "127.0.0.1:4" }, { id: "x", model: "", count: 1, at: null, peer: "" }]);
});

test("history_is_points_of_the_fields_that_have_any", () => {
  const history = parseHistory({ twin: "pump-1", fields: {
    vibration: { unit: "mm/s", time: [100.5, 101.5, 102.5], value: [1.1, null, 1.3], quality: ["good", "bad", "good"] },
    flow: { unit: "l/min", time: [], value: [], quality: [] },
    power: { unit: "W", time: [100, 101], value: [5, 999], quality: ["good", "bad"] },
    load: { unit: "%", time: [100, 110], value: [5, 7], quality: ["good", "good"], min: [1, 7], max: [9, 7] },
  } });
  assert.deepEqual([...history], [
    ["vibration", [{ time: 100.5, value: 1.1 }, { time: 102.5, value: 1.3 }]],
    ["power", [{ time: 100, value: 5 }]],
    ["load", [{ time: 99.999, value: 1 }, { time: 100, value: 9 }, { time: 110, value: 7 }]], // a spike is not hidden
  ]);
});

test("news_of_a_version_keep_the_sentence_and_the_place", () => {
  const message = parseMessage('{"op":"version","version":"3f2a9c71","state":"refused","why":"models/pump.lua:3: no","file":"models/pump.lua","line":3,"column":5,"text":"  x = 1"}');
  assert.deepEqual(message, {
    op: "version", news: { state: "refused", version: "3f2a9c71", why: "models/pump.lua:3: no", text: "  x = 1", column: 5 },
  });
});

test("a_location_reads_as_one_text_wherever_it_comes_from", () => {
  assert.equal(placeText([52.1, -4.3]), "52.10000, -4.30000");
  assert.equal(placeText([52.123456, 4, 12]), "52.12346, 4.00000, 12 m");
  const twin = parseTwin({ id: "van-1", parameters: { home: { value: { lat: 1, lon: 2, alt: -3 } } }, attributes: { depot: { lat: 1, lon: 2 }, gates: [1, 2], dock: { lat: 1, lon: 2, name: "A" } } });
  assert.equal(twin.parameters.get("home")?.value, "1.00000, 2.00000, -3 m");
  assert.deepEqual(twin.attributes, [["depot", "1.00000, 2.00000"], ["gates", "1, 2"], ["dock", '{"lat":1,"lon":2,"name":"A"}']]);
});
