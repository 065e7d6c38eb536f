// The words of the dashboard: what a field, a model, a twin and an alarm are once they are off the wire.
// Times are Unix seconds of the server's clock everywhere.

export type Kind = "telemetry" | "reported" | "desired" | "derived" | "alarm" | "prediction" | "command";

export type Value = number | string | boolean | null;

export const GOOD = 0;
export const UNCERTAIN = 1;
export const BAD = 2;
export const STALE = 3;
export const QUALITY_NAMES = ["good", "uncertain", "bad", "stale"] as const;

export type Severity = 0 | 1 | 2 | 3;
export const SEVERITY_NAMES = ["normal", "info", "warning", "critical"] as const;

export interface Field {
  readonly name: string;
  readonly unit: string;
  readonly type: string;
  readonly kind: Kind;
}

export type Range = readonly [number, number];

export interface Quantity {
  readonly name: string;
  /** What people call it; the name in plain words when the model has none. */
  readonly title: string;
  readonly unit: string;
  readonly type: string;
  readonly range: Range | null;
}

export interface Property extends Quantity {
  readonly writable: boolean;
}

export interface Parameter extends Quantity {
  readonly fallback: Value;
}

/** A limit is the name of a parameter, or a number. */
export type Limit = string | number;

export interface AlarmRule {
  readonly name: string;
  readonly severity: Severity;
  readonly field: string;
  readonly above: Limit | null;
  readonly below: Limit | null;
  /** The prediction that it watches instead of a field, "" when none, and how near its crossing is then. */
  readonly predicted: string;
  readonly withinSeconds: number | null;
  readonly text: string;
  readonly advice: string;
}

export interface PredictionRule {
  readonly name: string;
  readonly unit: string;
  /** Share of outcomes the band is meant to hold, 0 to 1. */
  readonly band: number | null;
  readonly field: string;
  readonly above: Limit | null;
  readonly below: Limit | null;
  readonly horizonSeconds: number | null;
}

/** What a device can be told to do. */
export interface CommandRule {
  readonly name: string;
  readonly title: string;
  readonly args: readonly Quantity[];
  readonly timeoutSeconds: number;
}

export interface Model {
  readonly name: string;
  readonly title: string;
  readonly level: string;
  readonly telemetry: readonly Quantity[];
  readonly properties: readonly Property[];
  readonly derived: readonly Quantity[];
  readonly parameters: readonly Parameter[];
  readonly alarms: readonly AlarmRule[];
  readonly predictions: readonly PredictionRule[];
  readonly commands: readonly CommandRule[];
}

export interface TwinHead {
  readonly id: string;
  readonly model: string;
  readonly level: string;
  readonly relationships: ReadonlyMap<string, readonly string[]>;
}

/** "queued", "sent", "done", "failed", "timed_out"; a word that is not known yet is shown as it is. */
export type CommandState = string;

/** A command that was given to a twin's device. */
export interface Command {
  readonly id: number;
  readonly name: string;
  readonly state: CommandState;
  readonly result: string;
  /** Since when it is in its state. */
  readonly at: number;
  /** Null until the twin is read: a row does not say it. */
  readonly args: readonly (readonly [string, Value])[] | null;
}

export interface TwinDetail extends TwinHead {
  readonly rev: number;
  readonly version: string;
  readonly lifecycle: string;
  readonly attributes: readonly (readonly [string, string])[];
  readonly parameters: ReadonlyMap<string, { readonly value: Value; readonly unit: string }>;
  readonly commands: readonly Command[];
  /** How each prediction's forecasts did when their time came; none before the first. */
  readonly records: ReadonlyMap<string, TrackRecord>;
}

export interface TrackRecord {
  readonly count: number;
  /** Share of truths in the band, 0 to 1. */
  readonly held: number;
  /** Mean distance of what was said from what came; of a crossing in the prediction's unit, else in the field's. */
  readonly error: number;
  /** The same of "it stays as it was"; null for a crossing. */
  readonly naiveError: number | null;
}

export interface Alarm {
  readonly twin: string;
  readonly name: string;
  readonly severity: Severity;
  readonly active: boolean;
  readonly acked: boolean;
  /** Its twin is not in service: it is shown, and calls for nobody. */
  readonly muted: boolean;
  readonly since: number | null;
  readonly text: string;
  readonly advice: string;
}

export interface Info {
  readonly coap: string;
  readonly version: string;
  readonly twins: number;
}

/** What became of the scripts: the sentence, and of files that are refused the line and the place in it. */
export interface VersionNews {
  readonly state: string;
  readonly version: string;
  readonly why: string;
  readonly text: string;
  /** From 1, 0 when it is not known. */
  readonly column: number;
}

/** What a field was at one time. */
export interface Point {
  readonly time: number;
  readonly value: number;
}

/** What the server says when it refuses. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

/** One current value of one twin. */
export interface Cell {
  readonly field: Field;
  readonly value: Value;
  readonly time: number;
  readonly quality: number;
  /** Band of a prediction. */
  readonly low: number | null;
  readonly high: number | null;
}

/** An id that devices send under and that nothing may create; `model` is what would fit it, "" when none or several do. */
export interface Adoption {
  readonly id: string;
  readonly model: string;
  readonly count: number;
  readonly at: number | null;
  readonly peer: string;
}
