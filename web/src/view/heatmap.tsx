// All twins at a glance on one canvas. Pointer and arrow keys choose a square; click or Enter opens its twin.
import { useEffect, useRef, useState } from "preact/hooks";
import { forecastText, leadText } from "../data/forecast";
import type { HeatLayout, Lane } from "../data/heat_layout";
import { cornerOf, layoutHeat, placeAt, placeBeside } from "../data/heat_layout";
import type { Shading } from "../data/shading";
import { chosenColumns, shade, shadeableFields, shadingKind } from "../data/shading";
import type { Tree } from "../data/tree";
import { watchedQuantity } from "../data/watched";
import { wholeOf } from "../data/tree";
import { QUALITY_NAMES, SEVERITY_NAMES } from "../data/types";
import { isShown, plantFacts } from "../facts";
import { addPainter } from "../frame";
import { goToTwin, route, setParam } from "../route";
import { plantTree } from "../plant_tree";
import { clock, fleet, models, modelTitle, slowTick } from "../state";
import { exactText, numberText, spoken, unitText } from "../text/format";
import { themeVersion } from "../theme";
import { paintHeat } from "./heat_paint";
import { Mark } from "./marks";

/** A lane for each twin that has others under it, and one for the rest of each model. */
function lanesOf(tree: Tree): Lane[] {
  const lanes: Lane[] = [];
  const walk = (twin: number, into: number[]): void => {
    into.push(twin);
    for (const below of tree.children[twin] as readonly number[]) walk(below, into);
  };
  for (const group of tree.groups) {
    const rest: number[] = [];
    for (const root of group.roots) {
      const members: number[] = [];
      walk(root, members);
      if (members.length > 3) lanes.push({ label: fleet.ids[root] as string, twins: members });
      else rest.push(...members);
    }
    if (rest.length > 0) lanes.push({ label: modelTitle(group.model), twins: rest });
  }
  return lanes;
}

function describe(twin: number, choice: string): string[] {
  const severity = fleet.severity(twin);
  const quality = fleet.quality(twin);
  const soonest = plantFacts().soonest.get(twin);
  const lines = [modelTitle(fleet.models[twin] as string)];
  lines.push(severity === 0 ? "no alarm" : `${SEVERITY_NAMES[severity]} alarm`);
  lines.push(quality < 0 ? "no data yet" : `data ${QUALITY_NAMES[quality]}`);
  for (const column of chosenColumns(fleet.columns, choice)) {
    const value = column.value[twin] as number;
    if (!Number.isNaN(value)) lines.push(`${spoken(column.field.name)} ${numberText(value)} ${unitText(column.field.unit)}`);
  }
  if (soonest !== undefined) lines.push(forecastText(soonest, clock.now()));
  return lines;
}

/** A part stands after its whole, so its own name is enough. */
function cardName(twin: number): string {
  const id = fleet.ids[twin] as string;
  const whole = wholeOf(id);
  return whole === null ? id : id.slice(whole.length);
}

/** What a card tells of its twin: the colour's field, or the one that its model watches most. */
function cardFigure(twin: number, choice: string): string {
  for (const column of chosenColumns(fleet.columns, choice)) {
    const value = column.value[twin] as number;
    if (!Number.isNaN(value)) return `${numberText(value)} ${unitText(column.field.unit)}`;
  }
  const quantity = shadingKind(choice) === "alarm" ? watchedQuantity(models.value.get(fleet.models[twin] as string)) : null;
  if (quantity === null) return "";
  const value = (fleet.cell(twin, "telemetry", quantity.name) ?? fleet.cell(twin, "derived", quantity.name))?.value;
  return typeof value === "number" ? `${numberText(value, quantity.range)} ${unitText(quantity.unit)}` : "";
}

/** What the colour says, in a word. */
function cardState(twin: number, choice: string): string {
  if (shadingKind(choice) === "field") return "";
  const quality = fleet.quality(twin);
  if (choice === "quality") return quality < 0 ? "no data" : (QUALITY_NAMES[quality] as string);
  const severity = fleet.severity(twin);
  const soonest = plantFacts().soonest.get(twin);
  if (severity > 0) return SEVERITY_NAMES[severity];
  if (plantFacts().isStale[twin] === 1) return "stale";
  return soonest === undefined ? "" : leadText(soonest.at - clock.now());
}

function Legend({ choice, low, high, unit }: { choice: string; low: number; high: number; unit: string }) {
  const kind = shadingKind(choice);
  if (kind === "field") {
    const [from, to] = Number.isFinite(low) ? [exactText(low), exactText(high)] : ["–", "–"];
    return (
      <p class="legend"><span class="num">{from}</span><span class="ramp" role="img" aria-label="dark is low, yellow is high" />
        <span class="num">{`${to} ${unit}`}</span><span class="swatch swatch-none" />no value</p>
    );
  }
  if (kind === "quality") {
    return (
      <p class="legend"><span class="swatch swatch-normal" />good<span class="swatch swatch-info" />uncertain
        <span class="swatch swatch-warning" />bad<span class="swatch swatch-stale" />stale<span class="swatch swatch-none" />no data</p>
    );
  }
  return (
    <p class="legend"><span class="swatch swatch-normal" />normal<Mark sign={1} />info<Mark sign={2} />warning<Mark sign={3} />critical
      <Mark sign="coming" />limit ahead<span class="swatch swatch-stale" />stale</p>
  );
}

