// The tree of the plant as it is now. Built anew when twins or relationships change, but never so often that a large plant which
// is still being read takes the page's time.
import type { Tree } from "./data/tree";
import { buildTree, wholeOf } from "./data/tree";
import { dataChanged } from "./frame";
import { fleet, heads } from "./state";
import { naturalKey } from "./text/format";

/** Share of the time that building may take. */
const BUSY_SHARE = 0.05;

const sortKeys: string[] = [];
let tree: Tree | null = null;
let treeKey = "";
let notBefore = 0;

function build(): Tree {
  for (let twin = sortKeys.length; twin < fleet.ids.length; twin++) sortKeys.push(naturalKey(fleet.ids[twin] as string));
  return buildTree({
    ids: fleet.ids, sortKeys, alive: fleet.alive, models: fleet.models,
    find: (id) => fleet.find(id),
    parentOf: (twin) => {
      const id = fleet.ids[twin] as string;
      return heads.byId.get(id)?.relationships.get("part_of")?.[0] ?? wholeOf(id);
    },
  });
}

/** May be a moment old: a twin added since then has no place in it yet. */
export function plantTree(): Tree {
  const key = `${fleet.membership} ${heads.version}`;
  if (tree !== null && treeKey === key) return tree;
  const begin = performance.now();
  if (tree !== null && begin < notBefore) return tree;
  tree = build();
  treeKey = key;
  const end = performance.now();
  notBefore = end + (end - begin) / BUSY_SHARE;
  setTimeout(dataChanged, notBefore - end);
  return tree;
}
