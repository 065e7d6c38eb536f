// The server's clock as the page knows it: the last `now` it sent plus monotonic time since. The browser's own date is never used.

const SLOW_TRIP_MS = 1000;

export class ServerClock {
  private base = NaN;
  private at = 0;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  get isKnown(): boolean {
    return !Number.isNaN(this.base);
  }

  /** `sentMs` is when the question was asked, if it was one: half the round trip is added, and a slow trip tells nothing. */
  set(now: number, sentMs: number | null = null): void {
    const here = this.monotonicMs();
    if (sentMs !== null && here - sentMs > SLOW_TRIP_MS) return;
    this.base = now + (sentMs === null ? 0 : (here - sentMs) / 2000);
    this.at = here;
  }

  /** Unix seconds; NaN until the first hello. */
  now(): number {
    return this.base + (this.monotonicMs() - this.at) / 1000;
  }
}
