// The only file that knows how things are spelled on the wire: WebSocket `twin.v1` and HTTP /api/v1.
// Everything it returns is in the words of types.ts; unknown members are ignored, missing ones get a plain default.
import { numberText, parseDuration, titled } from "../text/format";
import type {
  Adoption, Alarm, AlarmRule, Command, CommandRule, Field, Info, Kind, Limit, Model, Parameter, Point, PredictionRule, Problem, Property,
  Quantity, Range,
  Severity, TrackRecord, TwinDetail, TwinHead, Value, VersionNews,
} from "./types";
import { GOOD, QUALITY_NAMES, SEVERITY_NAMES, UNCERTAIN } from "./types";

type Json = Record<string, unknown>;

/** [twin index, field index, value, Unix seconds, quality]; indexes are those of the subscription's dictionary. */
export type Row = readonly [number, number, unknown, number, string];

export interface Dictionary {
  readonly twins: readonly string[];
  readonly models: readonly string[];
  readonly fields: readonly Field[];
}

export type ServerMessage =
  | { readonly op: "hello"; readonly epoch: string; readonly rev: number; readonly now: number }
  | { readonly op: "answer"; readonly id: number; readonly problem: Problem | null; readonly sid: number; readonly rev: number;
      readonly now: number | null; readonly dict: Dictionary | null }
  | { readonly op: "dict"; readonly sid: number; readonly from: number; readonly fieldsFrom: number | null; readonly dict: Dictionary }
  | { readonly op: "data"; readonly sid: number; readonly rev: number; readonly full: boolean; readonly done: boolean;
      readonly rows: readonly Row[] }
  | { readonly op: "gone"; readonly sid: number; readonly places: readonly number[] }
  | { readonly op: "version"; readonly news: VersionNews }
  | { readonly op: "other" };

export interface Selection {
  readonly ids: readonly string[];
  /** Absent: all fields. */
  readonly fields?: readonly string[];
}

const KINDS = new Set<string>(["telemetry", "reported", "desired", "derived", "alarm", "prediction", "command"]);

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : fallback;
}

