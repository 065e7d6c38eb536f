// A tile: one value with its unit, how good and how old it is, and a line of its last points. Pressing it draws it below.
import type { Trail } from "../data/trail";
import type { Kind, Quantity } from "../data/types";
import { GOOD } from "../data/types";
import { clock, fleet, openTwin } from "../state";
import { ageText, momentText, unitText, valueText } from "../text/format";
import { Quality, qualityName } from "./quality";

const SPARK = { width: 88, height: 22, points: 60 };

/** An SVG path of the last points; gaps stay gaps. */
export function sparkPath(trail: Pick<Trail, "times" | "values"> | undefined): string {
  if (trail === undefined || trail.values.length < 2) return "";
  const values = trail.values.slice(-SPARK.points);
  const times = trail.times.slice(-SPARK.points);
  const [begin, end] = [times[0] as number, times[times.length - 1] as number];
  const figures = values.filter((value): value is number => value !== null);
  const low = Math.min(...figures);
  const span = Math.max(...figures) - low || 1;
  let path = "";
  let isDown = false;
  values.forEach((value, i) => {
    if (value !== null) {
      const x = (((times[i] as number) - begin) / (end - begin || 1)) * SPARK.width;
      const y = SPARK.height - 2 - ((value - low) / span) * (SPARK.height - 4);
      path += `${isDown ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    }
    isDown = value !== null;
  });
  return path;
}

interface TileProps {
  readonly twin: number;
  readonly kind: Kind;
  readonly quantity: Quantity;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

export function Tile({ twin, kind, quantity, isChosen, onChoose }: TileProps) {
  const cell = fleet.cell(twin, kind, quantity.name);
  const quality = cell === null ? "missing" : qualityName(cell.quality);
  const isGood = cell !== null && cell.quality === GOOD;
  const value = cell?.value ?? null;
  const figure = quantity.type === "time" && typeof value === "number" ? momentText(value, clock.now()) : valueText(value, quantity.range);
  const path = sparkPath(openTwin.current?.trails.get(`${kind}.${quantity.name}`));
  return (
    <button type="button" class={`tile tile-${quality} tile-of-${quantity.type}`} aria-pressed={isChosen} onClick={onChoose} data-field={quantity.name}>
      <span class="tile-name">{quantity.title}</span>
      <span class="tile-value values">
        <b class="num">{figure}</b> <span>{unitText(quantity.unit || (cell?.field.unit ?? ""))}</span>
      </span>
      <svg class="spark values" viewBox={`0 0 ${SPARK.width} ${SPARK.height}`} preserveAspectRatio="none" aria-hidden="true"><path d={path} /></svg>
      <span class="tile-foot">
        {cell === null ? <span class="quality quality-missing">no value yet</span> : <Quality quality={cell.quality} />}
        {isGood && kind === "derived" && <span>derived</span>}
        {cell !== null && <span class="num">{ageText(clock.now() - cell.time)}</span>}
      </span>
    </button>
  );
}
