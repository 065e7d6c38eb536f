// From trails and forecasts to what a chart draws: aligned columns, limits, how far ahead to look, and the span of values.
import type { Forecast } from "./forecast";
import { limitValue } from "./forecast";
import type { TimeAxis } from "./time_axis";
import { toX } from "./time_axis";
import type { Trail } from "./trail";
import type { Model, Severity, TwinDetail } from "./types";

export interface LimitLine {
  readonly value: number;
  readonly severity: Severity;
  readonly name: string;
}

export type Aligned = [number[], ...(number | null | undefined)[][]];

function firstAfter(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One x column for all trails. `undefined` is "this trail has no point here", `null` is a gap. Held trails go on until now. */
export function alignTrails(trails: readonly (Trail | undefined)[], axis: TimeAxis, isHeld: boolean): Aligned {
  const from = axis.now + axis.from;
  const at = trails.map((trail) => Math.max(0, firstAfter(trail?.times ?? [], from) - 1));
  const aligned: Aligned = [[], ...trails.map(() => [])];
  for (;;) {
    let next = Infinity;
    trails.forEach((trail, i) => { next = Math.min(next, trail?.times[at[i] as number] ?? Infinity); });
    if (next === Infinity) break;
    // A device's clock may be ahead of the server's: what is measured is not drawn in the future.
    aligned[0].push(Math.min(0, toX(axis, next)));
    trails.forEach((trail, i) => {
      const isHere = trail?.times[at[i] as number] === next;
      (aligned[i + 1] as (number | null | undefined)[]).push(isHere ? trail?.values[at[i] as number] : undefined);
      if (isHere) at[i] = (at[i] as number) + 1;
    });
  }
  if (isHeld) {
    aligned[0].push(0);
    trails.forEach((trail, i) => (aligned[i + 1] as (number | null)[]).push(trail?.last ?? null));
  }
  return aligned;
}

export function limitLines(model: Model | undefined, twin: TwinDetail | null, field: string): LimitLine[] {
  const lines: LimitLine[] = [];
  for (const rule of model?.alarms ?? []) {
    if (rule.field !== field) continue;
    for (const limit of [rule.above, rule.below]) {
      const value = limitValue(limit, model, twin);
      if (value !== null) lines.push({ value, severity: rule.severity, name: rule.name });
    }
  }
  return lines;
}

/** Seconds ahead that the chart should reach to show the forecast; a band far longer than its middle is cut. */
export function aheadSpan(forecast: Forecast | null, now: number): number {
  if (forecast === null) return 0;
  const middle = forecast.at - now;
  const end = forecast.kind === "crossing" && forecast.high !== null ? forecast.high - now : middle * 1.3;
  return Math.max(0, Math.min(Math.max(end, middle), Math.max(middle, 0) * 3 + 60) * 1.1);
}

export function valueSpan(aligned: Aligned, extra: readonly (number | null)[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  const take = (value: number | null | undefined): void => {
    if (value === null || value === undefined || Number.isNaN(value)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  for (let i = 1; i < aligned.length; i++) (aligned[i] as (number | null | undefined)[]).forEach(take);
  extra.forEach(take);
  if (low > high) return [0, 1];
  const pad = (high - low) * 0.1 || Math.max(Math.abs(high) * 0.05, 0.5);
  return [low - pad, high + pad];
}

/** Corner points of the forecast's cone in time and value: first where it starts, then its far side. */
export function coneOf(forecast: Forecast, now: number, current: number, end: number): { time: number; value: number }[] | null {
  const start = { time: now, value: current };
  if (forecast.kind === "outlook") {
    if (forecast.low === null || forecast.high === null) return null;
    return [start, { time: forecast.at, value: forecast.low }, { time: forecast.at, value: forecast.high }];
  }
  const { limit } = forecast;
  if (limit === null) return null;
  const low = Math.max(now, forecast.low ?? forecast.at);
  return [start, { time: low, value: limit }, { time: Math.max(low, forecast.high ?? end), value: limit }];
}
