// The frame around both pages, and the keys that work everywhere.
import { useEffect } from "preact/hooks";
import { route } from "../route";
import { togglePause } from "../session";
import { linkState, pausedAt } from "../state";
import { Header } from "./header";
import { PlantPage } from "./plant";
import { TwinPage } from "./twin";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, select, textarea, button, [contenteditable]");
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !isTyping(event.target)) {
    document.getElementById("search")?.focus();
    event.preventDefault();
  } else if (event.key === " " && event.target === document.body) {
    togglePause();
    event.preventDefault();
  }
}

export function App() {
  const { page, id } = route.value;
  const phase = pausedAt.value === null ? linkState.value.phase : "paused";

  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  useEffect(() => {
    document.title = page === "twin" ? `${id} – twind` : "Plant – twind";
    scrollTo(0, 0);
  }, [page, id]);

  return (
    <div class="app" data-phase={phase}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>
        Skip to content
      </a>
      <Header />
      <main id="main" tabIndex={-1}>{page === "twin" ? <TwinPage key={id} id={id} /> : <PlantPage />}</main>
    </div>
  );
}
