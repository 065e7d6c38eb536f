// What would come, and what if: changes as controls, the course they make beside the one in which nothing is touched.
import { useEffect, useState } from "preact/hooks";
import type { Problem, Quantity } from "../data/types";
import type { Answer, Branch, Change, Mode, Outcome } from "../data/whatif";
import { FAULTS, alarmsOnlyIn, answerOf, bodyOf, changesOf, changesText, differencesOf, isComplete, needsText, valueOf } from "../data/whatif";
import { route, setParam } from "../route";
import { ask, setDesired } from "../session";
import { clock, detail, fleet, isLive, linkState, modelOf } from "../state";
import { clockText, durationText, exactText, numberText, parseDuration, spoken, unitText } from "../text/format";
import { WhatIfChart } from "./whatif_chart";

const HORIZONS = [{ text: "5m", step: "2s" }, { text: "30m", step: "10s" }, { text: "2h", step: "1m" }, { text: "1d", step: "10m" }] as const;
const NEIGHBOURS = 24;
const CHARTS = 2;

const MODES: Record<Mode, string> = { set: "is", silent: "says nothing", frozen: "is frozen", off: "is off by", noise: "has noise of" };

interface Choice {
  readonly name: string;
  readonly text: string;
  readonly quantity: Quantity;
  readonly group: string;
  /** A sensor can fail as well. */
  readonly isSensor: boolean;
  readonly isDesired: boolean;
}

/** All that a question may change: of the twin itself, and what can be desired of those it stands beside. */
function choicesOf(id: string, neighbours: readonly string[]): Choice[] {
  const choices: Choice[] = [];
  const model = modelOf(fleet.find(id));
  const own = (group: string, quantities: readonly Quantity[], isSensor: boolean, isDesired: boolean): void => {
    for (const quantity of quantities) {
      if (quantity.type !== "location") choices.push({ name: quantity.name, text: quantity.title, quantity, group, isSensor, isDesired });
    }
  };
  own("Desired", (model?.properties ?? []).filter(({ writable }) => writable), false, true);
  own("Parameters", model?.parameters ?? [], false, false);
  own("Sensors", model?.telemetry ?? [], true, false);
  for (const other of neighbours.slice(0, NEIGHBOURS)) {
    for (const quantity of modelOf(fleet.find(other))?.properties ?? []) {
      if (quantity.writable) choices.push({ name: `${other}/${quantity.name}`, text: quantity.title, quantity, group: other, isSensor: false, isDesired: true });
    }
  }
  return choices;
}

/** What it is now, to begin with. */
function presentOf(id: string, choice: Choice): string {
  const [, other, own] = /^(?:(.*)\/)?(.*)$/.exec(choice.name) as unknown as [string, string | undefined, string];
  const twin = fleet.find(other ?? id);
  const cell = fleet.cell(twin, "desired", own) ?? fleet.cell(twin, "reported", own) ?? fleet.cell(twin, "telemetry", own);
  const value = cell?.value ?? (other === undefined ? detail.value?.parameters.get(own)?.value : undefined) ?? null;
  return value === null ? "" : typeof value === "number" ? exactText(value) : typeof value === "boolean" ? (value ? "on" : "off") : value;
}

interface ChangeProps {
  readonly index: number;
  readonly change: Change;
  readonly choice: Choice | undefined;
  readonly onChange: (change: Change | null) => void;
}

function ChangeRow({ index, change, choice, onChange }: ChangeProps) {
  const label = choice === undefined ? change.name : `${change.name.includes("/") ? `${choice.group} ` : ""}${choice.text}`;
  const range = choice?.quantity.range ?? null;
  return (
    <li class="change" data-change={change.name}>
      <b>{label}</b>
      {choice?.isSensor === true
        ? <select aria-label={`How ${label} is otherwise`} value={change.mode} onChange={(event) => onChange({ ...change, mode: event.currentTarget.value as Mode, text: "" })}>
            <option value="set">{MODES.set}</option>{FAULTS.map((fault) => <option key={fault} value={fault}>{MODES[fault]}</option>)}
          </select>
        : <span class="soft">{MODES[change.mode]}</span>}
      {needsText(change.mode) && (
        <input id={`whatif-${index}`} aria-label={`${label} ${MODES[change.mode]}`} type="text" autocomplete="off" value={change.text}
          placeholder={range === null ? "" : `${exactText(range[0])} to ${exactText(range[1])}`}
          onInput={(event) => onChange({ ...change, text: event.currentTarget.value })} />
      )}
      <span class="soft">{needsText(change.mode) ? unitText(choice?.quantity.unit ?? "") : ""}</span>
      <button type="button" class="quiet" onClick={() => onChange(null)}>Leave<span class="hidden">{` ${label} as it is`}</span></button>
    </li>
  );
}

