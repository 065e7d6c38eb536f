// Paints the heat map's canvas: squares with signs on them when they are large, plain pixels when there are very many.
import type { HeatLayout } from "../data/heat_layout";
import { cornerOf } from "../data/heat_layout";
import type { Shading, ShadingKind } from "../data/shading";
import { SHADES } from "../data/shading";
import { cssColor } from "../theme";

/** Cividis: readable with any colour vision, and in grey. */
const CIVIDIS = ["#00204d", "#00336f", "#39486b", "#575c6d", "#707173", "#8a8779", "#a69d75", "#c4b56c", "#e4cf5b", "#ffea46"];
const PIXELS_BELOW = 6;
const SIGNS_FROM = 13;
/** A card of this height has room for three lines. */
const TALL = 50;
const DIM = 0.22;

interface CardSize {
  readonly width: number;
  readonly height: number;
}

type Rgb = readonly [number, number, number];

function parseColor(color: string): Rgb {
  if (color.startsWith("#")) return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb;
  return (color.match(/[\d.]+/g) ?? ["0", "0", "0"]).slice(0, 3).map(Number) as unknown as Rgb;
}

function rampAt(share: number): Rgb {
  const at = share * (CIVIDIS.length - 1);
  const i = Math.min(CIVIDIS.length - 2, Math.floor(at));
  const from = parseColor(CIVIDIS[i] as string);
  const to = parseColor(CIVIDIS[i + 1] as string);
  return from.map((part, c) => Math.round(part + ((to[c] as number) - part) * (at - i))) as unknown as Rgb;
}

function palette(kind: ShadingKind): Rgb[] {
  const named = (names: string[]): Rgb[] => names.map((name) => parseColor(cssColor(name)));
  if (kind === "alarm") return named(["--cell", "--info", "--warning", "--critical"]);
  if (kind === "quality") return named(["--cell-none", "--cell", "--info", "--warning", "--stale"]);
  return [parseColor(cssColor("--cell-none")), ...Array.from({ length: SHADES }, (_, i) => rampAt(i / (SHADES - 1)))];
}

export interface HeatPicture {
  readonly layout: HeatLayout;
  readonly shading: Shading;
  /** What the square says by its sign: severity 0 to 3. */
  readonly sign: (twin: number) => number;
  readonly isStale: (twin: number) => boolean;
  readonly isComing: (twin: number) => boolean;
  /** A card's lines; where there is no room for three, the state takes the place of the figure. */
  readonly name: (twin: number) => string;
  readonly figure: (twin: number) => string;
  readonly state: (twin: number) => string;
  readonly isShown: (twin: number) => boolean;
  readonly focused: number;
}

function paintPixels(ctx: CanvasRenderingContext2D, picture: HeatPicture, colors: readonly Rgb[]): void {
  const { layout, shading } = picture;
  const { cellWidth: cell, columns } = layout;
  const [width, height] = [Math.floor(layout.width), Math.floor(layout.height)];
  const image = ctx.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const packed = colors.map(([r, g, b]) => (255 << 24) | (b << 16) | (g << 8) | r);
  const gap = cell > 3 ? 1 : 0;
  layout.sequence.forEach((twin, place) => {
    const left = (place % columns) * cell;
    const top = Math.floor(place / columns) * cell;
    const color = packed[shading.index[twin] as number] as number;
    const shown = picture.isShown(twin) ? color : (color & 0xffffff) | (Math.round(255 * DIM) << 24);
    for (let y = top; y < top + cell - gap; y++) pixels.fill(shown, y * width + left, y * width + left + cell - gap);
  });
  ctx.putImageData(image, 0, 0);
}

function trace(ctx: CanvasRenderingContext2D, cx: number, cy: number, r: number, sign: number): void {
  ctx.beginPath();
  if (sign === 3) ctx.rect(cx - r * 0.8, cy - r * 0.8, r * 1.6, r * 1.6);
  else if (sign === 2) { ctx.moveTo(cx, cy - r); ctx.lineTo(cx + r, cy + r * 0.8); ctx.lineTo(cx - r, cy + r * 0.8); ctx.closePath(); }
  else if (sign === 1) ctx.arc(cx, cy, r * 0.8, 0, 7);
  else { ctx.moveTo(cx - r, cy + r * 0.8); ctx.lineTo(cx + r, cy - r * 0.8); ctx.lineTo(cx + r, cy + r * 0.8); ctx.closePath(); }
}

function contrast([r, g, b]: Rgb): string {
  return r * 0.299 + g * 0.587 + b * 0.114 > 140 ? "#111417" : "#ffffff";
}

function clipped(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let short = text;
  while (short.length > 1 && ctx.measureText(`${short}…`).width > width) short = short.slice(0, -1);
  return `${short}…`;
}