export function number(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

function seconds(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at / 1000;
}

/** A location, which is a list in a row: "52.10000, 4.30000, 12 m". */
export function placeText([lat, lon, alt]: readonly unknown[]): string {
  return `${Number(lat).toFixed(5)}, ${Number(lon).toFixed(5)}${typeof alt === "number" ? `, ${numberText(alt)} m` : ""}`;
}

export function plainValue(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  const { lat, lon, alt, ...others } = object(value);
  if (typeof lat === "number" && typeof lon === "number" && Object.keys(others).length === 0) return placeText([lat, lon, alt]);
  return Array.isArray(value) ? value.join(", ") : JSON.stringify(value);
}

function entries(value: unknown): [string, Json][] {
  return Object.entries(object(value)).map(([name, member]) => [name, object(member)]);
}

export function qualityOf(name: unknown): number {
  const at = (QUALITY_NAMES as readonly unknown[]).indexOf(name);
  return at >= 0 ? at : name === undefined || name === null ? GOOD : UNCERTAIN;
}

export function severityOf(value: unknown): Severity {
  if (typeof value === "number") return Math.max(0, Math.min(3, Math.round(value))) as Severity;
  const at = (SEVERITY_NAMES as readonly unknown[]).indexOf(value);
  return (at >= 0 ? at : value === undefined ? 0 : 2) as Severity;
}

/** A prediction's value in a row is [value, low, high]. */
export function predictionValue(value: unknown): readonly [number, number, number] {
  const [middle, low, high] = list(value);
  return [number(middle, NaN), number(low, NaN), number(high, NaN)];
}

/** A row of kind "command": {id, state, result} of the one that moved, and when. */
export function commandRow(name: string, value: unknown, time: number): Command {
  const command = object(value);
  return { id: number(command["id"], 0), name, state: text(command["state"]), result: text(command["result"]), at: time, args: null };
}

function fieldOf(value: unknown): Field {
  const field = object(value);
  const kind = text(field["kind"], "telemetry");
  return {
    name: text(field["name"]), unit: text(field["unit"]), type: text(field["type"], "number"),
    kind: (KINDS.has(kind) ? kind : "telemetry") as Kind,
  };
}

function dictionaryOf(value: unknown): Dictionary {
  const dict = object(value);
  return {
    twins: list(dict["twins"]).map((id) => text(id)),
    models: list(dict["models"]).map((name) => text(name)),
    fields: list(dict["fields"]).map(fieldOf),
  };
}

export function problemOf(value: unknown, status = 0): Problem {
  const problem = object(value);
  return {
    status: number(problem["status"], status),
    title: text(problem["title"], "Refused"),
    detail: text(problem["detail"]),
  };
}

export function parseMessage(line: string): ServerMessage {
  const message = object(JSON.parse(line));
  if (typeof message["id"] === "number" && "ok" in message) {
    return {
      op: "answer", id: message["id"],
      problem: message["ok"] === true ? null : problemOf(message["error"]),
      sid: number(message["sid"], 0), rev: number(message["rev"], 0), now: seconds(message["now"]),
      dict: "dict" in message ? dictionaryOf(message["dict"]) : null,
    };
  }
  switch (message["op"]) {
    case "hello":
      return { op: "hello", epoch: text(message["epoch"]), rev: number(message["rev"], 0), now: seconds(message["now"]) ?? 0 };
    case "dict":
      return {
        op: "dict", sid: number(message["sid"], 0), from: number(message["from"], 0),
        fieldsFrom: typeof message["fields_from"] === "number" ? message["fields_from"] : null, dict: dictionaryOf(message),
      };
    case "data":
      return {
        op: "data", sid: number(message["sid"], 0), rev: number(message["rev"], 0), full: message["full"] === true,
        done: message["done"] === true, rows: list(message["rows"]) as readonly Row[],
      };
    case "gone":
      return { op: "gone", sid: number(message["sid"], 0), places: list(message["twins"]).map((place) => number(place, -1)) };
    case "version":
      return {
        op: "version",
        news: {
          state: text(message["state"]), version: text(message["version"]), why: text(message["why"]),
          text: text(message["text"]), column: number(message["column"], 0),
        },
      };
    default:
      return { op: "other" };
  }
}

export const requests = {
  subscribe: (id: number, sel: Selection, hz: number, since: string | null): string =>
    JSON.stringify({ id, op: "sub", sel, hz, enc: "json", ...(since === null ? {} : { since }) }),
  unsubscribe: (id: number, sid: number): string => JSON.stringify({ id, op: "unsub", sid }),
  pace: (id: number, sid: number, hz: number): string => JSON.stringify({ id, op: "pace", sid, hz }),
  set: (id: number, twin: string, property: string, value: Value, rev: number): string =>
    JSON.stringify({ id, op: "set", twin, desired: { [property]: value }, if_rev: rev }),
  command: (id: number, twin: string, name: string, args: Readonly<Record<string, Value>>): string =>
    JSON.stringify({ id, op: "command", twin, name, args }),
  acknowledge: (id: number, twin: string, alarm: string): string => JSON.stringify({ id, op: "ack", twin, alarm }),
  ping: (id: number): string => JSON.stringify({ id, op: "ping" }),
};

function rangeOf(value: unknown): Range | null {
  const [low, high] = list(value);
  return typeof low === "number" && typeof high === "number" ? [low, high] : null;
}

function quantityOf([name, member]: [string, Json]): Quantity {
  return {
    name, title: text(member["title"]) || titled(name), unit: text(member["unit"]), type: text(member["type"], "number"),
    range: rangeOf(member["range"]),
  };
}

function limitOf(value: unknown): Limit | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}

function alarmRuleOf([name, rule]: [string, Json]): AlarmRule {
  return {
    name, severity: severityOf(rule["severity"]), field: text(rule["field"]), above: limitOf(rule["above"]),
    below: limitOf(rule["below"]), predicted: text(rule["predicted"]), withinSeconds: typeof rule["within"] === "number" ? rule["within"] : null, text: text(rule["text"]), advice: text(rule["advice"]),
  };
}

function predictionRuleOf([name, rule]: [string, Json]): PredictionRule {
  const of = object(rule["of"]);
  return {
    name, unit: text(rule["unit"]), band: typeof rule["band"] === "number" ? rule["band"] : null, field: text(of["field"]),
    above: limitOf(of["above"]), below: limitOf(of["below"]), horizonSeconds: parseDuration(text(of["horizon"])),
  };
}

function commandRuleOf([name, rule]: [string, Json]): CommandRule {
  return {
    name, title: text(rule["title"]) || titled(name), args: entries(rule["args"]).map(quantityOf),
    timeoutSeconds: number(rule["timeout"], NaN),
  };
}

function modelOf(value: unknown): Model {
  const model = object(value);
  const name = text(model["model"]);
  const property = (entry: [string, Json]): Property => ({ ...quantityOf(entry), writable: entry[1]["writable"] === true });
  const parameter = (entry: [string, Json]): Parameter => ({ ...quantityOf(entry), fallback: plainValue(entry[1]["default"]) });
  return {
    name, title: text(model["title"], name), level: text(model["level"]),
    telemetry: entries(model["telemetry"]).map(quantityOf),
    properties: entries(model["properties"]).map(property),
    derived: entries(model["derived"]).map(quantityOf),
    parameters: entries(model["parameters"]).map(parameter),
    alarms: entries(model["alarms"]).map(alarmRuleOf),
    predictions: entries(model["predictions"]).map(predictionRuleOf),
    commands: entries(model["commands"]).map(commandRuleOf),
  };
}

