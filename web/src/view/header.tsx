// The bar on top: where you are, search, how true the picture is, and the two switches.
import { clockText, durationText } from "../text/format";
import { togglePause } from "../session";
import type { LinkState } from "../data/link";
import { clock, info, linkState, pausedAt, second } from "../state";
import { isDark, theme, themeVersion, toggleTheme } from "../theme";
import { Icon } from "./marks";
import { Search } from "./search";

function staleDetail(state: LinkState): string {
  if (state.retryAt === null) return "no answer from the server, waiting";
  const left = (state.retryAt - performance.now()) / 1000;
  return left > 0.5 ? `reconnecting, next try in ${durationText(Math.ceil(left))}` : "reconnecting";
}

function truth(state: LinkState, paused: number | null): { name: string; text: string; detail: string } {
  if (state.phase === "stale") {
    const text = state.since === null ? "Not connected" : `Stale since ${clockText(state.since)}`;
    return { name: "stale", text, detail: staleDetail(state) };
  }
  if (paused !== null) return { name: "paused", text: `Paused at ${clockText(paused)}`, detail: "the plant goes on, this page waits" };
  if (state.phase === "live") return { name: "live", text: "Live", detail: "" };
  return { name: state.phase, text: state.phase === "catching_up" ? "Catching up" : "Connecting", detail: "" };
}

function ConnectionState() {
  void second.value;
  const { name, text, detail } = truth(linkState.value, pausedAt.value);
  const serverTime = name === "live" && clock.isKnown ? clockText(clock.now()) : detail;
  return (
    <div class={`truth truth-${name}`} id="connection" data-state={name}>
      <span class="truth-dot" aria-hidden="true" />
      <span role="status">{text}</span>
      <span class="truth-detail num">{serverTime}</span>
    </div>
  );
}

export function Header() {
  void themeVersion.value;
  const isPaused = pausedAt.value !== null;
  const next = isDark() ? "light" : "dark";
  const version = info.value?.version ?? "";
  return (
    <header class="header">
      <a class="brand" href="#/" title={version === "" ? "Plant" : `Plant. Scripts version ${version}`}>
        <svg viewBox="0 0 28 18" width="28" height="18" aria-hidden="true">
          <circle cx="10" cy="9" r="6.5" class="brand-thing" /><circle cx="18" cy="9" r="6.5" class="brand-twin" />
        </svg>
        <span>twind</span>
      </a>
      <Search />
      <ConnectionState />
      <div class="switches">
        <button type="button" class="quiet" id="pause" aria-pressed={isPaused} onClick={togglePause}
          title={isPaused ? "Resume updates (space)" : "Pause updates (space)"}>
          <Icon name={isPaused ? "play" : "pause"} /><span class="wide">{isPaused ? "Resume" : "Pause"}</span>
          <span class="hidden">updates</span>
        </button>
        <button type="button" class="quiet" id="theme" onClick={toggleTheme} data-theme={theme.value}
          aria-label={`Switch to ${next} colours`} title={`Switch to ${next} colours`}>
          <Icon name={next} />
        </button>
      </div>
    </header>
  );
}
