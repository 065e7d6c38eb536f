// How numbers, units, times and durations read. Pure functions; no clock of their own.
import type { Range, Value } from "../data/types";

const UNIT_SECONDS: Record<string, number> = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86400, wk: 604800 };

const UNIT_SIGNS: Record<string, string> = {
  Cel: "°C", degF: "°F", deg: "°", Ohm: "Ω", "%RH": "% RH", m2: "m²", m3: "m³", "m/s2": "m/s²", "m3/s": "m³/s", "m3/h": "m³/h",
};

export const MISSING = "–";

/** The SenML unit as people write it. */
export function unitText(unit: string): string {
  return UNIT_SIGNS[unit] ?? unit;
}

/** Seconds in one of the unit; null when it is not a unit of time. */
export function unitSeconds(unit: string): number | null {
  return UNIT_SECONDS[unit] ?? null;
}

/** "30s", "2m", "10m", "24h", "7d" as the models write them, in seconds. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) return null;
  const unit = match[2] === "m" ? "min" : (match[2] as string);
  return Number(match[1]) * (UNIT_SECONDS[unit] as number);
}

/** Decimals that suit a field: by its range when it has one, else by the size of the value. */
export function decimalsFor(value: number, range: Range | null): number {
  const size = range === null ? Math.abs(value) * 2 : range[1] - range[0];
  if (!Number.isFinite(size) || size === 0) return 1;
  return size >= 1500 ? 0 : size >= 80 ? 1 : size >= 5 ? 2 : 3;
}

export function numberText(value: number, range: Range | null = null): string {
  if (!Number.isFinite(value)) return MISSING;
  const size = Math.abs(value);
  if (size >= 1e7 || (size > 0 && size < 1e-4)) return value.toExponential(2);
  const decimals = Number.isInteger(value) && range === null ? 0 : decimalsFor(value, range);
  return (Object.is(value, -0) ? 0 : value).toFixed(decimals).replace(/^-(0\.?0*)$/, "$1");
}

export function valueText(value: Value, range: Range | null = null): string {
  if (value === null) return MISSING;
  if (typeof value === "number") return numberText(value, range);
  return typeof value === "boolean" ? (value ? "on" : "off") : value;
}

/** A limit or other exact figure: no padding, "7.1", "90", "2.25". */
export function exactText(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : MISSING;
}

/** The marks of an axis, each with as many digits as tells it from the next. */
export function axisTexts(marks: readonly number[]): string[] {
  const step = Math.abs((marks[1] ?? 0) - (marks[0] ?? 0));
  const decimals = step > 0 ? Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(step)))) : 0;
  return marks.map((mark) => (step > 0 ? String(Number(mark.toFixed(decimals))) : exactText(mark)));
}

function short(value: number): string {
  return value < 9.95 ? String(Number(value.toFixed(1))) : String(Math.round(value));
}

/** "12 s", "45 min", "3 h", "2.4 h", "5 d". */
export function durationText(seconds: number): string {
  const size = Math.abs(seconds);
  if (!Number.isFinite(size)) return MISSING;
  if (size < 90) return `${Math.round(size)} s`;
  if (size < 90 * 60) return `${Math.round(size / 60)} min`;
  if (size < 48 * 3600) return `${short(size / 3600)} h`;
  return `${short(size / 86400)} d`;
}

/** How old a value is; below two seconds it is "now", so that a field of one sample a second does not flicker. */
export function ageText(seconds: number): string {
  return !Number.isFinite(seconds) ? MISSING : seconds < 2 ? "now" : `${durationText(seconds)} ago`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** hh:mm:ss of the reader's own zone. */
export function clockText(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Day and minute, with the day left out when it is the same as now's. */
export function momentText(unixSeconds: number, now: number): string {
  const date = new Date(unixSeconds * 1000);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === new Date(now * 1000).toDateString()) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** "bearing_wear" -> "bearing wear". */
export function spoken(name: string): string {
  return name.replaceAll("_", " ");
}

export function titled(name: string): string {
  const words = spoken(name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** Ids sort as people count: pump-2 before pump-10. */
export function naturalKey(id: string): string {
  return id.replace(/\d+/g, (digits) => digits.padStart(9, "0"));
}
