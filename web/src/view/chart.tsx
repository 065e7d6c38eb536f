// One chart of one field: what the server remembers of it, what the page saw up to "now", and where the forecast says it goes.
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Aligned } from "../data/chart_data";
import { aheadSpan, alignTrails, limitLines, valueSpan } from "../data/chart_data";
import { forecastOf } from "../data/forecast";
import { axisSplits, fromX, splitText, timeAxis } from "../data/time_axis";
import type { Kind } from "../data/types";
import type { OpenTwin } from "../state";
import { clock, detail, fleet, modelOf, openTwin, pausedAt, second, tick } from "../state";
import { axisTexts, clockText, numberText, unitText } from "../text/format";
import { cssColor, themeVersion } from "../theme";
import type { Scene } from "./chart_paint";
import { paintScene } from "./chart_paint";

const HEIGHT = 230;
const TICK_PX = 78;

export interface ChartProps {
  readonly twin: number;
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** The field's own kind; a property draws its desired value beside the reported one. */
  readonly kind: Kind;
  /** Seconds of the past, at most. */
  readonly span: number;
}

interface Drawn {
  readonly aligned: Aligned;
  readonly scene: Scene;
  readonly range: [number, number];
}

function draw({ twin, name, kind, span }: ChartProps): Drawn {
  const open = openTwin.current;
  const now = clock.now();
  const model = modelOf(twin);
  let forecast = null;
  for (const rule of model?.predictions ?? []) {
    const cell = rule.field === name ? fleet.cell(twin, "prediction", rule.name) : null;
    if (cell !== null) forecast ??= forecastOf(cell, model, detail.value);
  }
  const kinds: Kind[] = kind === "reported" ? ["reported", "desired"] : [kind];
  const trails = kinds.map((one) => open?.trails.get(`${one}.${name}`));
  const begin = Math.min(open?.openedAt ?? now, trails[0]?.recalledFrom ?? now);
  const axis = timeAxis(now, Math.min(span, Math.max(60, now - begin)), aheadSpan(forecast, now));
  const aligned = alignTrails(trails, axis, kind !== "telemetry");
  const limits = limitLines(model, detail.value, name);
  const ahead = forecast === null ? [] : forecast.kind === "crossing" ? [forecast.limit] : [forecast.value, forecast.low, forecast.high];
  const range = valueSpan(aligned, ahead);
  // A limit near the line belongs in the picture; one far away would flatten it.
  const room = (range[1] - range[0]) * 1.5;
  const near = limits.map((limit) => limit.value).filter((value) => value < range[1] + room && value > range[0] - room);
  return {
    aligned, range: valueSpan(aligned, [...ahead, ...near]),
    scene: { axis, forecast, limits, current: trails[0]?.last ?? null },
  };
}

function options(props: ChartProps, width: number, drawn: () => Drawn, onPointer: (text: string) => void): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: cssColor("--ink-soft"), font: "11px system-ui, sans-serif", ticks: { show: false },
    grid: { stroke: cssColor("--grid"), width: 1 },
  };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const line = (color: string, extra: Partial<uPlot.Series>): uPlot.Series => ({
    stroke: cssColor(color), width: 1.75, points: { size: 4 }, ...(props.kind !== "telemetry" && stepped ? { paths: stepped } : {}), ...extra,
  });
  return {
    width, height: HEIGHT, padding: [12, 22, 0, 0], legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 7 }, sync: { key: "twin" } },
    scales: {
      x: { time: false, range: () => [drawn().scene.axis.from, Math.max(drawn().scene.axis.to, -drawn().scene.axis.from * 0.015)] },
      y: { range: () => drawn().range },
    },
    axes: [
      { ...axis, size: 26, splits: (u) => axisSplits(drawn().scene.axis, u.bbox.width / devicePixelRatio / TICK_PX),
        values: (_u, splits) => splits.map((x) => splitText(drawn().scene.axis, x)) },
      { ...axis, size: 52, space: 36, values: (_u, splits) => axisTexts(splits) },
    ],
    series: [{}, line("--line-1", {}), ...(props.kind === "reported" ? [line("--desired", { dash: [6, 4] })] : [])],
    hooks: {
      drawClear: [(u) => paintScene(u, drawn().scene)],
      setCursor: [(u) => {
        const { left = -1, idx } = u.cursor;
        if (left < 0) return onPointer("");
        const time = fromX(drawn().scene.axis, u.posToVal(left, "x"));
        const value = idx === null || idx === undefined || time > clock.now() ? null : u.data[1]?.[idx];
        onPointer(`${clockText(time)}${typeof value === "number" ? `  ${numberText(value)} ${unitText(props.unit)}` : ""}`);
      }],
    },
  };
}

/** Where the past on the chart comes from. */
function pastText(open: OpenTwin | null, key: string): string {
  if (open === null || !Number.isFinite(open.openedAt)) return "";
  const recalledFrom = open.trails.get(key)?.recalledFrom ?? null;
  if (recalledFrom === null) return `since you opened this page at ${clockText(open.openedAt)}`;
  return `from ${clockText(recalledFrom)}`;
}

export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const pointer = useRef<HTMLSpanElement>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const element = box.current as HTMLDivElement;
    let plot: uPlot | null = null;
    let isVisible = true;
    let drawn = draw(latest.current);
    const update = (): void => {
      if (plot === null || !isVisible || pausedAt.peek() !== null) return;
      drawn = draw(latest.current);
      plot.setData(drawn.aligned as uPlot.AlignedData);
    };
    const build = (): void => {
      plot?.destroy();
      drawn = draw(latest.current);
      const write = (text: string): void => { if (pointer.current !== null) pointer.current.textContent = text; };
      plot = new uPlot(options(latest.current, element.clientWidth, () => drawn, write), drawn.aligned as uPlot.AlignedData, element);
    };
    const sized = new ResizeObserver(() => {
      if (plot !== null && element.clientWidth > 0 && element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    const seen = new IntersectionObserver(([entry]) => { isVisible = entry?.isIntersecting ?? true; update(); });
    sized.observe(element);
    seen.observe(element);
    const unfollowTheme = effect(() => { void themeVersion.value; build(); });
    const unfollowData = effect(() => { void tick.value; void second.value; update(); });
    return () => { unfollowTheme(); unfollowData(); sized.disconnect(); seen.disconnect(); plot?.destroy(); };
  }, [props.twin, props.name, props.kind]);

  const past = pastText(openTwin.current, `${props.kind}.${props.name}`);
  const unit = props.unit === "" ? "" : ` in ${unitText(props.unit)}`;
  return (
    <figure class="chart">
      <figcaption>
        <b>{props.title}</b><span class="soft">{unitText(props.unit)}</span>
        {props.kind === "reported" && <span class="chart-key"><i class="key-reported" />reported<i class="key-desired" />desired</span>}
        <span class="grow" /><span class="soft small num chart-past"><span ref={pointer} /><span class="chart-since">{past}</span></span>
      </figcaption>
      <div class="chart-box values" ref={box} role="img" aria-label={`Chart of ${props.title}${unit}, ${past}`} />
    </figure>
  );
}
