// How good a value is, where it is not simply good: a sign and its word, so that nobody needs to tell colours apart.
import { GOOD, QUALITY_NAMES } from "../data/types";
import type { Sign } from "./marks";
import { Mark } from "./marks";

const SIGNS: readonly Sign[] = [0, "uncertain", "bad", "stale"];

/** The word of a quality; one that this page does not know is no better than uncertain. */
export function qualityName(quality: number): string {
  return QUALITY_NAMES[quality] ?? "uncertain";
}

export function Quality({ quality }: { quality: number }) {
  if (quality === GOOD) return null;
  return <span class={`quality quality-${qualityName(quality)}`}><Mark sign={SIGNS[quality] ?? "uncertain"} />{qualityName(quality)}</span>;
}
