// Acknowledging an alarm: a button until the server has it on disk, a word after. The alarm stays until its cause is gone.
import { useState } from "preact/hooks";
import type { Alarm, Problem } from "../data/types";
import { acknowledge } from "../session";
import { isLive } from "../state";
import { spoken } from "../text/format";
import { Icon } from "./marks";

export function Acknowledge({ alarm }: { alarm: Alarm }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  if (alarm.acked) return <span class="acked"><Icon name="check" />acknowledged</span>;
  const send = async (): Promise<void> => {
    setBusy(true);
    setProblem(await acknowledge(alarm.twin, alarm.name));
    setBusy(false);
  };
  return (
    <span class="acknowledge">
      <button type="button" disabled={!isLive() || isBusy} onClick={() => void send()}>
        {isBusy ? "Storing" : "Acknowledge"}<span class="hidden">{` ${spoken(alarm.name)} of ${alarm.twin}`}</span>
      </button>
      {problem !== null && <span class="problem" role="alert">{problem.detail || problem.title}</span>}
    </span>
  );
}