function paintCard(ctx: CanvasRenderingContext2D, picture: HeatPicture, twin: number, x: number, y: number, size: CardSize, ink: string): void {
  const [figure, state] = [picture.figure(twin), picture.state(twin)];
  const isTall = size.height >= TALL;
  const lines = (isTall ? [figure, state] : [state === "" ? figure : state]).filter((text) => text !== "");
  const step = isTall ? 16 : 14.5;
  const top = y + (size.height - (isTall ? 2 : lines.length) * step) / 2; // names stand in line, whatever is below them
  ctx.fillStyle = ink;
  ctx.font = `${picture.sign(twin) > 0 || picture.isComing(twin) ? "600 " : ""}12px system-ui, sans-serif`;
  ctx.fillText(clipped(ctx, picture.name(twin), size.width - 14), x + 7, top);
  ctx.font = "11px system-ui, sans-serif";
  const hasSign = picture.sign(twin) > 0 || picture.isComing(twin);
  lines.forEach((text, i) => {
    const room = size.width - (hasSign && i === lines.length - 1 ? 26 : 12);
    ctx.fillText(clipped(ctx, text, room), x + 7, top + (i + 1) * step);
  });
}

function paintSquares(ctx: CanvasRenderingContext2D, picture: HeatPicture, colors: readonly Rgb[]): void {
  const { layout, shading } = picture;
  const margin = layout.cellWidth > 16 ? 3 : layout.cellWidth > 8 ? 2 : 1;
  const [width, height] = [layout.cellWidth - margin, layout.cellHeight - margin];
  const text = colors.map(([r, g, b]) => `rgb(${r} ${g} ${b})`);
  const inks = colors.map(contrast);
  const [ink, forecast, stale] = [cssColor("--ink"), cssColor("--forecast"), cssColor("--stale")];
  ctx.textBaseline = "middle";
  for (const lane of layout.lanes) {
    lane.twins.forEach((twin, i) => {
      const x = lane.x + (i % layout.columns) * layout.cellWidth;
      const y = lane.y + Math.floor(i / layout.columns) * layout.cellHeight;
      const at = shading.index[twin] as number;
      const isStale = picture.isStale(twin);
      ctx.globalAlpha = picture.isShown(twin) ? 1 : DIM;
      ctx.beginPath();
      ctx.roundRect(x + (isStale ? 0.75 : 0), y + (isStale ? 0.75 : 0), width - (isStale ? 1.5 : 0), height - (isStale ? 1.5 : 0), Math.min(4, height / 6));
      if (isStale) {
        ctx.setLineDash([3, 2]);
        ctx.lineWidth = 1.5;
        ctx.strokeStyle = shading.kind === "field" ? (text[at] as string) : stale;
        ctx.stroke();
        ctx.setLineDash([]);
      } else {
        ctx.fillStyle = text[at] as string;
        ctx.fill();
      }
      if (layout.isCards && picture.isComing(twin) && picture.sign(twin) === 0) {
        ctx.lineWidth = 2;
        ctx.strokeStyle = forecast;
        ctx.stroke();
      }
      const own = isStale ? ink : (inks[at] as string);
      if (layout.isCards) paintCard(ctx, picture, twin, x, y, { width, height }, own);
      if (layout.cellWidth < SIGNS_FROM) return;
      const sign = picture.sign(twin);
      if (sign === 0 && !picture.isComing(twin)) return;
      if (layout.isCards) trace(ctx, x + width - 12, y + height - 12, 5.5, sign);
      else trace(ctx, x + width / 2, y + height / 2, Math.min(8, width * 0.3), sign);
      ctx.fillStyle = sign === 0 && shading.kind !== "field" ? forecast : own;
      ctx.fill();
    });
  }
  ctx.globalAlpha = 1;
}

function paintLabels(ctx: CanvasRenderingContext2D, layout: HeatLayout): void {
  ctx.font = "12px system-ui, sans-serif";
  ctx.fillStyle = cssColor("--ink-soft");
  ctx.textBaseline = "middle";
  for (const lane of layout.lanes) {
    const label = clipped(ctx, lane.label, lane.x > 0 ? lane.x - 8 : layout.width);
    ctx.fillText(label, 0, lane.x > 0 ? lane.y + layout.cellHeight / 2 - 1 : lane.y - 9);
  }
}

/** The canvas is given its size here; above the pixel sizes it is drawn in device pixels. */
export function paintHeat(canvas: HTMLCanvasElement, picture: HeatPicture): void {
  const { layout } = picture;
  const isPixels = layout.cellWidth < PIXELS_BELOW;
  const ratio = isPixels ? 1 : devicePixelRatio;
  const [width, height] = [Math.round(layout.width * ratio), Math.round(layout.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.height = `${layout.height}px`;
  }
  canvas.classList.toggle("pixels", isPixels);
  const ctx = canvas.getContext("2d");
  if (ctx === null || width === 0) return;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, layout.width, layout.height);
  const colors = palette(picture.shading.kind);
  if (isPixels) paintPixels(ctx, picture, colors);
  else paintSquares(ctx, picture, colors);
  if (layout.hasLabels) paintLabels(ctx, layout);
  if (picture.focused >= 0) {
    const { x, y } = cornerOf(layout, picture.focused);
    ctx.lineWidth = 2;
    ctx.strokeStyle = cssColor("--ink");
    ctx.strokeRect(x + 1, y + 1, layout.cellWidth - 5, layout.cellHeight - 5);
  }
}
