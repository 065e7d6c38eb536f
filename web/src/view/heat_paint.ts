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
const DIM = 0.22;

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
  readonly isShown: (twin: number) => boolean;
  readonly focused: number;
}

function paintPixels(ctx: CanvasRenderingContext2D, picture: HeatPicture, colors: readonly Rgb[]): void {
  const { layout, shading } = picture;
  const { cell, columns, width, height } = layout;
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

function outline(ctx: CanvasRenderingContext2D, x: number, y: number, size: number, sign: number): void {
  const [cx, cy, r] = [x + size / 2, y + size / 2, Math.min(7, size * 0.3)];
  ctx.beginPath();
  if (sign === 3) ctx.rect(cx - r * 0.8, cy - r * 0.8, r * 1.6, r * 1.6);
  else if (sign === 2) { ctx.moveTo(cx, cy - r); ctx.lineTo(cx + r, cy + r * 0.8); ctx.lineTo(cx - r, cy + r * 0.8); ctx.closePath(); }
  else ctx.arc(cx, cy, r * 0.8, 0, 7);
}

function contrast([r, g, b]: Rgb): string {
  return r * 0.299 + g * 0.587 + b * 0.114 > 140 ? "#111417" : "#ffffff";
}

function paintSquares(ctx: CanvasRenderingContext2D, picture: HeatPicture, colors: readonly Rgb[]): void {
  const { layout, shading } = picture;
  const size = layout.cell - (layout.cell > 16 ? 3 : layout.cell > 8 ? 2 : 1);
  const text = colors.map(([r, g, b]) => `rgb(${r} ${g} ${b})`);
  const round = Math.min(3, size / 6);
  const coming = cssColor("--forecast");
  for (const lane of layout.lanes) {
    lane.twins.forEach((twin, i) => {
      const x = lane.x + (i % layout.columns) * layout.cell;
      const y = lane.y + Math.floor(i / layout.columns) * layout.cell;
      const at = shading.index[twin] as number;
      ctx.globalAlpha = picture.isShown(twin) ? 1 : DIM;
      ctx.beginPath();
      ctx.roundRect(x, y, size, size, round);
      if (picture.isStale(twin)) {
        ctx.setLineDash([3, 2]);
        ctx.lineWidth = 1.5;
        ctx.strokeStyle = shading.kind === "field" ? (text[at] as string) : cssColor("--stale");
        ctx.stroke();
        ctx.setLineDash([]);
      } else {
        ctx.fillStyle = text[at] as string;
        ctx.fill();
      }
      if (layout.cell < SIGNS_FROM) return;
      const sign = picture.sign(twin);
      if (sign > 0) {
        outline(ctx, x, y, size, sign);
        ctx.fillStyle = contrast(colors[at] as Rgb);
        ctx.fill();
      } else if (picture.isComing(twin)) {
        ctx.beginPath();
        ctx.moveTo(x + size * 0.2, y + size * 0.8);
        ctx.lineTo(x + size * 0.8, y + size * 0.2);
        ctx.lineTo(x + size * 0.8, y + size * 0.8);
        ctx.closePath();
        ctx.fillStyle = shading.kind === "field" ? contrast(colors[at] as Rgb) : coming;
        ctx.fill();
      }
    });
  }
  ctx.globalAlpha = 1;
}

function paintLabels(ctx: CanvasRenderingContext2D, layout: HeatLayout): void {
  ctx.font = "12px system-ui, sans-serif";
  ctx.fillStyle = cssColor("--ink-soft");
  ctx.textBaseline = "middle";
  for (const lane of layout.lanes) {
    const fits = lane.x > 0 ? lane.x - 8 : layout.width;
    let label = lane.label;
    while (label.length > 2 && ctx.measureText(label).width > fits) label = `${label.slice(0, -2)}…`;
    ctx.fillText(label, 0, lane.x > 0 ? lane.y + layout.cell / 2 - 1 : lane.y - 9);
  }
}

/** The canvas is given its size here; above the pixel sizes it is drawn in device pixels. */
export function paintHeat(canvas: HTMLCanvasElement, picture: HeatPicture): void {
  const { layout } = picture;
  const isPixels = layout.cell < PIXELS_BELOW;
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
    ctx.strokeRect(x - 1.5, y - 1.5, layout.cell, layout.cell);
  }
}
