// The plant as a tree of rows; only the rows in view are in the page. Also the way to every twin by keyboard and by ear.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { leadText } from "../data/forecast";
import type { Tree, TreeRow } from "../data/tree";
import { treeRows, worstBelow } from "../data/tree";
import { chosenColumns } from "../data/shading";
import type { Severity } from "../data/types";
import { isShown, plantFacts } from "../facts";
import { goToTwin, route, twinHref } from "../route";
import { plantTree } from "../plant_tree";
import { clock, fleet, modelTitle, slowTick } from "../state";
import { numberText, unitText } from "../text/format";
import { Icon, Mark } from "./marks";

const ROW = 28;
const SPARE = 8;
const UNFOLD_ALL_UP_TO = 150;

/** What the reader folded or unfolded against the habit; kept while the page lives. */
const flipped = signal<ReadonlySet<string>>(new Set());

function flip(key: string): void {
  const next = new Set(flipped.value);
  if (!next.delete(key)) next.add(key);
  flipped.value = next;
}

let worstKnown: { tree: Tree | null; alarmVersion: number; worst: Uint8Array } = { tree: null, alarmVersion: -1, worst: new Uint8Array() };

/** Kept until an alarm changes: the whole plant is walked for it. */
function worstNow(tree: Tree): Uint8Array {
  const { alarmVersion } = fleet;
  if (worstKnown.tree !== tree || worstKnown.alarmVersion !== alarmVersion) {
    worstKnown = { tree, alarmVersion, worst: worstBelow(tree, (twin) => fleet.severity(twin)) };
  }
  return worstKnown.worst;
}

function rowsNow(): { rows: TreeRow[]; worst: Uint8Array } {
  const { params } = route.value;
  const [show, model] = [params.get("show") ?? "", params.get("model") ?? ""];
  const tree = plantTree();
  const deepest = fleet.count <= UNFOLD_ALL_UP_TO ? 3 : tree.groups.length === 1 ? 2 : 1;
  const rows = treeRows(tree, fleet.ids, {
    isUnfolded: (key, level) => flipped.value.has(key) !== level < deepest,
    isWanted: show === "" && model === "" ? null : (twin) => isShown(twin, show, model),
  });
  return { rows, worst: worstNow(tree) };
}

/** The right end of a row: the field that colours the map, or how soon a limit comes. */
function figure(twin: number): { text: string; isForecast: boolean } {
  const soonest = plantFacts().soonest.get(twin);
  const choice = route.value.params.get("color") ?? "";
  for (const column of chosenColumns(fleet.columns, choice)) {
    const value = column.value[twin] as number;
    if (!Number.isNaN(value)) return { text: `${numberText(value)} ${unitText(column.field.unit)}`, isForecast: false };
  }
  if (soonest === undefined) return { text: "", isForecast: false };
  return { text: `limit ${leadText(soonest.at - clock.now())}`, isForecast: true };
}

function Row({ row, worst, isActive, onActive }: { row: TreeRow; worst: Severity; isActive: boolean; onActive: () => void }) {
  const isGroup = row.twin < 0;
  const isStale = !isGroup && plantFacts().isStale[row.twin] === 1;
  const own = isGroup ? worst : fleet.severity(row.twin);
  const { text, isForecast } = isGroup ? { text: "", isForecast: false } : figure(row.twin);
  const hidden = worst > own ? worst : own;
  return (
    <div id={`row-${row.key}`} class={`tree-row ${isGroup ? "tree-group" : ""} ${isActive ? "tree-active" : ""}`} role="treeitem"
      aria-level={row.level} aria-posinset={row.place} aria-setsize={row.of} aria-selected={isActive}
      aria-expanded={row.childCount > 0 ? row.isUnfolded : undefined}
      style={{ paddingLeft: `${(row.level - 1) * 16 + 4}px` }}
      onClick={() => { onActive(); if (isGroup) flip(row.key); else goToTwin(row.key); }}>
      {row.childCount > 0
        ? <span class={`fold ${row.isUnfolded ? "fold-open" : ""}`} onClick={(event) => { event.stopPropagation(); flip(row.key); }}><Icon name="fold" /></span>
        : <span class="fold" />}
      {isGroup
        ? <><span class="grow">{modelTitle(row.group.model)}</span><span class="soft num">{row.childCount.toLocaleString("en")}</span>{!row.isUnfolded && worst > 0 && <Mark sign={worst} />}</>
        : <>
          <Mark sign={isStale && own === 0 ? "stale" : row.isUnfolded ? own : hidden} />
          <span class="grow">{row.key}</span>
          <span class={`num ${isForecast ? "forecast" : "soft"}`}>{text}</span>
        </>}
    </div>
  );
}

export function TreeView() {
  void slowTick.value;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState("");
  const { rows, worst } = rowsNow();
  const first = Math.max(0, Math.floor(view.top / ROW) - SPARE);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW) + SPARE);
  const at = rows.findIndex((row) => row.key === active);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => { observer.disconnect(); element.removeEventListener("scroll", measure); };
  }, []);

  const move = (to: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (row === undefined) return;
    setActive(row.key);
    const place = rows.indexOf(row) * ROW;
    const element = box.current as HTMLDivElement;
    if (place < element.scrollTop) element.scrollTop = place;
    else if (place + ROW > element.scrollTop + element.clientHeight) element.scrollTop = place + ROW - element.clientHeight;
  };

  const onKey = (event: KeyboardEvent): void => {
    const row = rows[at];
    switch (event.key) {
      case "ArrowDown": move(at + 1); break;
      case "ArrowUp": move(at - 1); break;
      case "Home": move(0); break;
      case "End": move(rows.length - 1); break;
      case "ArrowRight":
        if (row !== undefined && row.childCount > 0 && !row.isUnfolded) flip(row.key);
        else move(at + 1);
        break;
      case "ArrowLeft":
        if (row !== undefined && row.isUnfolded) flip(row.key);
        else if (row !== undefined) move(rows.findLastIndex((above, i) => i < at && above.level < row.level));
        break;
      case "Enter":
        if (row === undefined) return;
        if (row.twin < 0) flip(row.key);
        else location.hash = twinHref(row.key);
        break;
      default: return;
    }
    event.preventDefault();
  };

  const shown = rows.slice(first, last);
  return (
    <section class="panel tree-panel" aria-labelledby="tree-title">
      <div class="panel-head"><h2 id="tree-title">Plant</h2></div>
      <div class="tree values" role="tree" aria-labelledby="tree-title" tabIndex={0} ref={box} onKeyDown={onKey}
        onFocus={() => { if (at < 0) move(0); }}
        aria-activedescendant={shown.some((row) => row.key === active) ? `row-${active}` : undefined}>
        <div role="presentation" style={{ height: `${first * ROW}px` }} />
        {shown.map((row) => (
          <Row key={row.key} row={row} isActive={row.key === active} onActive={() => setActive(row.key)}
            worst={(row.twin >= 0 ? worst[row.twin] : Math.max(0, ...row.group.roots.slice(0, 5000).map((root) => worst[root] as number))) as Severity} />
        ))}
        <div role="presentation" style={{ height: `${(rows.length - last) * ROW}px` }} />
      </div>
      {rows.length === 0 && <p class="nothing">No twin fits the filter.</p>}
    </section>
  );
}
