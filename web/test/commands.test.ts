// Commands: read with the twin, moved by rows, given from what was typed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpen, laidOver, readAnew } from "../src/data/commands";
import type { Command } from "../src/data/types";
import { commandRow, parseMessage, parseModels, parseTwin, requests } from "../src/data/wire";

const first: Command = { id: 1, name: "flush", state: "sent", result: "", at: 100, args: [["seconds", 30]] };

test("a_twin_is_read_with_its_commands", () => {
  const twin = parseTwin({ id: "pump-1", commands: [
    { id: 1, name: "flush", state: "sent", args: { seconds: 30 }, result: "", queued_at: "1970-01-01T00:01:39Z", at: "1970-01-01T00:01:40Z" }] });
  assert.deepEqual(twin.commands, [first]);
  assert.deepEqual(parseTwin({ id: "pump-1" }).commands, []);
});

test("a_model_says_what_may_be_given", () => {
  const [pump] = parseModels({ models: [{ model: "pump", commands: { flush: { title: "", timeout: 120, args: { seconds: { unit: "s", type: "number", range: [1, 600] } } } } }] });
  assert.equal(pump?.commands[0]?.title, "Flush");
  assert.equal(pump?.commands[0]?.timeoutSeconds, 120);
  assert.deepEqual(pump?.commands[0]?.args[0]?.range, [1, 600]);
});

test("a_command_is_a_field_of_its_own_kind", () => {
  const message = parseMessage('{"id":1,"ok":true,"sid":7,"dict":{"twins":[],"fields":[{"name":"flush","unit":"","type":"command","kind":"command"}]}}');
  assert.ok(message.op === "answer" && message.dict !== null);
  assert.equal(message.dict.fields[0]?.kind, "command");
});

test("a_row_moves_a_command_and_leaves_its_arguments", () => {
  const done = commandRow("flush", { id: 1, state: "done", result: "clean" }, 130);
  assert.deepEqual(laidOver([first], [done]), [{ id: 1, name: "flush", state: "done", result: "clean", at: 130, args: [["seconds", 30]] }]);
});

test("what_was_read_before_a_row_came_does_not_take_it_back", () => {
  const done = commandRow("flush", { id: 1, state: "done", result: "" }, 130);
  const [shown] = laidOver([done], [first]);
  assert.equal(shown?.state, "done");
  assert.deepEqual(shown?.args, [["seconds", 30]]);
});

test("what_the_twin_has_forgotten_goes_and_what_came_meanwhile_stays", () => {
  const [old, later] = [{ ...first, id: 1 }, commandRow("hold", { id: 4, state: "queued", result: "" }, 200)];
  assert.deepEqual(readAnew([later, old], [{ ...first, id: 2 }]).map(({ id }) => id), [4, 2]);
});

test("the_newest_is_first", () => {
  const second = commandRow("hold", { id: 2, state: "queued", result: "" }, 90);
  assert.deepEqual(laidOver([first], [second]).map(({ id }) => id), [2, 1]);
  assert.deepEqual(["queued", "sent", "done", "failed", "timed_out"].map((state) => isOpen({ ...first, state })), [true, true, false, false, false]);
});

test("a_command_is_spelled_as_the_server_reads_it", () => {
  assert.deepEqual(JSON.parse(requests.command(5, "pump-1", "flush", { seconds: 30 })),
    { id: 5, op: "command", twin: "pump-1", name: "flush", args: { seconds: 30 } });
});
