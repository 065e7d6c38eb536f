// What a prediction says in absolute time: when a limit is reached, or what a value will be, with its band.
import { durationText, exactText, spoken, unitSeconds, unitText } from "../text/format";
import type { Cell, Limit, Model, PredictionRule, TrackRecord, TwinDetail, Value } from "./types";

export interface Crossing {
  readonly kind: "crossing";
  readonly name: string;
  readonly field: string;
  readonly fieldUnit: string;
  readonly limit: number | null;
  readonly at: number;
  /** Earliest and latest of the band; null when the forecast gives none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly band: number | null;
  readonly madeAt: number;
}

export interface Outlook {
  readonly kind: "outlook";
  readonly name: string;
  readonly field: string;
  readonly fieldUnit: string;
  readonly at: number;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly band: number | null;
  readonly madeAt: number;
}

export type Forecast = Crossing | Outlook;

/** A limit in figures: a number as it is, a name as the twin's parameter, or the model's default for it. */
export function limitValue(limit: Limit | null, model: Model | undefined, twin: TwinDetail | null): number | null {
  if (limit === null || typeof limit === "number") return limit;
  const own: Value | undefined = twin?.parameters.get(limit)?.value;
  const value = own ?? model?.parameters.find((parameter) => parameter.name === limit)?.fallback;
  return typeof value === "number" ? value : null;
}

function fieldUnit(model: Model | undefined, field: string): string {
  const known = [...(model?.telemetry ?? []), ...(model?.properties ?? []), ...(model?.derived ?? [])];
  return known.find((quantity) => quantity.name === field)?.unit ?? "";
}

/** Null when the prediction has no value now. `twin` gives its own limits when it is loaded. */
export function forecastOf(cell: Cell, model: Model | undefined, twin: TwinDetail | null): Forecast | null {
  if (typeof cell.value !== "number") return null;
  const rule: PredictionRule | undefined = model?.predictions.find((one) => one.name === cell.field.name);
  const field = rule?.field ?? "";
  const common = { name: cell.field.name, field, fieldUnit: fieldUnit(model, field), band: rule?.band ?? null, madeAt: cell.time };
  if (rule !== undefined && rule.horizonSeconds !== null) {
    return { kind: "outlook", ...common, at: cell.time + rule.horizonSeconds, value: cell.value, low: cell.low, high: cell.high };
  }
  const unit = unitSeconds(rule?.unit || cell.field.unit);
  if (unit === null) return null;
  const at = (value: number): number => cell.time + value * unit;
  return {
    kind: "crossing", ...common, limit: limitValue(rule?.above ?? rule?.below ?? null, model, twin), at: at(cell.value),
    low: cell.low === null ? null : at(cell.low), high: cell.high === null ? null : at(cell.high),
  };
}

function bandText(low: string | null, high: string | null, band: number | null): string {
  const share = band === null ? "band" : `${exactText(band * 100)} % band`;
  if (low !== null && high !== null) return ` (${low} to ${high}, ${share})`;
  if (low !== null) return ` (not before ${low}, ${share})`;
  return high === null ? "" : ` (within ${high}, ${share})`;
}

/** "in 3 h"; "now" from half a second before. */
export function leadText(seconds: number): string {
  return seconds >= 0.5 ? `in ${durationText(seconds)}` : "now";
}

/** True when the predicted field is beyond its limit already. */
export function isBeyond(value: Value, rule: PredictionRule, model: Model | undefined, twin: TwinDetail | null): boolean {
  const [above, below] = [limitValue(rule.above, model, twin), limitValue(rule.below, model, twin)];
  return typeof value === "number" && ((above !== null && value >= above) || (below !== null && value <= below));
}

/** "vibration limit 7.1 mm/s in 3 h (2.4 h to 4.1 h, 90 % band)", or that it is behind: a field beyond its limit `hasPassed`. */
export function forecastText(forecast: Forecast, now: number, hasPassed = false): string {
  const subject = spoken(forecast.field || forecast.name);
  const unit = forecast.fieldUnit === "" ? "" : ` ${unitText(forecast.fieldUnit)}`;
  if (forecast.kind === "outlook") {
    const figure = (value: number | null): string | null => (value === null ? null : exactText(value));
    return `${subject} ${exactText(forecast.value)}${unit} ${leadText(forecast.at - now)}`
      + bandText(figure(forecast.low), figure(forecast.high), forecast.band);
  }
  if (hasPassed || (forecast.at <= now && (forecast.high ?? now) <= now)) {
    return `${subject} has passed its limit${forecast.limit === null ? "" : ` of ${exactText(forecast.limit)}${unit}`}`;
  }
  const lead = (at: number | null): string | null => (at === null ? null : durationText(Math.max(0, at - now)));
  const limit = forecast.limit === null ? "limit" : `limit ${exactText(forecast.limit)}${unit}`;
  return `${subject} ${limit} ${leadText(forecast.at - now)}` + bandText(lead(forecast.low), lead(forecast.high), forecast.band);
}

/** "12 judged so far were 3 h off on average, 83 % in the band": null before one could be judged. */
export function recordText(record: TrackRecord | undefined, unit: string): string | null {
  if (record === undefined || record.count === 0) return null;
  const seconds = unitSeconds(unit);
  const distance = (value: number): string =>
    seconds === null ? `${exactText(Number(value.toPrecision(2)))} ${unitText(unit)}`.trim() : durationText(value * seconds);
  const naive = record.naiveError === null ? "" : ` (${distance(record.naiveError)} if nothing had changed)`;
  const many = record.count === 1 ? "the one judged so far was" : `${record.count} judged so far were`;
  return `${many} ${distance(record.error)} off${record.count === 1 ? "" : " on average"}${naive}, ${Math.round(100 * record.held)} % in the band`;
}
