// "What needs me": active alarms and limits that will be reached, in the order an operator should look at them.
import type { Crossing } from "./forecast";
import type { Alarm, Severity } from "./types";

export interface ActiveNeed {
  readonly kind: "alarm";
  readonly key: string;
  readonly twin: string;
  readonly severity: Severity;
  readonly alarm: Alarm;
}

export interface ComingNeed {
  readonly kind: "coming";
  readonly key: string;
  readonly twin: string;
  readonly severity: 0;
  readonly crossing: Crossing;
}

export type Need = ActiveNeed | ComingNeed;

/** Critical and warning alarms, then what is coming by how soon, then information; last what somebody has acknowledged. */
function rank(need: Need): number {
  if (need.kind === "coming") return 2;
  if (need.alarm.acked) return 7 - need.severity;
  return need.severity === 3 ? 0 : need.severity === 2 ? 1 : 3;
}

function order(a: Need, b: Need): number {
  const by = rank(a) - rank(b);
  if (by !== 0) return by;
  if (a.kind === "coming" && b.kind === "coming") return a.crossing.at - b.crossing.at;
  if (a.kind === "alarm" && b.kind === "alarm") return (b.alarm.since ?? 0) - (a.alarm.since ?? 0) || (a.key < b.key ? -1 : 1);
  return 0;
}

/** `isRaised` tells whether the field's limit has been reached already: then the alarm speaks, and the forecast is silent. */
export function needsOf(
  alarms: readonly Alarm[],
  crossings: readonly { readonly twin: string; readonly crossing: Crossing }[],
  isRaised: (twin: string, field: string) => boolean,
): Need[] {
  const needs: Need[] = alarms.filter((alarm) => alarm.active && !alarm.muted).map((alarm) => ({
    kind: "alarm", key: `${alarm.twin} ${alarm.name}`, twin: alarm.twin, severity: alarm.severity, alarm,
  }));
  for (const { twin, crossing } of crossings) {
    if (!isRaised(twin, crossing.field)) needs.push({ kind: "coming", key: `${twin} ${crossing.name}`, twin, severity: 0, crossing });
  }
  return needs.sort(order);
}

/** Keeps rows where they are while someone points at them: known ones in their old order, new ones after. */
export function heldOrder(needs: readonly Need[], keys: readonly string[]): Need[] {
  const place = new Map(keys.map((key, i) => [key, i]));
  return needs.map((need, i) => ({ need, at: place.get(need.key) ?? keys.length + i }))
    .sort((a, b) => a.at - b.at).map(({ need }) => need);
}
