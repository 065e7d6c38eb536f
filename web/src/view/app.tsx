// The frame around both pages, and the keys that work everywhere.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { route } from "../route";
import { togglePause } from "../session";
import { linkState, pausedAt } from "../state";
import { Header } from "./header";
import { VersionBanner } from "./version_banner";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]");
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

type Page = ComponentType<{ id: string }>;

/** Each page is a file of its own, loaded when it is first gone to. */
const LOAD = {
  plant: (): Promise<{ Page: Page }> => import("./plant"),
  twin: (): Promise<{ Page: Page }> => import("./twin"),
} as const;

function PageOf({ page, id }: { page: keyof typeof LOAD; id: string }) {
  const [pages, setPages] = useState<Partial<Record<keyof typeof LOAD, Page>>>({});
  const [isLost, setLost] = useState(false);
  const Shown = pages[page];
  useEffect(() => {
    if (Shown !== undefined) return;
    setLost(false);
    LOAD[page]().then(({ Page }) => setPages((known) => ({ ...known, [page]: Page })), () => setLost(true));
  }, [page]);
  if (Shown !== undefined) return <Shown key={id} id={id} />;
  return isLost
    ? (
      <section class="empty">
        <h1>This page could not be loaded</h1>
        <p>The server did not answer, or has a newer dashboard than this one.</p>
        <p><button type="button" onClick={() => location.reload()}>Reload</button></p>
      </section>
    )
    : null;
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
      <VersionBanner />
      <main id="main" tabIndex={-1}><PageOf page={page} id={id} /></main>
    </div>
  );
}
