// Light, dark or as the system has it; and the colours of the style sheet for what is painted on a canvas.
import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "twind.theme";

export const theme = signal<Theme>("system");
/** Goes up when colours change for any reason; painters start anew. */
export const themeVersion = signal(0);

const known = new Map<string, string>();

function repaint(): void {
  known.clear();
  themeVersion.value += 1;
}

function apply(next: Theme): void {
  theme.value = next;
  document.documentElement.style.colorScheme = next === "system" ? "light dark" : next;
  repaint();
}

export function startTheme(): void {
  const stored = localStorage.getItem(KEY);
  apply(stored === "light" || stored === "dark" ? stored : "system");
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

export function isDark(): boolean {
  return theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
}

/** To the other of light and dark; back to following the system when that is what the system has. */
export function toggleTheme(): void {
  const wanted = isDark() ? "light" : "dark";
  const isSystem = matchMedia(`(prefers-color-scheme: ${wanted})`).matches;
  if (isSystem) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, wanted);
  apply(isSystem ? "system" : wanted);
}

/** A variable of the style sheet as "rgb(...)", in the present theme. */
export function cssColor(variable: string): string {
  let color = known.get(variable);
  if (color === undefined) {
    const probe = document.createElement("span");
    probe.style.color = `var(${variable})`;
    probe.hidden = true;
    document.body.append(probe);
    color = getComputedStyle(probe).color;
    probe.remove();
    known.set(variable, color);
  }
  return color;
}
