// What one field did since the page was opened: bounded, in time order, with gaps kept as gaps (null).

const CAPACITY = 7200;

export class Trail {
  readonly times: number[] = [];
  readonly values: (number | null)[] = [];
  /** The value before the gap that is open now. */
  private beforeGap: number | null = null;
  private isBroken = false;
  /** The last point is what goOn() believes, not what was told. */
  private isAssumed = false;

  get last(): number | null {
    return this.values[this.values.length - 1] ?? null;
  }

  /** A value that is not a usable number draws as a gap. Samples older than the last are late and leave no point. */
  push(time: number, value: number | null): void {
    if (this.isAssumed) this.dropAssumed();
    this.isBroken = false;
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
    this.push(Math.max(time, (this.times[this.times.length - 1] as number) + 1e-3), null);
    this.isBroken = true;
  }

  /** The page sees again, and nothing was said to have changed: the value goes on as it was. */
  goOn(time: number): void {
    if (!this.isBroken || this.beforeGap === null || time <= (this.times[this.times.length - 1] as number)) return;
    this.append(time, this.beforeGap);
    this.isBroken = false;
    this.isAssumed = true;
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
