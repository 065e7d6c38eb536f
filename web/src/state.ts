// The page's whole state in one place. Values of twins live in `fleet` (typed arrays); the rest are signals that views read.
// Only session.ts and the small setters here write it.
import { signal } from "@preact/signals";
import { ServerClock } from "./data/clock";
import { Fleet } from "./data/fleet";
import type { LinkState } from "./data/link";
import type { Trail } from "./data/trail";
import type { Adoption, Alarm, Command, Info, Model, TwinDetail, TwinHead, VersionNews } from "./data/types";

export const fleet = new Fleet();
export const clock = new ServerClock();

export const linkState = signal<LinkState>({ phase: "connecting", since: null, retryAt: null });
/** Server time since when the reader has updates paused, or null. */
export const pausedAt = signal<number | null>(null);
export const info = signal<Info | null>(null);
/** Files that are refused, or a version that was rolled back; null when all is well. */
export const versionNews = signal<VersionNews | null>(null);
export const models = signal<ReadonlyMap<string, Model>>(new Map());
export const alarms = signal<readonly Alarm[]>([]);
/** Ids that devices send under and that nothing may create. */
export const adoptions = signal<readonly Adoption[]>([]);
/** The twin whose page is open, as HTTP last gave it; "missing" when the server does not know it. */
export const detail = signal<TwinDetail | null>(null);
export const detailProblem = signal<string | null>(null);

/** What the open twin was told to do, newest first. */
export const commands = signal<readonly Command[]>([]);

/** Values changed: at most 10 times a second. */
export const tick = signal(0);
/** The same for what need not be quick: lists, counts, the tree. Twice a second. */
export const slowTick = signal(0);
/** Ages and countdowns. */
export const second = signal(0);

/** For a view that reads the fleet or the clock and some signal: one that reads signals is drawn anew for its own alone. */
export function followLive(): void {
  void tick.value;
  void second.value;
}

export interface OpenTwin {
  readonly id: string;
  readonly openedAt: number;
  /** By "kind.name". */
  readonly trails: Map<string, Trail>;
}

export const openTwin: { current: OpenTwin | null } = { current: null };

/** Heads by id; `version` goes up with every change; `isRead` once the first page of them came. */
export const heads = { byId: new Map<string, TwinHead>(), version: 0, isRead: false };

export function modelOf(twin: number): Model | undefined {
  return models.value.get(fleet.models[twin] ?? "");
}

export function modelTitle(name: string): string {
  return models.value.get(name)?.title ?? (name === "" ? "Unknown model" : name);
}

/** Writing is possible only while what is shown is true. */
export function isLive(): boolean {
  return linkState.value.phase === "live" && pausedAt.value === null;
}
