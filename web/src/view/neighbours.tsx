// Whom a twin belongs to, what it is made of, and whom it is related to in both directions.
import { plantTree } from "../plant_tree";
import { fleet, followLive, heads, modelTitle } from "../state";
import { twinHref } from "../route";
import { spoken, titled } from "../text/format";
import { Mark } from "./marks";

const MOST = 24;

export function Ancestors({ id }: { id: string }) {
  const tree = plantTree();
  const above: number[] = [];
  for (let at = tree.parent[fleet.find(id)] ?? -1; at >= 0; at = tree.parent[at] as number) above.unshift(at);
  return (
    <nav class="ancestors" aria-label="Where it belongs">
      <a href="#/">Plant</a>
      {above.map((twin) => <span key={twin}>{" / "}<a href={twinHref(fleet.ids[twin] as string)}>{fleet.ids[twin]}</a></span>)}
    </nav>
  );
}

let known = { key: "", groups: new Map<string, string[]>() };

/** Who points at this twin. Walks all twins, so it is kept until relationships change. */
function incoming(id: string): Map<string, string[]> {
  const key = `${id} ${heads.version}`;
  if (known.key === key) return known.groups;
  const found = new Map<string, string[]>();
  for (const head of heads.byId.values()) {
    for (const [name, ids] of head.relationships) {
      if (name === "part_of" || !ids.includes(id)) continue;
      const title = `${titled(name)} this`;
      found.set(title, [...(found.get(title) ?? []), head.id]);
    }
  }
  known = { key, groups: found };
  return found;
}

function groupsOf(id: string): [string, string[]][] {
  const tree = plantTree();
  const below = (tree.children[fleet.find(id)] ?? []).map((twin) => fleet.ids[twin] as string);
  const groups: [string, string[]][] = [["Parts", below]];
  for (const [name, ids] of heads.byId.get(id)?.relationships ?? []) groups.push([titled(spoken(name)), [...ids]]);
  return [...groups, ...incoming(id)].filter(([, ids]) => ids.length > 0);
}

/** Ids that relationships lead to, in both directions, its own parts first. */
export function neighboursOf(id: string): string[] {
  return [...new Set(groupsOf(id).flatMap(([, ids]) => ids))];
}

export function Neighbours({ id }: { id: string }) {
  followLive();
  const groups = groupsOf(id);
  if (groups.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="neighbours-title">
      <div class="panel-head"><h2 id="neighbours-title">Neighbours</h2></div>
      <dl class="neighbours">
        {groups.map(([name, ids]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {ids.slice(0, MOST).map((other) => {
                const twin = fleet.find(other);
                return (
                  <a key={other} class="neighbour" href={twinHref(other)} title={twin < 0 ? "not here yet" : modelTitle(fleet.models[twin] as string)}>
                    <Mark sign={twin < 0 ? "stale" : fleet.severity(twin)} />{other}
                  </a>
                );
              })}
              {ids.length > MOST && <span class="soft">{`and ${ids.length - MOST} more`}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
