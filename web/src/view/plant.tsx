// The plant: what needs someone, the heat map of all twins, and the tree they form.
import { plantFacts } from "../facts";
import { route, setParam } from "../route";
import { fleet, heads, linkState, models, slowTick } from "../state";
import { EmptyPlant } from "./empty";
import { HeatMap } from "./heatmap";
import type { Sign } from "./marks";
import { Mark } from "./marks";
import { Needs } from "./needs";
import { TreeView } from "./tree_view";

function Count({ show, sign, count, label }: { show: string; sign: Sign | null; count: number; label: string }) {
  const chosen = (route.value.params.get("show") ?? "") === show;
  return (
    <button type="button" class={`count ${count === 0 ? "count-none" : ""}`} aria-pressed={chosen}
      onClick={() => setParam("show", chosen ? null : show)}>
      {sign !== null && <Mark sign={sign} />}
      <b class="num">{count.toLocaleString("en")}</b>
      <span>{label}</span>
    </button>
  );
}

function CountStrip() {
  void slowTick.value;
  const facts = plantFacts();
  const byModel = new Map<string, number>();
  for (let twin = 0; twin < fleet.ids.length; twin++) {
    const model = fleet.models[twin] as string;
    if (fleet.alive[twin] === 1 && model !== "") byModel.set(model, (byModel.get(model) ?? 0) + 1);
  }
  const chosen = route.value.params.get("model") ?? "";
  return (
    <div class="strip" role="group" aria-label="Show">
      <Count show="" sign={null} count={facts.twins} label={facts.twins === 1 ? "twin" : "twins"} />
      <Count show="critical" sign={3} count={facts.bySeverity[3]} label="critical" />
      <Count show="warning" sign={2} count={facts.bySeverity[2]} label="warning" />
      <Count show="info" sign={1} count={facts.bySeverity[1]} label="info" />
      <Count show="coming" sign="coming" count={facts.soonest.size} label="limit ahead" />
      <Count show="stale" sign="stale" count={facts.stale} label="stale" />
      <label class="pick">
        <span>Model</span>
        <select value={chosen} onChange={(event) => setParam("model", event.currentTarget.value)}>
          <option value="">all</option>
          {[...byModel].sort().map(([name, count]) => (
            <option key={name} value={name}>{`${models.value.get(name)?.title ?? name} (${count})`}</option>
          ))}
        </select>
      </label>
    </div>
  );
}

export function Page() {
  void slowTick.value;
  const phase = linkState.value.phase;
  if (fleet.count === 0 || !heads.isRead) {
    return fleet.count === 0 && (phase === "live" || phase === "stale")
      ? <EmptyPlant />
      : <p class="waiting" role="status">{phase === "connecting" ? "Connecting to the server" : "Reading the plant"}</p>;
  }
  return (
    <div class="plant">
      <h1 class="hidden">Plant</h1>
      <CountStrip />
      <TreeView />
      <HeatMap />
      <Needs />
    </div>
  );
}
