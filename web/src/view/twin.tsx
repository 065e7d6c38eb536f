// One twin: what it says, what it will do, what we want of it, and whom it stands beside.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { forecastOf, forecastText, isBeyond, recordText } from "../data/forecast";
import type { Kind, Model, Quantity, Value } from "../data/types";
import { SEVERITY_NAMES, STALE } from "../data/types";
import { route, setParam } from "../route";
import { clock, detail, detailProblem, fleet, followLive, heads, isLive, linkState, modelOf, modelTitle, openTwin } from "../state";
import { ageText, momentText, titled } from "../text/format";
import { Chart } from "./chart";
import { Commands } from "./command";
import { Lifecycle, lifecycleText } from "./lifecycle";
import { Mark } from "./marks";
import { PropertyCard } from "./property";
import { Tile } from "./tiles";
import { Ancestors, Neighbours, neighboursOf } from "./neighbours";
import { AlarmList, Facts } from "./twin_facts";

const SPANS = [{ name: "2m", text: "2 min", seconds: 120 }, { name: "10m", text: "10 min", seconds: 600 }, { name: "1h", text: "1 h", seconds: 3600 }];
const MOST_CHARTS = 6;

interface Shown {
  readonly kind: Kind;
  readonly quantity: Quantity;
}

/** Every field that can have a tile, as the model has them; until the model is read, as the twin has them. */
function fieldsOf(twin: number, model: Model | undefined): Shown[] {
  const shown: Shown[] = [
    ...(model?.telemetry ?? []).map((quantity) => ({ kind: "telemetry" as const, quantity })),
    ...(model?.derived ?? []).map((quantity) => ({ kind: "derived" as const, quantity })),
  ];
  if (model !== undefined) return shown;
  const known = new Set<string>();
  for (const { field } of fleet.columns.filter((column) => column.has(twin))) {
    const key = `${field.kind}.${field.name}`;
    if ((field.kind !== "telemetry" && field.kind !== "derived") || known.has(key)) continue;
    known.add(key);
    shown.push({ kind: field.kind, quantity: { name: field.name, title: titled(field.name), unit: field.unit, type: field.type, range: null } });
  }
  return shown;
}

function chosenFields(model: Model | undefined, all: readonly Shown[]): string[] {
  const given = route.value.params.get("f");
  if (given !== undefined) return given.split(",").filter((name) => name !== "none");
  const predicted = (model?.predictions ?? []).map((rule) => rule.field);
  const names = [...predicted, ...all.filter(({ quantity }) => quantity.type === "number").map(({ quantity }) => quantity.name)];
  return [...new Set(names)].filter((name) => name !== "").slice(0, 2);
}

function toggleField(chosen: readonly string[], name: string): void {
  const next = chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name].slice(-MOST_CHARTS);
  setParam("f", next.length === 0 ? "none" : next.join(","));
}

function fieldValue(twin: number, name: string): Value {
  return (fleet.cell(twin, "telemetry", name) ?? fleet.cell(twin, "reported", name) ?? fleet.cell(twin, "derived", name))?.value ?? null;
}

function Forecasts({ twin, model }: { twin: number; model: Model | undefined }) {
  followLive();
  const now = clock.now();
  return <>{(model?.predictions ?? []).map((rule) => {
    const cell = fleet.cell(twin, "prediction", rule.name);
    const forecast = cell === null ? null : forecastOf(cell, model, detail.value);
    if (forecast === null || cell === null) {
      return <p key={rule.name} class="outlook outlook-none"><Mark sign={0} />{`${titled(rule.name)}: no limit in sight`}</p>;
    }
    const hasPassed = isBeyond(fieldValue(twin, rule.field), rule, model, detail.value);
    const record = recordText(detail.value?.records.get(rule.name), forecast.kind === "crossing" ? rule.unit : forecast.fieldUnit);
    return (
      <p key={rule.name} class={`outlook values ${hasPassed ? "outlook-passed" : ""}`} id={`forecast-${rule.name}`}>
        <Mark sign="coming" />
        <span class="outlook-text">
          <b>{titled(forecastText(forecast, now, hasPassed))}</b> <span class="soft">{`${titled(rule.name)}, forecast made ${ageText(now - cell.time)}`}</span>
          {record !== null && <span class="soft record">{record}</span>}
        </span>
      </p>
    );
  })}</>;
}

function Charts({ twin, model, chosen, all }: { twin: number; model: Model | undefined; chosen: readonly string[]; all: readonly Shown[] }) {
  const spanName = route.value.params.get("w") ?? "10m";
  const span = SPANS.find(({ name }) => name === spanName)?.seconds ?? 600;
  const kindOf = (name: string): Shown | undefined => all.find(({ quantity }) => quantity.name === name)
    ?? (model?.properties ?? []).filter((property) => property.name === name).map((quantity) => ({ kind: "reported" as const, quantity }))[0];
  return (
    <section class="panel charts" aria-labelledby="charts-title">
      <div class="panel-head">
        <h2 id="charts-title">Past, live and ahead</h2>
        <span class="grow" />
        <div class="choice" role="group" aria-label="Time shown">
          {SPANS.map(({ name, text }) => (
            <button key={name} type="button" aria-pressed={name === spanName} onClick={() => setParam("w", name === "10m" ? null : name)}>{text}</button>
          ))}
        </div>
      </div>
      {chosen.length === 0 && <p class="nothing">No field chosen. A click on a tile draws it here.</p>}
      {chosen.map((name) => {
        const shown = kindOf(name);
        if (shown === undefined) return null;
        return <Chart key={name} twin={twin} name={name} title={shown.quantity.title} unit={shown.quantity.unit} kind={shown.kind} span={span} />;
      })}
    </section>
  );
}

