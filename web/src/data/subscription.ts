// One `sub` of the page and the dictionary that the server gave for it: turns frames into fleet columns, and knows where
// to resume. It outlives connections; every new connection gives it a new sid and a new dictionary.
import type { Column, Fleet } from "./fleet";
import type { Dictionary, Row, Selection, ServerMessage } from "./wire";

type Data = Extract<ServerMessage, { op: "data" }>;

export interface SubscriptionOptions {
  readonly selection: Selection;
  readonly hz: number;
  /** The selection is every twin: what the dictionary does not name is gone. */
  readonly isWhole?: boolean;
  readonly onRows?: (rows: readonly Row[], twins: readonly number[], columns: readonly Column[]) => void;
  readonly onTwins?: (ids: readonly string[]) => void;
  /** Fields that came later: some model has changed. */
  readonly onFields?: () => void;
  readonly onSynced?: () => void;
}

export class Subscription {
  sid = 0;
  isSynced = false;
  private twins: number[] = [];
  private columns: Column[] = [];
  private resumePoint: string | null = null;

  constructor(private readonly fleet: Fleet, readonly options: SubscriptionOptions) {}

  get since(): string | null {
    return this.resumePoint;
  }

  begin(sid: number, dict: Dictionary): void {
    this.sid = sid;
    this.isSynced = false;
    this.twins = [];
    this.columns = [];
    this.extend(0, 0, dict);
  }

  /** More of the dictionary: twins from place `from`, and fields if the answer did not have them all. */
  extend(from: number, fieldsFrom: number | null, dict: Dictionary): void {
    dict.twins.forEach((id, i) => {
      const twin = this.fleet.add(id);
      this.twins[from + i] = twin;
      this.fleet.setModel(twin, dict.models[i] ?? "");
    });
    const first = fieldsFrom ?? this.columns.length;
    dict.fields.forEach((field, i) => { this.columns[first + i] = this.fleet.column(field); });
    this.options.onTwins?.(dict.twins);
    if (first > 0 && dict.fields.length > 0) this.options.onFields?.();
  }

  data(message: Data, epoch: string): void {
    this.fleet.apply(message.rows, this.twins, this.columns);
    this.options.onRows?.(message.rows, this.twins, this.columns);
    if (message.full && !message.done) return;
    this.resumePoint = `${epoch}:${message.rev}`;
    if (this.isSynced) return;
    if (this.options.isWhole === true) this.prune();
    this.isSynced = true;
    this.options.onSynced?.();
  }

  /** Twins were deleted, by their places in the dictionary. */
  lose(places: readonly number[]): void {
    for (const place of places) {
      const twin = this.twins[place];
      if (twin !== undefined) this.fleet.remove(twin);
      delete this.twins[place];
    }
  }

  private prune(): void {
    const named = new Set(this.twins);
    for (let twin = 0; twin < this.fleet.ids.length; twin++) {
      if (!named.has(twin)) this.fleet.remove(twin);
    }
  }
}
