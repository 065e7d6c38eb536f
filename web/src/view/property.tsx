// A property: what the device reports, what we desire, and a control to desire something else. A change counts when the server
// has it on disk; whether the device followed is shown by what it reports.
import { useState } from "preact/hooks";
import type { Problem, Property, Value } from "../data/types";
import { setDesired, shownRev } from "../session";
import { clock, fleet, isLive } from "../state";
import { ageText, durationText, exactText, unitText, valueText } from "../text/format";
import { Icon } from "./marks";
import { Quality } from "./quality";

function isSame(a: Value, b: Value): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
  return a === b;
}

/** What was typed, in the property's type; undefined when it is not one. */
export function typedValue(text: string, type: string): Value | undefined {
  if (type === "boolean") return text === "on" ? true : text === "off" ? false : undefined;
  if (type !== "number") return text === "" ? undefined : text;
  const value = Number(text.replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? undefined : value;
}

interface Draft {
  readonly text: string;
  /** What the reader saw when the edit began. */
  readonly rev: number;
}

function Edit({ id, property, desired }: { id: string; property: Property; desired: Value }) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const canWrite = isLive() && !isBusy;
  const value = draft === null ? undefined : typedValue(draft.text, property.type);
  const unit = unitText(property.unit);
  const inputId = `set-${property.name}`;
  const edit = (text: string): void => setDraft({ text, rev: draft?.rev ?? shownRev() });

  const send = async (wanted: Value, rev: number): Promise<void> => {
    setBusy(true);
    const refused = await setDesired(id, property.name, wanted, rev);
    setBusy(false);
    setProblem(refused);
    // After a refusal the present value is on screen, so the next try stands on it.
    setDraft(refused === null ? null : { text: draft?.text ?? "", rev: shownRev() });
  };

  return (
    <form class="edit" noValidate onSubmit={(event) => { event.preventDefault(); if (draft !== null && value !== undefined) void send(value, draft.rev); }}>
      <label for={inputId}>Set to<span class="hidden">{` desired ${property.title} ${unit}`}</span></label>
      {property.type === "boolean"
        ? <select id={inputId} value={draft?.text ?? ""} disabled={!canWrite} onChange={(event) => edit(event.currentTarget.value)}>
            <option value="">choose</option><option value="on">on</option><option value="off">off</option>
          </select>
        : <input id={inputId} type="text" inputMode={property.type === "number" ? "decimal" : "text"} autocomplete="off" value={draft?.text ?? ""}
            placeholder={property.range === null ? "" : `${exactText(property.range[0])} to ${exactText(property.range[1])}`}
            disabled={!canWrite} onInput={(event) => edit(event.currentTarget.value)} />}
      <button type="submit" disabled={!canWrite || value === undefined}>{isBusy ? "Storing" : "Set"}</button>
      {desired !== null && <button type="button" class="quiet" disabled={!canWrite} onClick={() => void send(null, shownRev())}>Withdraw</button>}
      {problem !== null && (
        <p class="problem" role="alert">
          <b>{problem.status === 0 ? problem.title : `${problem.status} ${problem.title}`}</b>{problem.detail === "" ? "" : `: ${problem.detail}`}
        </p>
      )}
    </form>
  );
}

interface CardProps {
  readonly id: string;
  readonly twin: number;
  readonly property: Property;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

export function PropertyCard({ id, twin, property, isChosen, onChoose }: CardProps) {
  const reported = fleet.cell(twin, "reported", property.name);
  const desired = fleet.cell(twin, "desired", property.name);
  const wanted = desired?.value ?? null;
  const isPending = wanted !== null && !isSame(wanted, reported?.value ?? null);
  const unit = unitText(property.unit);
  const now = clock.now();
  return (
    <div class="property" data-property={property.name} data-pending={isPending}>
      <div class="property-head">
        <h3>{property.title}</h3>
        <button type="button" class="quiet small" aria-pressed={isChosen} onClick={onChoose}><Icon name="chart" />{isChosen ? "Drawn" : "Draw"}</button>
      </div>
      <dl class="pair values">
        <dt>reported</dt>
        <dd><b class="num">{valueText(reported?.value ?? null, property.range)}</b> {unit} <span class="soft num">{reported === null ? "" : ageText(now - reported.time)}</span> {reported !== null && <Quality quality={reported.quality} />}</dd>
        <dt class="desired">desired</dt>
        {wanted === null
          ? <dd class="not-set">not set</dd>
          : <dd class="desired"><b class="num">{valueText(wanted, property.range)}</b> {unit}</dd>}
      </dl>
      <p class={`follow ${isPending ? "follow-pending" : ""}`} role="status">
        {isPending
          ? `Device did not follow yet${desired !== null && Number.isFinite(desired.time) ? `, ${durationText(Math.max(0, now - desired.time))}` : ""}`
          : wanted === null ? "" : "Device follows"}
      </p>
      {property.writable && <Edit id={id} property={property} desired={wanted} />}
    </div>
  );
}
