// A what-if question as the reader puts it, as the address keeps it and as the server takes it; and its answer. Pure.
import type { Value } from "./types";
import { list, number, object, text } from "./wire";

export const FAULTS = ["silent", "frozen", "off", "noise"] as const;
export type Fault = (typeof FAULTS)[number];
/** "set": an operator sets it, or a sensor says it from then on. */
export type Mode = "set" | Fault;

/** One thing that is otherwise; `name` is the twin's own, or "TWIN/NAME" of one that it reaches. */
export interface Change {
  readonly name: string;
  readonly mode: Mode;
  /** As it was typed; "" where the fault needs none. */
  readonly text: string;
}

export const needsNumber = (mode: Mode): boolean => mode === "off" || mode === "noise";
export const needsText = (mode: Mode): boolean => mode === "set" || needsNumber(mode);

const MARKS = /^(.+?)(=|~)(.*)$/;

/** "pump-1/speed=700,level~off:2"; texts with a comma do not survive the way through the address. */
export function changesOf(param: string): Change[] {
  const changes: Change[] = [];
  for (const word of param.split(",")) {
    const match = MARKS.exec(word);
    if (match === null) continue;
    const [, name = "", mark, rest = ""] = match;
    const [fault = "", by = ""] = rest.split(":");
    if (mark === "=") changes.push({ name, mode: "set", text: rest });
    else if ((FAULTS as readonly string[]).includes(fault)) changes.push({ name, mode: fault as Fault, text: by });
  }
  return changes;
}

export function changesText(changes: readonly Change[]): string {
  return changes.map(({ name, mode, text }) => (mode === "set" ? `${name}=${text}` : `${name}~${mode}${needsNumber(mode) ? `:${text}` : ""}`)).join(",");
}

/** A number, on or off, or the text itself. */
export function valueOf(text: string): Value {
  const number = Number(text.replace(",", "."));
  if (text.trim() !== "" && Number.isFinite(number)) return number;
  return text === "on" || text === "true" ? true : text === "off" || text === "false" ? false : text;
}

export function isComplete({ mode, text }: Change): boolean {
  return !needsText(mode) || (mode === "set" ? text.trim() !== "" : typeof valueOf(text) === "number");
}

const BRANCH = "changed";

export function bodyOf(changes: readonly Change[], horizon: string, step: string): object {
  const set: Record<string, Value> = {};
  const faults: Record<string, unknown> = {};
  for (const { name, mode, text } of changes) {
    if (mode === "set") set[name] = valueOf(text);
    else faults[name] = needsNumber(mode) ? { [mode]: valueOf(text) } : mode;
  }
  return { horizon, step, branches: changes.length === 0 ? [] : [{ name: BRANCH, set, faults }] };
}

export interface Course {
  readonly values: readonly (number | null)[];
  /** Nine in ten by chance; empty without a band. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

export interface ComingAlarm {
  readonly twin: string;
  readonly alarm: string;
  readonly at: number;
  readonly isActive: boolean;
}

export interface Branch {
  readonly name: string;
  readonly courses: ReadonlyMap<string, Course>;
  readonly alarms: readonly ComingAlarm[];
  /** The first script that fails, "" when none does. */
  readonly failure: string;
}

export interface Answer {
  readonly rev: number;
  readonly time: readonly number[];
  readonly samples: number;
  readonly twins: number;
  readonly branches: readonly Branch[];
}

const numbers = (value: unknown): (number | null)[] => list(value).map((one) => (typeof one === "number" ? one : null));

function branchOf(value: unknown): Branch {
  const branch = object(value);
  const [fields, low, high, failure] = [object(branch["fields"]), object(branch["low"]), object(branch["high"]), object(branch["failure"])];
  return {
    name: text(branch["name"]),
    courses: new Map(Object.keys(fields).map((name) => [name, { values: numbers(fields[name]), low: numbers(low[name]), high: numbers(high[name]) }])),
    alarms: list(branch["alarms"]).map((one) => {
      const alarm = object(one);
      return { twin: text(alarm["twin"]), alarm: text(alarm["alarm"]), at: Date.parse(text(alarm["at"])) / 1000, isActive: alarm["active"] === true };
    }),
    failure: "failure" in branch ? `${text(failure["twin"])}: ${text(failure["why"])}` : "",
  };
}

export function answerOf(value: unknown): Answer {
  const answer = object(value);
  return {
    rev: number(answer["rev"], 0), time: list(answer["time"]).map((at) => number(at, NaN)), samples: number(answer["samples"], 0),
    twins: number(answer["twins"], 1), branches: list(answer["branches"]).map(branchOf),
  };
}

export interface Difference {
  readonly field: string;
  readonly now: number | null;
  readonly untouched: Outcome;
  /** Null without changes. */
  readonly changed: Outcome | null;
}

/** What a course ends with. */
export interface Outcome {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const last = (values: readonly (number | null)[]): number | null => values[values.length - 1] ?? null;
const outcome = (course: Course): Outcome => ({ value: last(course.values), low: last(course.low), high: last(course.high) });

export function differencesOf({ branches: [untouched, changed] }: Answer): Difference[] {
  return [...(untouched?.courses ?? [])].map(([field, course]) => {
    const other = changed?.courses.get(field);
    return { field, now: course.values[0] ?? null, untouched: outcome(course), changed: other === undefined ? null : outcome(other) };
  });
}

/** What comes in this branch alone: alarms of the other that are not within a minute of it are left out. */
export function alarmsOnlyIn(branch: Branch, other: Branch | undefined): ComingAlarm[] {
  return branch.alarms.filter((alarm) => !(other?.alarms ?? []).some((one) =>
    one.twin === alarm.twin && one.alarm === alarm.alarm && one.isActive === alarm.isActive && Math.abs(one.at - alarm.at) < 60));
}
