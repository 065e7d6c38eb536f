// What the plant page says about the whole: counts, who is stale, who will reach a limit. Worked out once a slow tick, read by many.
import type { Crossing } from "./data/forecast";
import { forecastOf } from "./data/forecast";
import { cellOf } from "./data/fleet";
import { STALE } from "./data/types";
import { clock, fleet, modelOf, models, slowTick } from "./state";

export interface Facts {
  readonly twins: number;
  /** Twins by their worst active alarm, places 0 to 3. */
  readonly bySeverity: readonly [number, number, number, number];
  readonly stale: number;
  readonly isStale: Uint8Array;
  readonly crossings: readonly { readonly twin: number; readonly crossing: Crossing }[];
  /** The soonest forecast crossing of each twin that has one. */
  readonly soonest: ReadonlyMap<number, Crossing>;
}

let facts: Facts | null = null;
let key = "";

/** The limit lies behind: its alarm is raised, so it is not ahead any more. */
function isReached(twin: number, crossing: Crossing): boolean {
  if (fleet.severity(twin) === 0) return false;
  const now = clock.now();
  const rules = modelOf(twin)?.alarms.filter((rule) => rule.field === crossing.field) ?? [];
  return (crossing.at <= now && (crossing.high ?? now) <= now) || rules.some((rule) => fleet.cell(twin, "alarm", rule.name)?.value === 1);
}

function crossingsOf(): { twin: number; crossing: Crossing }[] {
  const found: { twin: number; crossing: Crossing }[] = [];
  for (const column of fleet.columns) {
    if (column.field.kind !== "prediction") continue;
    for (let twin = 0; twin < fleet.ids.length; twin++) {
      const value = column.value[twin] as number;
      if (value !== value || fleet.alive[twin] !== 1) continue;
      const forecast = forecastOf(cellOf(column, twin), modelOf(twin), null);
      if (forecast?.kind === "crossing" && isReached(twin, forecast)) continue;
      // A twin may have a limit of its own that the list does not know, so it gives no figure.
      if (forecast?.kind === "crossing") found.push({ twin, crossing: { ...forecast, limit: null } });
    }
  }
  return found.sort((a, b) => a.crossing.at - b.crossing.at);
}

/** As of the last slow tick. */
export function plantFacts(): Facts {
  const now = `${slowTick.peek()} ${fleet.count} ${models.peek().size}`;
  if (facts !== null && key === now) return facts;
  key = now;
  const bySeverity: [number, number, number, number] = [0, 0, 0, 0];
  const isStale = new Uint8Array(fleet.ids.length);
  const qualities = fleet.qualities();
  let stale = 0;
  for (let twin = 0; twin < fleet.ids.length; twin++) {
    if (fleet.alive[twin] !== 1) continue;
    bySeverity[fleet.severity(twin)] += 1;
    if (qualities[twin] === STALE) {
      isStale[twin] = 1;
      stale += 1;
    }
  }
  const crossings = crossingsOf();
  const soonest = new Map<number, Crossing>();
  for (const { twin, crossing } of crossings) if (!soonest.has(twin)) soonest.set(twin, crossing);
  return facts = { twins: fleet.count, bySeverity, stale, isStale, crossings, soonest };
}

/** The plant page's filter: "all", a severity and worse, "stale" or "coming"; and a model. */
export function isShown(twin: number, show: string, model: string): boolean {
  if (model !== "" && fleet.models[twin] !== model) return false;
  switch (show) {
    case "critical": return fleet.severity(twin) === 3;
    case "warning": return fleet.severity(twin) === 2;
    case "info": return fleet.severity(twin) === 1;
    case "stale": return plantFacts().isStale[twin] === 1;
    case "coming": return plantFacts().soonest.has(twin);
    default: return true;
  }
}
