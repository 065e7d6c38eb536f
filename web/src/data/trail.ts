// What one field did: what the page saw since it was opened, and what the server remembers of the time that the page did not see.
// Bounded, in time order, with gaps kept as gaps (null).
import type { Point } from "./types";

const CAPACITY = 7200;
/** Remembered points that are this many times further apart than usual have a gap between them. */
const HOLE = 5;
const HOLE_SECONDS = 5;
const JUST_AFTER = 1e-3;

interface Entry {
  readonly time: number;
  readonly value: number | null;
  readonly isRecalled: boolean;
}

/** A time in which the page did not see what happened; it ends with the first value that is told after it. */
interface Blind {
  readonly from: number;
  to: number;
}

function usualSpacing(points: readonly Point[]): number {
  const spacings = points.slice(1).map((point, i) => point.time - (points[i] as Point).time).sort((a, b) => a - b);
  return spacings[spacings.length >> 1] ?? 0;
}

export class Trail {
  readonly times: number[] = [];
  readonly values: (number | null)[] = [];
  /** Where what the server remembers begins; null while nothing of it was taken. */
  recalledFrom: number | null = null;
  /** The value before the gap that is open now. */
  private beforeGap: number | null = null;
  private isBroken = false;
  /** The last point is what goOn() believes, not what was told. */
  private isAssumed = false;
  private blind: Blind[] = [{ from: -Infinity, to: Infinity }];

  get last(): number | null {
    return this.values[this.values.length - 1] ?? null;
  }

  /** A value that is not a usable number draws as a gap. Samples older than the last are late and leave no point. */
  push(time: number, value: number | null): void {
    if (this.isAssumed) this.dropAssumed();
    this.isBroken = false;
    for (const blind of this.blind) if (blind.to === Infinity) blind.to = time;
    const end = this.times.length - 1;
    const previous = this.times[end];
    if (previous !== undefined && time < previous) return;
    if (previous === time) this.values[end] = value;
    else this.append(time, value);
  }

  /** From `time` on the page does not see what happens: a gap begins. */
  breakAt(time: number): void {
    if (this.isBroken || this.times.length === 0 || !Number.isFinite(time)) return;
    this.beforeGap = this.last;
    const from = Math.max(time, (this.times[this.times.length - 1] as number) + JUST_AFTER);
    this.push(from, null);
    this.blind.push({ from, to: Infinity });
    this.isBroken = true;
  }

  /** The page sees again, and nothing was said to have changed: the value goes on as it was. */
  goOn(time: number): void {
    if (!this.isBroken || this.beforeGap === null || time <= (this.times[this.times.length - 1] as number)) return;
    this.append(time, this.beforeGap);
    this.isBroken = false;
    this.isAssumed = true;
  }

  /** What the server remembers, oldest first; told while the page sees. Taken where it did not see; of the rest it knows more itself.
   *  `holds`: a value stands until the next, however long that takes. */
  recall(points: readonly Point[], holds = false): void {
    const taken = points.filter(({ time }) => this.blind.some(({ from, to }) => time > from && time < to));
    if (taken.length === 0) return;
    if (this.isAssumed) this.dropAssumed();
    this.isBroken = false;
    const isFilled = (gap: number): boolean => this.blind.some(({ from, to }) => from === gap && taken.some(({ time }) => time > from && time < to));
    const seen = this.times.map((time, i): Entry => ({ time, value: this.values[i] as number | null, isRecalled: false }))
      .filter(({ time, value }) => value !== null || !isFilled(time));
    const all = [...seen, ...taken.map((point): Entry => ({ ...point, isRecalled: true }))].sort((a, b) => a.time - b.time);
    const last = (taken[taken.length - 1] as Point).time;
    this.blind = this.blind.filter(({ to }) => to === Infinity).map(({ from, to }) => ({ from: Math.max(from, last), to }));
    this.recalledFrom = Math.min(this.recalledFrom ?? Infinity, (taken[0] as Point).time);
    this.rebuild(all, holds ? Infinity : Math.max(usualSpacing(points) * HOLE, HOLE_SECONDS));
  }

  private rebuild(entries: readonly Entry[], hole: number): void {
    this.times.length = this.values.length = 0;
    entries.forEach((entry, i) => {
      const before = entries[i - 1];
      const isJoint = before !== undefined && before.value !== null && (entry.isRecalled || before.isRecalled);
      if (isJoint && entry.time - before.time > hole) this.append(before.time + JUST_AFTER, null);
      this.append(entry.time, entry.value);
    });
  }

  private dropAssumed(): void {
    this.times.pop();
    this.values.pop();
    this.isAssumed = false;
  }

  private append(time: number, value: number | null): void {
    this.times.push(time);
    this.values.push(value);
    if (this.times.length > CAPACITY * 1.1) {
      this.times.splice(0, this.times.length - CAPACITY);
      this.values.splice(0, this.values.length - CAPACITY);
    }
  }
}
