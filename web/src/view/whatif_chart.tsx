// One field's courses: the untouched one, and the changed one in violet, each with its band.
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Quantity } from "../data/types";
import type { Answer, Course } from "../data/whatif";
import { splitText } from "../data/time_axis";
import { axisTexts, clockText, numberText, unitText } from "../text/format";
import { cssColor, themeVersion } from "../theme";

const HEIGHT = 200;
const AHEAD = { now: 0, from: 0, to: 0, press: 1 }; // x is seconds from now, unpressed
const COLORS = ["--line-1", "--forecast"] as const;

function columns(answer: Answer, courses: readonly Course[]): uPlot.AlignedData {
  const from = answer.time[0] ?? 0;
  return [answer.time.map((at) => at - from), ...courses.flatMap(({ values, low, high }) => [values, low, high].map((one) => [...one]))] as uPlot.AlignedData;
}

function options(width: number, courses: readonly Course[], onPointer: (text: string) => void, from: number, unit: string): uPlot.Options {
  const axis: uPlot.Axis = { stroke: cssColor("--ink-soft"), font: "11px system-ui, sans-serif", ticks: { show: false }, grid: { stroke: cssColor("--grid"), width: 1 } };
  const shade = (color: string): string => `color-mix(in srgb, ${color} 20%, transparent)`;
  return {
    width, height: HEIGHT, padding: [10, 22, 0, 0], legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 6 }, sync: { key: "whatif" } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 26, incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400], space: 70,
        values: (_u, splits) => splits.map((x) => splitText(AHEAD, x)) },
      { ...axis, size: 52, space: 32, values: (_u, splits) => axisTexts(splits) },
    ],
    series: [{}, ...courses.flatMap((_course, i): uPlot.Series[] => {
      const color = cssColor(COLORS[i] ?? COLORS[1]);
      const edge = { stroke: shade(color), width: 1, points: { show: false } };
      return [{ stroke: color, width: 1.9, points: { show: false }, ...(i > 0 ? { dash: [7, 3] } : {}) }, edge, edge];
    })],
    bands: courses.map((_course, i) => ({ series: [3 * i + 3, 3 * i + 2], fill: shade(cssColor(COLORS[i] ?? COLORS[1])) })),
    hooks: {
      setCursor: [(u) => {
        const { left = -1, idx } = u.cursor;
        if (left < 0 || idx === null || idx === undefined) return onPointer("");
        const values = courses.map(({ values: all }) => all[idx]).map((value) => (typeof value === "number" ? numberText(value) : "–"));
        onPointer(`${clockText(from + (u.data[0][idx] ?? 0))}  ${values.join(" / ")} ${unit}`);
      }],
    },
  };
}

export function WhatIfChart({ answer, field, quantity }: { answer: Answer; field: string; quantity: Quantity | undefined }) {
  const box = useRef<HTMLDivElement>(null);
  const pointer = useRef<HTMLSpanElement>(null);
  const courses = answer.branches.map((branch) => branch.courses.get(field)).filter((course) => course !== undefined) as Course[];
  const unit = unitText(quantity?.unit ?? "");

  useEffect(() => {
    const element = box.current as HTMLDivElement;
    let plot: uPlot | null = null;
    const write = (text: string): void => { if (pointer.current !== null) pointer.current.textContent = text; };
    const unfollow = effect(() => {
      void themeVersion.value;
      plot?.destroy();
      plot = new uPlot(options(element.clientWidth, courses, write, answer.time[0] ?? 0, unit), columns(answer, courses), element);
    });
    const sized = new ResizeObserver(() => {
      if (plot !== null && element.clientWidth > 0 && element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    sized.observe(element);
    return () => { unfollow(); sized.disconnect(); plot?.destroy(); };
  }, [answer, field]);

  const title = quantity?.title ?? field;
  return (
    <figure class="chart whatif-chart">
      <figcaption>
        <b>{title}</b><span class="soft">{unit}</span>
        <span class="chart-key"><i />untouched{courses.length > 1 && <><i class="key-changed" />changed</>}</span>
        <span class="grow" /><span class="soft small num" ref={pointer} />
      </figcaption>
      <div class="chart-box values" ref={box} role="img" aria-label={`Chart of ${title}, what would come; the table below has its figures`} />
    </figure>
  );
}
