// Ids that devices send under and that nothing may create: adopted here when a model fits, or mended at the device.
import { useState } from "preact/hooks";
import type { Adoption, Problem } from "../data/types";
import { adopt } from "../session";
import { adoptions, clock, isLive, modelTitle } from "../state";
import { ageText, countText } from "../text/format";

const MOST = 10;

function Row({ one }: { one: Adoption }) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async (): Promise<void> => {
    setBusy(true);
    setProblem(await adopt(one.id));
    setBusy(false);
  };
  return (
    <div class="adoption" data-adoption={one.id}>
      <b>{one.id}</b>{" "}
      <span class="soft small">
        {`${countText(one.count, "message")} from ${one.peer}${one.at === null ? "" : `, ${ageText(clock.now() - one.at)}`}`}
      </span>
      {one.model === ""
        ? <p class="soft small">No model fits this id.</p>
        : <p><button type="button" disabled={!isLive() || isBusy} onClick={() => void send()}>
            {isBusy ? "Storing" : `Adopt as ${modelTitle(one.model)}`}<span class="hidden">{` ${one.id}`}</span>
          </button></p>}
      {problem !== null && <span class="problem" role="alert">{problem.detail || problem.title}</span>}
    </div>
  );
}

export function Adoptions() {
  const all = adoptions.value;
  if (all.length === 0) return null;
  return (
    <details class="adoptions">
      <summary>{`${countText(all.length, "unknown device")} refused`}</summary>
      {all.slice(0, MOST).map((one) => <Row key={one.id} one={one} />)}
      {all.length > MOST && <p class="soft">{`and ${all.length - MOST} more: twinctl adoptions`}</p>}
    </details>
  );
}