const EMPTY: HeatLayout = layoutHeat([], 100, 100);

interface Painted {
  layout: HeatLayout;
  layoutKey: string;
  tree: Tree | null;
  shading: Shading | null;
}

export function HeatMap() {
  void slowTick.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  const painted = useRef<Painted>({ layout: EMPTY, layoutKey: "", tree: null, shading: null });
  const [focused, setFocused] = useState(-1);
  const [isKeyed, setKeyed] = useState(false);
  const choice = route.value.params.get("color") ?? "alarm";
  const show = route.value.params.get("show") ?? "";
  const model = route.value.params.get("model") ?? "";

  useEffect(() => {
    let drawnKey = "";
    const paint = (): void => {
      const element = canvas.current;
      const width = element?.parentElement?.clientWidth ?? 0;
      if (element === null || width === 0) return;
      const room = width < 460 ? 1000 : Math.max(220, Math.min(innerHeight - 290, 640));
      const tree = plantTree();
      const layoutKey = `${width} ${room}`;
      const key = `${layoutKey} ${fleet.version} ${fleet.membership} ${themeVersion.value} ${devicePixelRatio}`;
      if (key === drawnKey) return;
      drawnKey = key;
      const now = painted.current;
      if (now.layoutKey !== layoutKey || now.tree !== tree) {
        Object.assign(now, { layoutKey, tree, layout: layoutHeat(lanesOf(tree), width, room) });
      }
      now.shading = shade(fleet, choice);
      const facts = plantFacts();
      paintHeat(element, {
        layout: now.layout, shading: now.shading, focused,
        sign: (twin) => fleet.severity(twin),
        isStale: (twin) => facts.isStale[twin] === 1,
        isComing: (twin) => facts.soonest.has(twin),
        isShown: show === "" && model === "" ? () => true : (twin) => isShown(twin, show, model),
        name: cardName,
        figure: (twin) => cardFigure(twin, choice),
        state: (twin) => cardState(twin, choice),
      });
    };
    const remove = addPainter(paint);
    const observer = new ResizeObserver(paint);
    observer.observe(canvas.current?.parentElement as HTMLElement);
    const unfollow = themeVersion.subscribe(paint);
    paint();
    return () => { remove(); observer.disconnect(); unfollow(); };
  }, [choice, show, model, focused]);

  const { layout, shading } = painted.current;
  const twin = layout.sequence[focused] ?? -1;
  const corner = focused >= 0 ? cornerOf(layout, focused) : null;
  const lines = twin >= 0 ? describe(twin, choice) : [];
  const at = (event: MouseEvent): number => placeAt(layout, event.offsetX, event.offsetY);
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && twin >= 0) goToTwin(fleet.ids[twin] as string);
    else if (event.key === "Escape") setFocused(-1);
    else if (/^(Arrow|Home|End)/.test(event.key)) {
      setKeyed(true);
      setFocused(focused < 0 ? 0 : placeBeside(layout, focused, event.key));
    } else return;
    event.preventDefault();
  };
  const fields = shadeableFields(fleet.columns, models.value.values());
  const unit = unitText(fields.find((one) => one.choice === choice)?.field.unit ?? "");

  return (
    <section class="panel heat" aria-labelledby="heat-title">
      <div class="panel-head">
        <h2 id="heat-title">All twins</h2>
        <label class="pick">
          <span>Colour by</span>
          <select id="color" value={choice} onChange={(event) => setParam("color", event.currentTarget.value === "alarm" ? null : event.currentTarget.value)}>
            <option value="alarm">worst alarm</option>
            <option value="quality">data quality</option>
            {fields.map(({ choice: value, field }) => (
              <option key={value} value={value}>{`${spoken(field.name)}${field.kind === "telemetry" ? "" : ` (${field.kind})`}`}</option>
            ))}
          </select>
        </label>
      </div>
      <div class="heat-box values">
        <canvas ref={canvas} tabIndex={0} role="img" class={twin >= 0 ? "points" : ""}
          aria-label={`Heat map of ${fleet.count} twins. Arrow keys choose one, Enter opens it.`}
          onMouseMove={(event) => { setKeyed(false); setFocused(at(event)); }} onMouseLeave={() => setFocused(-1)}
          onClick={(event) => { const found = layout.sequence[at(event)]; if (found !== undefined) goToTwin(fleet.ids[found] as string); }}
          onKeyDown={onKey} onBlur={() => setFocused(-1)} />
        {corner !== null && twin >= 0 && (
          <div class="tip" aria-hidden="true" style={{
            left: `${Math.max(0, Math.min(corner.x, layout.width - 236))}px`, top: `${corner.y + layout.cellHeight + 4}px`,
          }}>
            <b>{fleet.ids[twin]}</b>{lines.map((line) => <span key={line}>{line}</span>)}
          </div>
        )}
        <p class="hidden" role="status">{isKeyed && twin >= 0 ? `${fleet.ids[twin]}: ${lines.join(", ")}` : ""}</p>
      </div>
      <Legend choice={choice} low={shading?.low ?? NaN} high={shading?.high ?? NaN} unit={unit} />
    </section>
  );
}
