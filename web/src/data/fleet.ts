// Current values of all twins in columns: one typed array a field, one place a twin. Data frames are written here and
// everything on screen is read from here; a version number says that something changed.
import type { Cell, Field, Kind, Severity, Value } from "./types";
import { GOOD } from "./types";
import type { Row } from "./wire";
import { placeText, plainValue, predictionValue, qualityOf } from "./wire";

const FIRST_CAPACITY = 64;

function grown(old: Float64Array, capacity: number): Float64Array {
  const next = new Float64Array(capacity).fill(NaN);
  next.set(old);
  return next;
}

/** One field of all twins. A number is in `value`; text and the like in `other`. */
export class Column {
  value: Float64Array;
  time: Float64Array;
  quality: Uint8Array;
  low: Float64Array | null = null;
  high: Float64Array | null = null;
  readonly other = new Map<number, Value>();

  constructor(readonly field: Field, capacity: number) {
    this.value = new Float64Array(capacity).fill(NaN);
    this.time = new Float64Array(capacity).fill(NaN);
    this.quality = new Uint8Array(capacity);
    if (field.kind === "prediction") {
      this.low = new Float64Array(capacity).fill(NaN);
      this.high = new Float64Array(capacity).fill(NaN);
    }
  }

  grow(capacity: number): void {
    this.value = grown(this.value, capacity);
    this.time = grown(this.time, capacity);
    const quality = new Uint8Array(capacity);
    quality.set(this.quality);
    this.quality = quality;
    if (this.low !== null) this.low = grown(this.low, capacity);
    if (this.high !== null) this.high = grown(this.high, capacity);
  }

  set(twin: number, raw: unknown, time: number, quality: number): void {
    this.time[twin] = time;
    this.quality[twin] = quality;
    if (this.low !== null && this.high !== null) {
      const [middle, low, high] = predictionValue(raw);
      this.value[twin] = middle;
      this.low[twin] = low;
      this.high[twin] = high;
    } else if (typeof raw === "number") {
      this.value[twin] = raw;
    } else {
      const value = Array.isArray(raw) ? placeText(raw) : plainValue(raw);
      this.value[twin] = typeof value === "boolean" ? Number(value) : NaN;
      if (value === null) this.other.delete(twin);
      else this.other.set(twin, value);
    }
  }

  clear(twin: number): void {
    this.set(twin, null, NaN, GOOD);
  }

  has(twin: number): boolean {
    return !Number.isNaN(this.time[twin]);
  }
}

export class Fleet {
  readonly ids: string[] = [];
  readonly models: string[] = [];
  readonly columns: Column[] = [];
  /** 1 while the twin exists. Places are never reused, so an index stays true for the life of the page. */
  alive = new Uint8Array(FIRST_CAPACITY);
  /** Goes up with every change of a value. */
  version = 0;
  /** Goes up when twins come, go or change model. */
  membership = 0;
  /** Goes up when an alarm is raised, acknowledged or cleared; the row of an acknowledged one has the same value again. */
  alarmVersion = 0;
  count = 0;
  private readonly byId = new Map<string, number>();
  private readonly byField = new Map<string, Column>();
  private capacity = FIRST_CAPACITY;
  private worst: Column | null = null;

  find(id: string): number {
    const at = this.byId.get(id);
    return at !== undefined && this.alive[at] === 1 ? at : -1;
  }

  add(id: string): number {
    let at = this.byId.get(id);
    if (at === undefined) {
      at = this.ids.length;
      if (at === this.capacity) this.grow();
      this.ids.push(id);
      this.models.push("");
      this.byId.set(id, at);
    }
    if (this.alive[at] === 0) {
      this.alive[at] = 1;
      this.count += 1;
      this.membership += 1;
    }
    return at;
  }

  remove(twin: number): void {
    if (this.alive[twin] !== 1) return;
    this.alive[twin] = 0;
    this.count -= 1;
    this.membership += 1;
    this.version += 1;
    for (const column of this.columns) column.clear(twin);
  }

  setModel(twin: number, model: string): void {
    if (this.models[twin] === model || model === "") return;
    this.models[twin] = model;
    this.membership += 1;
  }

  /** The same name in two models is one column as long as kind and unit agree. */
  column(field: Field): Column {
    const key = `${field.kind}.${field.name}@${field.unit}`;
    let column = this.byField.get(key);
    if (column === undefined) {
      column = new Column(field, this.capacity);
      this.byField.set(key, column);
      this.columns.push(column);
      if (field.kind === "alarm" && field.name === "alarm") this.worst = column;
    }
    return column;
  }

  /** Writes the rows of one data frame; `twins` and `columns` are the subscription's dictionary. */
  apply(rows: readonly Row[], twins: readonly number[], columns: readonly Column[]): void {
    for (const row of rows) {
      const twin = twins[row[0]];
      const column = columns[row[1]];
      if (twin === undefined || column === undefined || column.field.kind === "command") continue;
      column.set(twin, row[2], row[3], qualityOf(row[4]));
      if (column.field.kind === "alarm") this.alarmVersion += 1;
    }
    if (rows.length > 0) this.version += 1;
  }

  columnsOf(kind: Kind, name: string): Column[] {
    return this.columns.filter((column) => column.field.kind === kind && column.field.name === name);
  }

  cell(twin: number, kind: Kind, name: string): Cell | null {
    for (const column of this.columns) {
      if (column.field.name === name && column.field.kind === kind && column.has(twin)) return cellOf(column, twin);
    }
    return null;
  }

  /** The twin's worst active alarm, from the field that the server makes of all of them. */
  severity(twin: number): Severity {
    const worst = this.worst?.value[twin] ?? NaN;
    return (worst >= 1 ? Math.min(3, worst) : 0) as Severity;
  }

  /** The worst quality among each twin's telemetry, or -1 where none has come yet. Column by column, which is quick. */
  qualities(): Int8Array {
    const worst = new Int8Array(this.ids.length).fill(-1);
    for (const column of this.columns) {
      if (column.field.kind !== "telemetry") continue;
      const { time, quality } = column;
      for (let twin = 0; twin < worst.length; twin++) {
        const at = time[twin] as number;
        // NaN is not equal to itself: no sample yet.
        if (at === at && (quality[twin] as number) > (worst[twin] as number)) worst[twin] = quality[twin] as number;
      }
    }
    return worst;
  }

  /** The same for one twin. */
  quality(twin: number): number {
    let worst = -1;
    for (const column of this.columns) {
      if (column.field.kind === "telemetry" && column.has(twin)) worst = Math.max(worst, column.quality[twin] as number);
    }
    return worst;
  }

  private grow(): void {
    this.capacity *= 2;
    const alive = new Uint8Array(this.capacity);
    alive.set(this.alive);
    this.alive = alive;
    for (const column of this.columns) column.grow(this.capacity);
  }
}

export function cellOf(column: Column, twin: number): Cell {
  const value = column.value[twin] ?? NaN;
  const other = column.other.get(twin);
  const finite = (array: Float64Array | null): number | null => {
    const found = array?.[twin] ?? NaN;
    return Number.isNaN(found) ? null : found;
  };
  return {
    field: column.field,
    value: other !== undefined ? other : Number.isNaN(value) ? null : value,
    time: column.time[twin] ?? NaN,
    quality: column.quality[twin] ?? GOOD,
    low: finite(column.low),
    high: finite(column.high),
  };
}
