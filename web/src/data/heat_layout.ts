// Where each twin's cell lies in the heat map: cards with text when they fit, else squares in lanes with a label, else one field.
// Pure arithmetic, also for finding the cell under the pointer.

export interface Lane {
  readonly label: string;
  readonly twins: readonly number[];
}

export interface PlacedLane extends Lane {
  readonly x: number;
  readonly y: number;
  readonly first: number;
}

export interface HeatLayout {
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Cells are large enough for a name and a figure. */
  readonly isCards: boolean;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
  readonly hasLabels: boolean;
  readonly lanes: readonly PlacedLane[];
  /** Twins in reading order; a place in it is what the arrow keys move. */
  readonly sequence: readonly number[];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const LABEL_WIDTH = 92;
const NARROW = 460;
const LABEL_HEIGHT = 18;
const LANE_GAP = 6;
/** Cards with two lines of text, the largest that fits is taken. */
const CARDS: readonly Size[] = [{ width: 88, height: 68 }, { width: 88, height: 56 }, { width: 79, height: 46 }, { width: 79, height: 39 }];
const WIDEST_CARD = 130;
const LARGEST = 40;
const SMALLEST_WITH_LABELS = 10;

function square(side: number): Size {
  return { width: side, height: side };
}

function measure(lanes: readonly Lane[], cell: Size, width: number, isNarrow: boolean): number {
  const columns = Math.max(1, Math.floor((width - (isNarrow ? 0 : LABEL_WIDTH)) / cell.width));
  let height = 0;
  for (const lane of lanes) height += Math.ceil(lane.twins.length / columns) * cell.height + LANE_GAP + (isNarrow ? LABEL_HEIGHT : 0);
  return height - LANE_GAP;
}

/** The longest lane in as many rows as before, but even ones, and the width shared out. */
function widened(card: Size, lanes: readonly Lane[], width: number): Size {
  const longest = Math.max(1, ...lanes.map((lane) => lane.twins.length));
  const most = Math.max(1, Math.floor(width / card.width));
  const columns = Math.ceil(longest / Math.ceil(longest / most));
  return { width: Math.max(card.width, Math.min(WIDEST_CARD, Math.floor(width / columns))), height: card.height };
}

/** The largest cell with which all lanes fit, or null when only a field without labels does. */
function laneCell(lanes: readonly Lane[], width: number, height: number, isNarrow: boolean): Size | null {
  if (lanes.length === 0) return null;
  for (const card of CARDS) {
    const wide = widened(card, lanes, isNarrow ? width : width - LABEL_WIDTH);
    const fitting = [wide, card].find((one) => measure(lanes, one, width, isNarrow) <= height);
    if (fitting !== undefined) return fitting;
  }
  for (let side = LARGEST; side >= SMALLEST_WITH_LABELS; side--) {
    if (measure(lanes, square(side), width, isNarrow) <= height) return square(side);
  }
  return null;
}

function fieldCell(count: number, width: number, height: number): Size {
  let side = LARGEST;
  while (side > 2 && Math.ceil(count / Math.max(1, Math.floor(width / side))) * side > height) side -= 1;
  return square(side);
}

export function layoutHeat(lanes: readonly Lane[], width: number, height: number): HeatLayout {
  const isNarrow = width < NARROW;
  const fitted = laneCell(lanes, width, height, isNarrow);
  const hasLabels = fitted !== null;
  const shown: readonly Lane[] = hasLabels ? lanes : [{ label: "", twins: lanes.flatMap((lane) => lane.twins) }];
  const cell = fitted ?? fieldCell(shown[0]?.twins.length ?? 0, width, height);
  const left = hasLabels && !isNarrow ? LABEL_WIDTH : 0;
  const columns = Math.max(1, Math.floor((width - left) / cell.width));
  const gap = hasLabels ? LANE_GAP : 0;
  const placed: PlacedLane[] = [];
  let y = 0;
  let first = 0;
  for (const lane of shown) {
    if (hasLabels && isNarrow) y += LABEL_HEIGHT;
    placed.push({ ...lane, x: left, y, first });
    y += Math.ceil(lane.twins.length / columns) * cell.height + gap;
    first += lane.twins.length;
  }
  return {
    cellWidth: cell.width, cellHeight: cell.height, isCards: cell.width > cell.height, columns, width, hasLabels, lanes: placed,
    height: Math.max(cell.height, y - gap), sequence: shown.flatMap((lane) => lane.twins),
  };
}

/** Place in the sequence under the point, or -1. */
export function placeAt(layout: HeatLayout, x: number, y: number): number {
  for (const lane of layout.lanes) {
    const row = Math.floor((y - lane.y) / layout.cellHeight);
    const column = Math.floor((x - lane.x) / layout.cellWidth);
    if (y < lane.y || column < 0 || column >= layout.columns) continue;
    const at = row * layout.columns + column;
    if (at < lane.twins.length) return lane.first + at;
  }
  return -1;
}

/** Upper left corner of the place's square. */
export function cornerOf(layout: HeatLayout, place: number): { x: number; y: number } {
  const lane = layout.lanes.findLast((one) => one.first <= place);
  const at = place - (lane?.first ?? 0);
  return {
    x: (lane?.x ?? 0) + (at % layout.columns) * layout.cellWidth,
    y: (lane?.y ?? 0) + Math.floor(at / layout.columns) * layout.cellHeight,
  };
}

/** The place that an arrow key leads to; up and down cross from lane to lane. */
export function placeBeside(layout: HeatLayout, place: number, key: string): number {
  const last = layout.sequence.length - 1;
  if (key === "ArrowLeft") return Math.max(0, place - 1);
  if (key === "ArrowRight") return Math.min(last, place + 1);
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key !== "ArrowUp" && key !== "ArrowDown") return place;
  const { x, y } = cornerOf(layout, place);
  const [halfWidth, halfHeight] = [layout.cellWidth / 2, layout.cellHeight / 2];
  const downwards = key === "ArrowDown";
  const step = downwards ? halfHeight : -halfHeight;
  for (let to = downwards ? y + layout.cellHeight + halfHeight : y - halfHeight; to >= 0 && to < layout.height; to += step) {
    for (let across = x + halfWidth; across >= 0; across -= layout.cellWidth) {
      const found = placeAt(layout, across, to);
      if (found >= 0 && (downwards ? found > place : found < place)) return found;
    }
  }
  return place;
}
