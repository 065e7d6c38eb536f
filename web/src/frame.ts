// One animation frame for all: data asks for it, painters run in it, and the slower signals are raised from it.
import { slowTick, tick, second, pausedAt } from "./state";

const TICK_MS = 100;
const SLOW_MS = 500;

const painters = new Set<() => void>();
let isAsked = false;
let isTickDue = false;
let isSlowDue = false;
let lastTick = 0;
let lastSlow = 0;

function frame(now: number): void {
  isAsked = false;
  if (pausedAt.value !== null) return;
  for (const paint of painters) paint();
  if (isTickDue && now - lastTick >= TICK_MS) {
    lastTick = now;
    isTickDue = false;
    tick.value += 1;
  }
  if (isSlowDue && now - lastSlow >= SLOW_MS) {
    lastSlow = now;
    isSlowDue = false;
    slowTick.value += 1;
  }
  if (isTickDue || isSlowDue) ask();
}

function ask(): void {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(frame);
}

/** Something in the fleet changed. */
export function dataChanged(): void {
  isTickDue = true;
  isSlowDue = true;
  ask();
}

/** Runs in every frame that follows new data, until the returned function is called. */
export function addPainter(paint: () => void): () => void {
  painters.add(paint);
  ask();
  return () => painters.delete(paint);
}

export function startFrames(): void {
  setInterval(() => {
    if (pausedAt.value === null && !document.hidden) second.value += 1;
  }, 1000);
}