export function parseModels(body: unknown): Model[] {
  return list(object(body)["models"]).map(modelOf);
}

function relationshipsOf(value: unknown): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [name, ids] of Object.entries(object(value))) {
    found.set(name, typeof ids === "string" ? [ids] : list(ids).map((id) => text(id)));
  }
  return found;
}

function headOf(value: unknown): TwinHead {
  const twin = object(value);
  return {
    id: text(twin["id"]), model: text(twin["model"]), level: text(twin["level"]),
    relationships: relationshipsOf(twin["relationships"]),
  };
}

export function parseTwinList(body: unknown): { twins: TwinHead[]; cursor: string | null } {
  const page = object(body);
  return { twins: list(page["twins"]).map(headOf), cursor: text(page["cursor"]) || null };
}

function commandOf(value: unknown): Command {
  const command = object(value);
  return {
    ...commandRow(text(command["name"]), command, seconds(command["at"]) ?? NaN),
    args: Object.entries(object(command["args"])).map(([name, given]) => [name, plainValue(given)] as const),
  };
}

export function parseTwin(body: unknown): TwinDetail {
  const twin = object(body);
  const parameters = new Map(entries(twin["parameters"]).map(([name, member]) =>
    [name, { value: plainValue(member["value"]), unit: text(member["unit"]) }] as const));
  return {
    ...headOf(twin), rev: number(twin["rev"], 0), version: text(twin["version"]), lifecycle: text(twin["lifecycle"], "in_service"), parameters,
    attributes: Object.entries(object(twin["attributes"])).map(([name, value]) => [name, String(plainValue(value) ?? "")] as const),
    commands: list(twin["commands"]).map(commandOf),
    records: new Map(entries(twin["predictions"]).filter(([, member]) => member["record"] !== undefined).map(([name, member]) =>
      [name, recordOf(member["record"])] as const)),
  };
}

function recordOf(value: unknown): TrackRecord {
  const record = object(value);
  return {
    count: number(record["count"], 0), held: number(record["held"], 0), error: number(record["error"], NaN),
    naiveError: record["naive_error"] === undefined ? null : number(record["naive_error"], NaN),
  };
}

function alarmOf(value: unknown): Alarm {
  const alarm = object(value);
  return {
    twin: text(alarm["twin"]), name: text(alarm["alarm"], text(alarm["name"])), severity: severityOf(alarm["severity"]),
    active: alarm["active"] !== false, acked: alarm["acked"] === true, muted: alarm["muted"] === true, since: seconds(alarm["since"]),
    text: text(alarm["text"]), advice: text(alarm["advice"]),
  };
}

export function parseAlarms(body: unknown): { alarms: Alarm[]; cursor: string | null } {
  const page = object(body);
  return { alarms: list(page["alarms"]).map(alarmOf), cursor: text(page["cursor"]) || null };
}

export function parseAdoptions(body: unknown): Adoption[] {
  return list(object(body)["adoptions"]).map((value) => {
    const one = object(value);
    return { id: text(one["id"]), model: text(one["model"]), count: number(one["count"], 0), at: seconds(one["at"]), peer: text(one["peer"]) };
  });
}

/** Points of each field that has any, oldest first; what is not a number is left out. */
export function parseHistory(body: unknown): Map<string, Point[]> {
  const found = new Map<string, Point[]>();
  for (const [name, columns] of entries(object(body)["fields"])) {
    const [values, lows, highs, quality] = ["value", "min", "max", "quality"].map((column) => list(columns[column]));
    const points = list(columns["time"]).flatMap((time, i) => {
      const [at, value, low, high] = [seconds(time), values?.[i], lows?.[i], highs?.[i]];
      if (at === null || typeof value !== "number" || quality?.[i] === "bad") return [];
      // A point that stands for several is drawn from its lowest to its highest.
      if (typeof low === "number" && typeof high === "number" && low < high) return [{ time: at - 0.001, value: low }, { time: at, value: high }];
      return [{ time: at, value }];
    });
    if (points.length > 0) found.set(name, points);
  }
  return found;
}

export function parseInfo(body: unknown): Info {
  const info = object(body);
  return { coap: text(info["coap"]), version: text(info["version"]), twins: number(info["twins"], 0) };
}