function Add({ choices, onAdd }: { choices: readonly Choice[]; onAdd: (choice: Choice) => void }) {
  const groups = [...new Set(choices.map(({ group }) => group))];
  return (
    <select id="whatif-add" aria-label="Add what is otherwise" value=""
      onChange={(event) => { const choice = choices.find(({ name }) => name === event.currentTarget.value); if (choice !== undefined) onAdd(choice); }}>
      <option value="">Change ...</option>
      {groups.map((group) => (
        <optgroup key={group} label={group}>
          {choices.filter((choice) => choice.group === group).map(({ name, text }) => <option key={name} value={name}>{text}</option>)}
        </optgroup>
      ))}
    </select>
  );
}

function OutcomeText({ outcome }: { outcome: Outcome }) {
  if (outcome.value === null) return <>–</>;
  const hasBand = outcome.low !== null && outcome.high !== null;
  return <>{numberText(outcome.value)}{hasBand && <span class="soft">{` ${numberText(outcome.low as number)} … ${numberText(outcome.high as number)}`}</span>}</>;
}

function Differences({ answer, titles, horizon }: { answer: Answer; titles: ReadonlyMap<string, Quantity>; horizon: string }) {
  const rows = differencesOf(answer);
  const hasChange = answer.branches.length > 1;
  return (
    <table class="differences values num">
      <thead><tr><th scope="col">{`In ${durationText(parseDuration(horizon) ?? NaN)}`}</th><th scope="col">now</th><th scope="col">untouched</th>{hasChange && <><th scope="col">changed</th><th scope="col">difference</th></>}</tr></thead>
      <tbody>
        {rows.map(({ field, now, untouched, changed }) => (
          <tr key={field} data-field={field}>
            <th scope="row">{titles.get(field)?.title ?? field} <span class="soft">{unitText(titles.get(field)?.unit ?? "")}</span></th>
            <td>{now === null ? "–" : numberText(now)}</td>
            <td><OutcomeText outcome={untouched} /></td>
            {changed !== null && <><td><OutcomeText outcome={changed} /></td>
              <td>{changed.value === null || untouched.value === null ? "–" : `${changed.value > untouched.value ? "+" : ""}${numberText(changed.value - untouched.value)}`}</td></>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Coming({ branch, other, word }: { branch: Branch; other: Branch | undefined; word: string }) {
  const alarms = alarmsOnlyIn(branch, other);
  return (
    <>
      {alarms.slice(0, 12).map((alarm, i) => (
        <li key={i}>{`${word} `}<b>{`${alarm.twin} ${spoken(alarm.alarm)}`}</b>{` ${alarm.isActive ? "is raised" : "is over"} at `}<span class="num">{clockText(alarm.at)}</span></li>
      ))}
      {alarms.length > 12 && <li class="soft">{`and ${alarms.length - 12} more`}</li>}
      {branch.failure !== "" && <li class="problem">{`${word} a script fails: ${branch.failure}`}</li>}
    </>
  );
}

/** What can be desired, for real, with a second press. */
function Desire({ id, changes, choices }: { id: string; changes: readonly Change[]; choices: readonly Choice[] }) {
  const [isAsked, setAsked] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isDone, setDone] = useState(false);
  const wanted = changes.filter(({ name }) => choices.find((choice) => choice.name === name)?.isDesired === true);
  if (wanted.length === 0) return null;
  const send = async (): Promise<void> => {
    for (const { name, text } of wanted) {
      const slash = name.lastIndexOf("/");
      const refused = await setDesired(slash < 0 ? id : name.slice(0, slash), name.slice(slash + 1), valueOf(text), 0);
      if (refused !== null) return setProblem(refused);
    }
    setDone(true);
  };
  if (isDone) return <p class="soft" role="status">It is desired now; whether the devices follow is shown by what they report.</p>;
  return (
    <p class="desire">
      <button type="button" disabled={!isLive()} onClick={() => { if (isAsked) void send(); else setAsked(true); }}>
        {isAsked ? `Confirm: desire ${changesText(wanted)}` : "Desire it"}
      </button>
      {isAsked && <button type="button" class="quiet" onClick={() => setAsked(false)}>Cancel</button>}
      {problem !== null && <span class="problem" role="alert">{problem.detail || problem.title}</span>}
    </p>
  );
}

export function WhatIf({ id, chosen, neighbours }: { id: string; chosen: readonly string[]; neighbours: readonly string[] }) {
  const { params } = route.value;
  void linkState.value;
  const [changes, setChanges] = useState<readonly Change[]>(() => changesOf(params.get("if") ?? ""));
  const [answer, setAnswer] = useState<{ readonly answer: Answer; readonly changes: readonly Change[]; readonly at: number } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const horizon = HORIZONS.find(({ text }) => text === params.get("h")) ?? HORIZONS[1];
  const choices = choicesOf(id, neighbours);
  const model = modelOf(fleet.find(id));
  const titles = new Map([...(model?.telemetry ?? []), ...(model?.properties ?? []), ...(model?.derived ?? [])].map((one) => [one.name, one]));

  const put = async (): Promise<void> => {
    setBusy(true);
    setParam("if", changes.length === 0 ? "now" : changesText(changes));
    const asked = await ask(`/twins/${encodeURIComponent(id)}/whatif`, bodyOf(changes, horizon.text, horizon.step));
    setBusy(false);
    setProblem("problem" in asked ? asked.problem : null);
    if ("body" in asked) setAnswer({ answer: answerOf(asked.body), changes, at: clock.now() });
  };
  // It opens with what would come anyway, or with the question in the address.
  useEffect(() => { if (changes.every(isComplete)) void put(); }, [horizon.text]);

  const update = (index: number, change: Change | null): void =>
    setChanges(changes.flatMap((one, i) => (i !== index ? [one] : change === null ? [] : [change])));
  const drawn = answer === null ? [] : [...new Set([...chosen, ...(answer.answer.branches[0]?.courses.keys() ?? [])])]
    .filter((name) => answer.answer.branches[0]?.courses.has(name)).slice(0, CHARTS);
  const [untouched, changed] = answer?.answer.branches ?? [];

  return (
    <>
      <form class="question" noValidate onSubmit={(event) => { event.preventDefault(); if (changes.every(isComplete) && !isBusy) void put(); }}>
        <ul class="changes" role="list" aria-label="What is otherwise">
          {changes.map((change, i) => (
            <ChangeRow key={`${i} ${change.name}`} index={i} change={change} choice={choices.find(({ name }) => name === change.name)} onChange={(next) => update(i, next)} />
          ))}
        </ul>
        <div class="edit">
          <Add choices={choices} onAdd={(choice) => setChanges([...changes, { name: choice.name, mode: "set", text: presentOf(id, choice) }])} />
          <div class="choice" role="group" aria-label="How far ahead">
            {HORIZONS.map(({ text }) => (
              <button key={text} type="button" aria-pressed={text === horizon.text} onClick={() => setParam("h", text === HORIZONS[1].text ? null : text)}>{durationText(parseDuration(text) ?? NaN)}</button>
            ))}
          </div>
          <button type="submit" disabled={isBusy || !changes.every(isComplete)}>{isBusy ? "Looking ahead" : "Ask"}</button>
          {problem !== null && <p class="problem" role="alert"><b>{problem.title}</b>{`: ${problem.detail}`}</p>}
        </div>
      </form>
      {answer !== null && (
        <div class={isBusy ? "outcome is-old" : "outcome"} aria-busy={isBusy} data-branches={answer.answer.branches.length}>
          {drawn.map((name) => <WhatIfChart key={name} answer={answer.answer} field={name} quantity={titles.get(name)} />)}
          <Differences answer={answer.answer} titles={titles} horizon={horizon.text} />
          <ul class="coming" role="list" aria-label="Alarms that would come">
            {changed !== undefined && <Coming branch={changed} other={untouched} word="Changed:" />}
            {untouched !== undefined && <Coming branch={untouched} other={undefined} word={changed === undefined ? "" : "Untouched:"} />}
          </ul>
          <p class="soft small">
            {`From revision ${answer.answer.rev}, ${clockText(answer.at)}. ${answer.answer.twins === 1 ? "This twin" : `${answer.answer.twins} twins`} looked ahead; nothing live was touched. `}
            {answer.answer.samples > 0 ? `Bands hold nine in ten of ${answer.answer.samples} courses by chance.` : "No band: its model says of nothing how uncertain it is."}
          </p>
          <Desire key={changesText(answer.changes)} id={id} changes={answer.changes} choices={choices} />
        </div>
      )}
    </>
  );
}

