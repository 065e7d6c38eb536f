// A twin's alarms with their advice, and what is set for it: limits, parameters, attributes.
import { limitValue } from "../data/forecast";
import type { AlarmRule, Model } from "../data/types";
import { SEVERITY_NAMES } from "../data/types";
import { alarms, clock, detail, fleet, followLive } from "../state";
import { durationText, exactText, momentText, spoken, titled, unitText, valueText } from "../text/format";
import { Acknowledge } from "./acknowledge";
import { Mark } from "./marks";

export function AlarmList({ id, model }: { id: string; model: Model | undefined }) {
  followLive();
  const twin = fleet.find(id);
  const active = alarms.value.filter((alarm) => alarm.twin === id && alarm.active
    && fleet.cell(twin, "alarm", alarm.name)?.value !== 0);
  const now = clock.now();
  return <>{active.map((alarm) => {
    const rule = model?.alarms.find((one) => one.name === alarm.name);
    const advice = alarm.advice || (rule?.advice ?? "");
    return (
      <div key={alarm.name} data-alarm={alarm.name} class={`alarm ${alarm.acked ? "is-acked" : ""} ${alarm.muted ? "is-muted" : `alarm-${SEVERITY_NAMES[alarm.severity]}`}`} role="group" aria-label={`Alarm ${spoken(alarm.name)}`}>
        <Mark sign={alarm.severity} />
        <p class="grow">
          <b>{titled(alarm.name)}</b>{alarm.text === "" ? "" : `: ${alarm.text}`}
          {advice !== "" && <span class="alarm-advice">{advice}</span>}
        </p>
        <p class="alarm-since num">
          {SEVERITY_NAMES[alarm.severity]}{alarm.muted && ", muted"}
          {alarm.since !== null && <span>{`since ${momentText(alarm.since, now)} (${durationText(now - alarm.since)})`}</span>}
        </p>
        {!alarm.muted && <Acknowledge alarm={alarm} />}
      </div>
    );
  })}</>;
}

function ruleText(rule: AlarmRule, model: Model | undefined): string {
  const unit = unitText([...(model?.telemetry ?? []), ...(model?.derived ?? [])].find(({ name }) => name === rule.field)?.unit ?? "");
  const side = (word: string, limit: AlarmRule["above"]): string => {
    const value = limitValue(limit, model, detail.value);
    return value === null ? "" : `${word} ${exactText(value)}\u00a0${unit}`.trim();
  };
  const sides = [side("above", rule.above), side("below", rule.below)].filter((text) => text !== "");
  if (rule.predicted !== "") return `${spoken(rule.predicted)} predicted within ${durationText(rule.withinSeconds ?? NaN)}`;
  return rule.field === "" ? "raised by its script" : `${spoken(rule.field)} ${sides.join(" or ")}`.trim();
}

export function Facts({ model }: { model: Model | undefined }) {
  const rules = model?.alarms ?? [];
  const parameters = (model?.parameters ?? []).map((parameter) => {
    const own = detail.value?.parameters.get(parameter.name);
    return { name: parameter.name, title: parameter.title, value: own?.value ?? parameter.fallback, unit: own?.unit || parameter.unit };
  });
  const attributes = detail.value?.attributes ?? [];
  if (rules.length + parameters.length + attributes.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="facts-title">
      <div class="panel-head"><h2 id="facts-title">Limits and settings</h2></div>
      <dl class="facts">
        {rules.map((rule) => (
          <div key={rule.name}><dt>{titled(rule.name)}</dt><dd><span class="soft">{SEVERITY_NAMES[rule.severity]}</span> {ruleText(rule, model)}</dd></div>
        ))}
        {parameters.map(({ name, title, value, unit }) => (
          <div key={name}><dt>{title}</dt><dd class="num">{typeof value === "number" ? exactText(value) : valueText(value)} {unitText(unit)}</dd></div>
        ))}
        {attributes.map(([name, value]) => <div key={name}><dt>{titled(name)}</dt><dd>{value}</dd></div>)}
      </dl>
    </section>
  );
}
