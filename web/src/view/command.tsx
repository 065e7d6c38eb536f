// What the device can be told to do: a form for each command, with a second press to confirm, and what became of the last ones.
// A command counts when the server has it on disk; what the device made of it is told by its state.
import { useState } from "preact/hooks";
import { isOpen } from "../data/commands";
import type { Command, CommandRule, Problem, Quantity, Value } from "../data/types";
import { giveCommand } from "../session";
import { clock, commands, followLive, isLive } from "../state";
import { ageText, durationText, exactText, spoken, titled, unitText, valueText } from "../text/format";
import { typedValue } from "./property";

const SHOWN = 8;

const STATES: Record<string, string> = {
  queued: "waits for the device", sent: "device was told", done: "done", failed: "failed", timed_out: "no answer in time",
};

/** The arguments that were typed; null while one of them is no value of its type. An empty one is not given. */
export function typedArguments(args: readonly Quantity[], texts: Readonly<Record<string, string>>): Record<string, Value> | null {
  const given: Record<string, Value> = {};
  for (const { name, type } of args) {
    const text = texts[name] ?? "";
    if (text.trim() === "") continue;
    const value = typedValue(text, type);
    if (value === undefined) return null;
    given[name] = value;
  }
  return given;
}

interface ArgumentProps {
  readonly inputId: string;
  readonly argument: Quantity;
  readonly text: string;
  readonly isDisabled: boolean;
  readonly onText: (text: string) => void;
}

function Argument({ inputId, argument, text, isDisabled, onText }: ArgumentProps) {
  const unit = unitText(argument.unit);
  const hint = argument.range === null ? "" : `${exactText(argument.range[0])} to ${exactText(argument.range[1])}`;
  return (
    <>
      <label for={inputId}>{argument.title}</label>
      {argument.type === "boolean"
        ? <select id={inputId} value={text} disabled={isDisabled} onChange={(event) => onText(event.currentTarget.value)}>
            <option value="">not given</option><option value="on">on</option><option value="off">off</option>
          </select>
        : <input id={inputId} type="text" inputMode={argument.type === "number" ? "decimal" : "text"} autocomplete="off" value={text}
            placeholder={hint} disabled={isDisabled} onInput={(event) => onText(event.currentTarget.value)} />}
      {unit !== "" && <span>{unit}</span>}
    </>
  );
}

function Give({ id, rule }: { id: string; rule: CommandRule }) {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const [isAsked, setAsked] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const canGive = isLive() && !isBusy;
  const args = typedArguments(rule.args, texts);

  const give = async (given: Record<string, Value>): Promise<void> => {
    setBusy(true);
    const refused = await giveCommand(id, rule.name, given);
    setBusy(false);
    setAsked(false);
    setProblem(refused);
    if (refused === null) setTexts({});
  };

  return (
    <form class="command" data-command={rule.name} noValidate
      onSubmit={(event) => { event.preventDefault(); if (args === null || !canGive) return; if (isAsked) void give(args); else setAsked(true); }}>
      <h3>{rule.title}</h3>
      <div class="edit">
        {rule.args.map((argument) => (
          <Argument key={argument.name} inputId={`command-${rule.name}-${argument.name}`} argument={argument} text={texts[argument.name] ?? ""}
            isDisabled={!canGive || isAsked} onText={(text) => setTexts({ ...texts, [argument.name]: text })} />
        ))}
        <button type="submit" disabled={!canGive || args === null}>
          {isBusy ? "Storing" : isAsked ? "Confirm" : "Give"}<span class="hidden">{` ${rule.title} to ${id}`}</span>
        </button>
        {isAsked && !isBusy && <button type="button" class="quiet" onClick={() => setAsked(false)}>Cancel</button>}
        {problem !== null && (
          <p class="problem" role="alert">
            <b>{problem.status === 0 ? problem.title : `${problem.status} ${problem.title}`}</b>{problem.detail === "" ? "" : `: ${problem.detail}`}
          </p>
        )}
      </div>
    </form>
  );
}

function argumentsText(command: Command, rule: CommandRule | undefined): string {
  return (command.args ?? []).map(([name, value]) => {
    const unit = unitText(rule?.args.find((one) => one.name === name)?.unit ?? "");
    return `${spoken(name)} ${typeof value === "number" ? exactText(value) : valueText(value)} ${unit}`.trim();
  }).join(", ");
}

function Given({ command, rule, now }: { command: Command; rule: CommandRule | undefined; now: number }) {
  return (
    <li data-id={command.id} class={`given-${command.state}`}>
      <span>{`${command.id} ${rule?.title ?? titled(command.name)}`}</span>
      <b>{STATES[command.state] ?? spoken(command.state)}</b>
      <span class="num soft">{isOpen(command) ? `for ${durationText(Math.max(0, now - command.at))}` : ageText(now - command.at)}</span>
      <span class="soft">{[argumentsText(command, rule), command.result].filter((part) => part !== "").join(": ")}</span>
    </li>
  );
}

export function Commands({ id, rules }: { id: string; rules: readonly CommandRule[] }) {
  followLive();
  if (rules.length === 0) return null;
  const now = clock.now();
  return (
    <section class="panel commands" aria-labelledby="commands-title">
      <div class="panel-head"><h2 id="commands-title">Commands</h2>
        <span class="soft small">{isLive() ? "" : "to read only, until live"}</span></div>
      {rules.map((rule) => <Give key={rule.name} id={id} rule={rule} />)}
      {commands.value.length > 0 && (
        <ol class="given" aria-label="Given commands, newest first" role="list">
          {commands.value.slice(0, SHOWN).map((command) => (
            <Given key={command.id} command={command} rule={rules.find(({ name }) => name === command.name)} now={now} />
          ))}
        </ol>
      )}
    </section>
  );
}
