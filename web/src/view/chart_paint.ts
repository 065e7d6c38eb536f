// What the chart shows besides its lines: the future's ground, limits, the forecast's cone and "now". Drawn under the series.
import type uPlot from "uplot";
import type { LimitLine } from "../data/chart_data";
import { coneOf } from "../data/chart_data";
import type { Forecast } from "../data/forecast";
import { leadText } from "../data/forecast";
import type { TimeAxis } from "../data/time_axis";
import { fromX, toX } from "../data/time_axis";
import { exactText, spoken } from "../text/format";
import { cssColor } from "../theme";

export interface Scene {
  readonly axis: TimeAxis;
  readonly forecast: Forecast | null;
  readonly limits: readonly LimitLine[];
  readonly current: number | null;
}

interface Plane {
  readonly ctx: CanvasRenderingContext2D;
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly ratio: number;
}

function line(plane: Plane, points: readonly (readonly [number, number])[], color: string, width: number, dash: number[] = []): void {
  const { ctx, ratio } = plane;
  ctx.beginPath();
  points.forEach(([x, y], i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  ctx.setLineDash(dash.map((part) => part * ratio));
  ctx.strokeStyle = color;
  ctx.lineWidth = width * ratio;
  ctx.stroke();
  ctx.setLineDash([]);
}

function label(plane: Plane, text: string, x: number, y: number, color: string, align: CanvasTextAlign): void {
  const { ctx, ratio } = plane;
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = align;
  ctx.textBaseline = "bottom";
  ctx.fillStyle = color;
  ctx.fillText(text, x, y);
}

function paintCone(plane: Plane, scene: Scene): void {
  const { forecast, current, axis } = scene;
  if (forecast === null || current === null || forecast.at <= axis.now) return;
  const target = forecast.kind === "crossing" ? forecast.limit : forecast.value;
  if (target === null) return;
  const { ctx, ratio } = plane;
  const violet = cssColor("--forecast");
  const cone = coneOf(forecast, axis.now, current, fromX(axis, axis.to));
  if (cone !== null) {
    ctx.beginPath();
    cone.forEach(({ time, value }, i) => (i === 0 ? ctx.moveTo(plane.x(time), plane.y(value)) : ctx.lineTo(plane.x(time), plane.y(value))));
    ctx.closePath();
    ctx.globalAlpha = 0.18;
    ctx.fillStyle = violet;
    ctx.fill();
    ctx.globalAlpha = 0.55;
    ctx.strokeStyle = violet;
    ctx.lineWidth = ratio;
    ctx.stroke();
    ctx.globalAlpha = 1;
    const far = cone.slice(1).map(({ time, value }) => [plane.x(time), plane.y(value)] as const);
    line(plane, far, violet, forecast.kind === "crossing" ? 4 : 1);
  }
  const [x, y] = [plane.x(forecast.at), plane.y(target)];
  line(plane, [[plane.x(axis.now), plane.y(current)], [x, y]], violet, 1.75, [6, 4]);
  ctx.beginPath();
  ctx.arc(x, y, 4 * ratio, 0, 7);
  ctx.fillStyle = violet;
  ctx.fill();
  const isHigh = y < plane.top + 26 * ratio;
  const align = x > plane.right - 60 * ratio ? "right" : "center";
  label(plane, leadText(forecast.at - axis.now), x, isHigh ? y + 20 * ratio : y - 7 * ratio, violet, align);
}

function paintLimits(plane: Plane, scene: Scene): void {
  const lines = [...scene.limits];
  const { forecast } = scene;
  if (forecast?.kind === "crossing" && forecast.limit !== null && !lines.some((one) => one.value === forecast.limit)) {
    lines.push({ value: forecast.limit, severity: 2, name: "limit" });
  }
  const drawn = new Set<number>();
  for (const limit of lines.sort((a, b) => b.severity - a.severity)) {
    const y = plane.y(limit.value);
    if (drawn.has(limit.value) || y < plane.top || y > plane.bottom) continue;
    drawn.add(limit.value);
    const color = cssColor(limit.severity === 3 ? "--critical" : "--warning-ink");
    line(plane, [[plane.left, y], [plane.right, y]], color, 1.25, [2, 3]);
    label(plane, `${spoken(limit.name)} ${exactText(limit.value)}`, plane.left + 4 * plane.ratio, y - 2 * plane.ratio, color, "left");
  }
}

/** For uPlot's `drawClear` hook. */
export function paintScene(u: uPlot, scene: Scene): void {
  const { left, top, width, height } = u.bbox;
  const plane: Plane = {
    ctx: u.ctx, left, top, right: left + width, bottom: top + height, ratio: devicePixelRatio,
    x: (time) => u.valToPos(toX(scene.axis, time), "x", true),
    y: (value) => u.valToPos(value, "y", true),
  };
  const { ctx } = plane;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  const now = plane.x(scene.axis.now);
  if (scene.axis.to > 0) {
    ctx.fillStyle = cssColor("--future");
    ctx.fillRect(now, top, plane.right - now, height);
  }
  paintLimits(plane, scene);
  paintCone(plane, scene);
  line(plane, [[now, top], [now, plane.bottom]], cssColor("--ink-soft"), 1);
  if (scene.axis.to > 0) {
    const ratio = 1 / scene.axis.press;
    const scale = ratio > 1.1 ? `forecast, time pressed ${ratio.toFixed(ratio < 9.5 ? 1 : 0)} : 1` : "forecast";
    label(plane, scale, now + 6 * plane.ratio, plane.bottom - 3 * plane.ratio, cssColor("--ink-soft"), "left");
  }
  ctx.restore();
}