interface PanelProps {
  readonly id: string;
  readonly chosen: readonly string[];
  readonly neighbours: readonly string[];
}

/** What is asked for seldom: a file of its own, loaded when it is first opened. */
const PANELS = {
  why: { title: "Why", hint: "the turn that made it so, run again", open: "Explain", load: () => import("./explain").then(({ Explain }) => Explain) },
  if: { title: "What if", hint: "what would come, on a copy", open: "Look ahead", load: () => import("./whatif").then(({ WhatIf }) => WhatIf) },
} as const;

/** The address keeps it open. */
function Panel({ name, ...props }: { name: keyof typeof PANELS } & PanelProps) {
  const [panel, setPanel] = useState<{ Shown: ComponentType<PanelProps> } | null>(null);
  const { title, hint, open, load } = PANELS[name];
  const isOpen = route.value.params.has(name);
  useEffect(() => {
    if (isOpen && panel === null) void load().then((Shown) => setPanel({ Shown }));
  }, [isOpen]);
  return (
    <section class={`panel panel-${name}`} aria-labelledby={`${name}-title`}>
      <div class="panel-head">
        <h2 id={`${name}-title`}>{title}</h2>
        <span class="soft small">{hint}</span>
        <span class="grow" />
        <button type="button" id={`${name}-open`} aria-expanded={isOpen} onClick={() => setParam(name, isOpen ? null : "now")}>{isOpen ? "Close" : open}</button>
      </div>
      {isOpen && panel !== null && <panel.Shown {...props} />}
    </section>
  );
}

function Missing({ id }: { id: string }) {
  const problem = detailProblem.value;
  return problem === null
    ? <p class="waiting" role="status">{`Reading ${id}`}</p>
    : <section class="empty"><h1>{id}</h1><p>{problem}</p><p><a href="#/">Back to the plant</a></p></section>;
}

export function Page({ id }: { id: string }) {
  followLive();
  void linkState.value;
  void heads.version;
  const twin = fleet.find(id);
  if (twin < 0) return <Missing id={id} />;
  const model = modelOf(twin);
  const about = detail.value;
  const all = fieldsOf(twin, model);
  const chosen = chosenFields(model, all);
  const severity = fleet.severity(twin);
  const properties = model?.properties ?? [];
  const opened = openTwin.current?.openedAt ?? NaN;
  return (
    <div class="twin">
      <header class="twin-head">
        <Ancestors id={id} />
        <h1>
          {id}
          <span class={`pill pill-${SEVERITY_NAMES[severity]}`}>{severity > 0 && <Mark sign={severity} />}{severity > 0 ? SEVERITY_NAMES[severity] : "no alarm"}</span>
          {fleet.quality(twin) === STALE && <span class="pill pill-stale"><Mark sign="stale" />stale</span>}
          {about !== null && about.lifecycle !== "in_service" && <span class="pill">{lifecycleText(about.lifecycle)}</span>}
        </h1>
        <p class="soft">
          {modelTitle(fleet.models[twin] as string)}
          {about !== null && about.level !== "" && <>{" · "}{about.level}</>}
          {about !== null && about.version !== "" && <>{" · version "}<span class="num" title="Which scripts made these values">{about.version}</span></>}
          {Number.isFinite(opened) && fleet.quality(twin) < 0 && model?.telemetry.length !== 0 && " · no data yet"}
        </p>
      </header>
      <div class="twin-main">
        <AlarmList id={id} model={model} />
        <Forecasts twin={twin} model={model} />
        <div class="tiles" role="group" aria-label="Current values; press to draw">
          {all.map(({ kind, quantity }) => (
            <Tile key={`${kind}.${quantity.name}`} twin={twin} kind={kind} quantity={quantity}
              isChosen={chosen.includes(quantity.name)} onChoose={() => toggleField(chosen, quantity.name)} />
          ))}
        </div>
        <Charts twin={twin} model={model} chosen={chosen} all={all} />
        {fleet.quality(twin) >= 0 && (["if", "why"] as const).map((name) => (
          <Panel key={name} name={name} id={id} chosen={chosen} neighbours={neighboursOf(id)} />
        ))}
      </div>
      <div class="twin-side">
        {properties.length > 0 && (
          <section class="panel" aria-labelledby="properties-title">
            <div class="panel-head"><h2 id="properties-title">Reported and desired</h2>
              <span class="soft small">{isLive() ? "" : "to read only, until live"}</span></div>
            {properties.map((property) => (
              <PropertyCard key={property.name} id={id} twin={twin} property={property} isChosen={chosen.includes(property.name)}
                onChoose={() => toggleField(chosen, property.name)} />
            ))}
          </section>
        )}
        <Commands id={id} rules={model?.commands ?? []} />
        <Lifecycle id={id} />
        <Neighbours id={id} />
        <Facts model={model} />
        {about !== null && <p class="soft num small">{`revision ${about.rev} · read at ${momentText(clock.now(), clock.now())}`}</p>}
      </div>
    </div>
  );
}
