// Which colour each twin has in the heat map: an index into a palette, by worst alarm, quality, or any number field.
import type { Column, Fleet } from "./fleet";
import type { Field, Model } from "./types";

export const SHADES = 64;

export type ShadingKind = "alarm" | "quality" | "field";

export interface Shading {
  readonly kind: ShadingKind;
  /** Places in the palette of the kind; see heat_paint.ts. */
  readonly index: Uint8Array;
  readonly low: number;
  readonly high: number;
}

/** The choice in the URL: "alarm", "quality" or "kind.name". */
export function shadingKind(choice: string): ShadingKind {
  return choice === "quality" ? "quality" : choice.includes(".") ? "field" : "alarm";
}

function fieldsOfModel(model: Model): Field[] {
  const as = (kind: Field["kind"], list: readonly { name: string; unit: string; type?: string }[]): Field[] =>
    list.map(({ name, unit, type = "number" }) => ({ name, unit, type, kind }));
  return [...as("telemetry", model.telemetry), ...as("reported", model.properties), ...as("derived", model.derived), ...as("prediction", model.predictions)];
}

/**
 * Fields that can colour the map, by name; one entry for a name and kind. Of a large plant the page has asked for few, so the
 * models are listed too.
 */
export function shadeableFields(columns: readonly Column[], models: Iterable<Model>): { choice: string; field: Field }[] {
  const found = new Map<string, Field>();
  for (const field of [...columns.map((column) => column.field), ...[...models].flatMap(fieldsOfModel)]) {
    const isFigure = field.type === "number" && field.kind !== "alarm" && field.kind !== "desired";
    const choice = `${field.kind}.${field.name}`;
    if (isFigure && !found.has(choice)) found.set(choice, field);
  }
  return [...found].map(([choice, field]) => ({ choice, field })).sort((a, b) => (a.field.name < b.field.name ? -1 : 1));
}

export function chosenColumns(columns: readonly Column[], choice: string): Column[] {
  return columns.filter((column) => `${column.field.kind}.${column.field.name}` === choice);
}

/** Place 0 of a field's palette is "no value". */
function shadeField(fleet: Fleet, chosen: readonly Column[], index: Uint8Array): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const column of chosen) {
    for (let twin = 0; twin < index.length; twin++) {
      const value = column.value[twin] as number;
      if (fleet.alive[twin] !== 1 || Number.isNaN(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const scale = high > low ? (SHADES - 1) / (high - low) : 0;
  index.fill(0);
  for (const column of chosen) {
    for (let twin = 0; twin < index.length; twin++) {
      const value = column.value[twin] as number;
      if (!Number.isNaN(value)) index[twin] = 1 + Math.round((value - low) * scale);
    }
  }
  return { low, high };
}

export function shade(fleet: Fleet, choice: string): Shading {
  const kind = shadingKind(choice);
  const index = new Uint8Array(fleet.ids.length);
  if (kind === "field") return { kind, index, ...shadeField(fleet, chosenColumns(fleet.columns, choice), index) };
  const qualities = kind === "quality" ? fleet.qualities() : null;
  for (let twin = 0; twin < index.length; twin++) {
    index[twin] = qualities === null ? fleet.severity(twin) : (qualities[twin] as number) + 1;
  }
  return { kind, index, low: 0, high: kind === "alarm" ? 3 : 4 };
}
