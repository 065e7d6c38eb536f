// "What needs me": active alarms and limits ahead, worst and soonest first. Rows stay in place while someone points at them.
import { useRef, useState } from "preact/hooks";
import { forecastText, leadText } from "../data/forecast";
import type { Need } from "../data/needs";
import { heldOrder, needsOf } from "../data/needs";
import { SEVERITY_NAMES } from "../data/types";
import { isShown, plantFacts } from "../facts";
import { route, twinHref } from "../route";
import { alarms, clock, fleet, models, second, slowTick } from "../state";
import { countText, durationText, momentText, titled } from "../text/format";
import { Acknowledge } from "./acknowledge";
import { Adoptions } from "./adoptions";
import { Mark } from "./marks";

const MOST = 100;

function allNeeds(): Need[] {
  const raised = new Set<string>();
  for (const alarm of alarms.value) {
    if (!alarm.active) continue;
    const rule = models.value.get(fleet.models[fleet.find(alarm.twin)] ?? "")?.alarms.find((one) => one.name === alarm.name);
    if (rule !== undefined) raised.add(`${alarm.twin} ${rule.field}`);
  }
  const crossings = plantFacts().crossings.map(({ twin, crossing }) => ({ twin: fleet.ids[twin] as string, crossing }));
  return needsOf(alarms.value, crossings, (twin, field) => raised.has(`${twin} ${field}`));
}

function Row({ need, now }: { need: Need; now: number }) {
  if (need.kind === "coming") {
    return (
      <div class="need need-coming">
        <Mark sign="coming" />
        <a class="need-who" href={twinHref(need.twin)}>{need.twin}</a>
        <span class="need-when">{`limit ${leadText(need.crossing.at - now)}`}</span>
        <span class="need-what">{forecastText(need.crossing, now)}</span>
      </div>
    );
  }
  const { alarm } = need;
  const since = alarm.since === null ? "" : `since ${momentText(alarm.since, now)}`;
  return (
    <div class={`need need-${SEVERITY_NAMES[need.severity]} ${alarm.acked ? "is-acked" : ""}`} data-alarm={`${alarm.twin} ${alarm.name}`}>
      <Mark sign={need.severity} />
      <a class="need-who" href={twinHref(need.twin)}>{need.twin}</a>
      <span class="need-when" title={since}>
        {SEVERITY_NAMES[need.severity]}{alarm.since === null ? "" : `, ${durationText(now - alarm.since)}`}
      </span>
      <span class="need-what">
        {titled(alarm.name)}{alarm.text === "" ? "" : `: ${alarm.text}`}
        {alarm.advice !== "" && <span class="need-advice">{alarm.advice}</span>}
      </span>
      <Acknowledge alarm={alarm} />
    </div>
  );
}

/** Said aloud when it changes, at most as often as the list does. */
function summary(needs: readonly Need[]): string {
  const active = needs.filter((need) => need.kind === "alarm").length;
  const acked = needs.filter((need) => need.kind === "alarm" && need.alarm.acked).length;
  const coming = needs.length - active;
  return `${countText(active, "alarm")}${acked === 0 ? "" : ` (${acked} acknowledged)`}, ${countText(coming, "limit")} ahead`;
}

export function Needs() {
  void slowTick.value;
  void second.value;
  const [isHeld, setHeld] = useState(false);
  const keys = useRef<readonly string[]>([]);
  const { params } = route.value;
  const [show, model] = [params.get("show") ?? "", params.get("model") ?? ""];
  const all = allNeeds().filter((need) => isShown(fleet.find(need.twin), show === "stale" ? "" : show, model));
  const needs = (isHeld ? heldOrder(all, keys.current) : all).slice(0, MOST);
  keys.current = needs.map((need) => need.key);
  const now = clock.now();

  return (
    <section class="panel needs" aria-labelledby="needs-title" onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)} onFocusOut={() => setHeld(false)}>
      <div class="panel-head">
        <h2 id="needs-title">What needs me</h2>
        <span class="soft" role="status">{summary(all)}</span>
      </div>
      {needs.length === 0
        ? <p class="nothing">Nothing now. No active alarm, and no forecast reaches a limit.</p>
        : <ul class="need-list values">{needs.map((need) => <li key={need.key}><Row need={need} now={now} /></li>)}</ul>}
      <Adoptions />
      {all.length > MOST && <p class="soft">{`and ${all.length - MOST} more`}</p>}
    </section>
  );
}
