// The one field of a model that stands for its twins: what is forecast, else what its worst alarm watches, else the first there is.
import type { Model, Quantity } from "./types";

export function watchedQuantity(model: Model | undefined): Quantity | null {
  if (model === undefined) return null;
  const all = [...model.telemetry, ...model.derived];
  const alarms = [...model.alarms].sort((a, b) => b.severity - a.severity);
  for (const name of [...model.predictions, ...alarms].map((rule) => rule.field)) {
    const found = all.find((one) => one.name === name);
    if (found !== undefined) return found;
  }
  return all.find((one) => one.unit !== "") ?? all[0] ?? null;
}
