// Small drawn signs. A severity is a shape as well as a colour, and is always near its word.
import type { Severity } from "../data/types";
import { SEVERITY_NAMES } from "../data/types";

export type Sign = Severity | "coming" | "uncertain" | "bad" | "stale";

function shape(sign: Sign) {
  switch (sign) {
    case 3: return <><path d="M5 1.5h6l3.5 3.5v6L11 14.5H5L1.5 11V5z" fill="currentColor" /><path class="cut" d="M8 4.2v4.6M8 10.9v1.2" /></>;
    case 2: return <><path d="M8 1.6 15.2 14.4H.8z" fill="currentColor" /><path class="cut" d="M8 6v4M8 11.7v1.1" /></>;
    case 1: return <><circle cx="8" cy="8" r="6.2" fill="currentColor" /><path class="cut" d="M8 3.9v1.2M8 7v5" /></>;
    case "coming": return <path class="line" d="M1.5 12.5 14 3.5M14 3.5v9H1.5" />;
    case "uncertain": return <><circle class="line" cx="8" cy="8" r="5.9" /><path class="line" d="M6.3 6.4a1.8 1.8 0 1 1 2.5 1.7q-.8.4-.8 1.1M8 11.2v.3" /></>;
    case "bad": return <path class="line" d="M3 3l10 10M13 3 3 13" />;
    case "stale": return <circle class="line dashed" cx="8" cy="8" r="5.6" />;
    case 0: return <circle cx="8" cy="8" r="2.6" fill="currentColor" />;
  }
}

export function Mark({ sign }: { sign: Sign }) {
  const name = typeof sign === "number" ? SEVERITY_NAMES[sign] : sign;
  return <svg class={`mark mark-${name}`} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">{shape(sign)}</svg>;
}

const ICONS = {
  pause: "M5 3v10M11 3v10",
  play: "M5 3l8 5-8 5z",
  light: "M8 5a3 3 0 100 6 3 3 0 000-6M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8L13 13M13 3l-1.2 1.2M4.2 11.8L3 13",
  dark: "M13 9.6A5.6 5.6 0 016.4 3 5.6 5.6 0 1013 9.6z",
  fold: "M6 3.5L10.5 8 6 12.5",
  chart: "M2 12l3.6-4 3 2.4L14 4",
  check: "M3 8.5l3.4 3.4L13 5",
  search: "M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9M10.3 10.3L14 14",
} as const;

export function Icon({ name }: { name: keyof typeof ICONS }) {
  return <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d={ICONS[name]} /></svg>;
}
