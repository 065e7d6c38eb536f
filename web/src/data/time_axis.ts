// The time axis of a chart that shows minutes of the past beside hours of the future: x is seconds from now, and the future is
// pressed together when it would not fit. Pure.
import { durationText } from "../text/format";

export interface TimeAxis {
  readonly now: number;
  /** Left and right end in x. */
  readonly from: number;
  readonly to: number;
  /** x per second of the future; 1 when both sides have one scale. */
  readonly press: number;
}

/** Share of the width that the future may take. */
const FUTURE_SHARE = 0.42;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

export function timeAxis(now: number, pastSpan: number, futureSpan: number): TimeAxis {
  const room = (pastSpan * FUTURE_SHARE) / (1 - FUTURE_SHARE);
  const press = futureSpan > room ? room / futureSpan : 1;
  return { now, from: -pastSpan, to: futureSpan * press, press };
}

export function toX(axis: TimeAxis, time: number): number {
  const away = time - axis.now;
  return away <= 0 ? away : away * axis.press;
}

export function fromX(axis: TimeAxis, x: number): number {
  return axis.now + (x <= 0 ? x : x / axis.press);
}

function step(span: number, most: number): number {
  return STEPS.find((one) => span / one <= most) ?? 604800 * Math.ceil(span / 604800 / most);
}

/** Places of the axis' figures; `most` is how many fit into the whole width. */
export function axisSplits(axis: TimeAxis, most: number): number[] {
  const share = -axis.from / (axis.to - axis.from);
  const past = step(-axis.from, Math.max(1, Math.floor(most * share)));
  const splits = [0];
  for (let away = past; away <= -axis.from; away += past) splits.unshift(-away);
  const futureSpan = axis.to / axis.press;
  if (futureSpan > 0) {
    const future = axis.press === 1 ? past : step(futureSpan, Math.max(1, Math.floor(most * (1 - share))));
    for (let away = future; away <= futureSpan; away += future) splits.push(away * axis.press);
  }
  return splits;
}

/** "50 s", "1:50": beside whole minutes no figure is rounded to one. */
function minutesText(seconds: number): string {
  if (seconds < 60) return durationText(seconds);
  const rest = Math.round(seconds % 60);
  return `${Math.floor(seconds / 60)}:${String(rest).padStart(2, "0")}`;
}

export function splitText(axis: TimeAxis, x: number): string {
  if (x === 0) return "now";
  const away = Math.round((x < 0 ? -x : x / axis.press) * 1000) / 1000;
  const whole = (unit: number, name: string): string | null => (away >= unit && away % unit === 0 ? `${away / unit} ${name}` : null);
  const text = whole(86400, "d") ?? whole(3600, "h") ?? whole(60, "min") ?? (away < 600 ? minutesText(away) : durationText(away));
  return `${x < 0 ? "−" : "+"}${text}`;
}
