// Where a twin is in its life, and a control to change it: chosen, then confirmed, then true once the server has it on disk.
import { useState } from "preact/hooks";
import type { Problem } from "../data/types";
import { setLifecycle } from "../session";
import { detail, isLive } from "../state";
import { titled } from "../text/format";

const STATES = ["in_service", "commissioning", "maintenance", "out_of_service"] as const;

export function lifecycleText(state: string): string {
  return titled(state).replace(/_/g, " ");
}

function consequence(state: string): string {
  return state === "in_service" ? "Its alarms call for somebody again." : "Its alarms are muted: shown here, and nowhere called.";
}

export function Lifecycle({ id }: { id: string }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const present = detail.value?.id === id ? detail.value.lifecycle : null;
  if (present === null) return null;
  const send = async (state: string): Promise<void> => {
    setProblem(await setLifecycle(id, state));
    setChosen(null);
  };
  return (
    <section class="panel lifecycle" aria-labelledby="lifecycle-title">
      <div class="panel-head"><h2 id="lifecycle-title">Life cycle</h2></div>
      <select aria-labelledby="lifecycle-title" value={chosen ?? present} disabled={!isLive()}
        onChange={(event) => setChosen(event.currentTarget.value === present ? null : event.currentTarget.value)}>
        {STATES.map((state) => <option key={state} value={state}>{lifecycleText(state)}</option>)}
      </select>
      {chosen !== null && (
        <p class="lifecycle-ask">
          <span class="soft small">{consequence(chosen)}</span>{" "}
          <button type="button" disabled={!isLive()} onClick={() => void send(chosen)}>{`Change to ${lifecycleText(chosen)}`}</button>{" "}
          <button type="button" onClick={() => setChosen(null)}>Leave it</button>
        </p>
      )}
      {problem !== null && <p class="problem" role="alert">{problem.detail || problem.title}</p>}
    </section>
  );
}
