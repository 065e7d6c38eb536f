// The plant as a tree: who is part of whom, by `part_of` and by ids such as "pump-7:motor". Pure; rebuilt when twins or
// relationships change, flattened into rows for what is unfolded.
export interface TreeSource {
  readonly ids: readonly string[];
  /** By which ids sort as people count: naturalKey of each. */
  readonly sortKeys: readonly string[];
  readonly alive: Uint8Array;
  readonly models: readonly string[];
  find(id: string): number;
  parentOf(twin: number): string | null;
}

export interface Group {
  readonly model: string;
  readonly roots: readonly number[];
}

export interface Tree {
  readonly groups: readonly Group[];
  readonly parent: Int32Array;
  readonly children: readonly (readonly number[])[];
  /** All living twins, each before its children. */
  readonly order: readonly number[];
}

export interface TreeRow {
  readonly key: string;
  /** -1 for a group's heading. */
  readonly twin: number;
  readonly group: Group;
  readonly level: number;
  readonly place: number;
  readonly of: number;
  readonly isUnfolded: boolean;
  readonly childCount: number;
}

const NONE: readonly number[] = [];

/** A part's whole by its id: "pump-7" of "pump-7:motor"; null when it is no part. */
export function wholeOf(id: string): string | null {
  const at = id.lastIndexOf(":");
  return at > 0 ? id.slice(0, at) : null;
}

function parents(source: TreeSource): Int32Array {
  const parent = new Int32Array(source.ids.length).fill(-1);
  for (let twin = 0; twin < parent.length; twin++) {
    if (source.alive[twin] !== 1) continue;
    const id = source.parentOf(twin);
    const at = id === null ? -1 : source.find(id);
    if (at >= 0 && at !== twin) parent[twin] = at;
  }
  // A ring of part_of has no top: cut it where it is first met.
  const seen = new Int32Array(parent.length);
  for (let start = 0; start < parent.length; start++) {
    let at = start;
    while (at >= 0 && seen[at] === 0) {
      seen[at] = start + 1;
      const next = parent[at] as number;
      if (next >= 0 && seen[next] === start + 1) parent[at] = -1;
      at = parent[at] as number;
    }
  }
  return parent;
}

export function buildTree(source: TreeSource): Tree {
  const keys = source.sortKeys;
  const byKey = (a: number, b: number): number => {
    const [left, right] = [keys[a] as string, keys[b] as string];
    return left < right ? -1 : left > right ? 1 : 0;
  };
  const parent = parents(source);
  const children: number[][] = Array.from({ length: parent.length }, () => NONE as number[]);
  const byModel = new Map<string, number[]>();
  for (let twin = 0; twin < parent.length; twin++) {
    if (source.alive[twin] !== 1) continue;
    const above = parent[twin] as number;
    if (above >= 0) {
      if (children[above] === NONE) children[above] = [];
      (children[above] as number[]).push(twin);
    } else {
      const model = source.models[twin] as string;
      const roots = byModel.get(model);
      if (roots === undefined) byModel.set(model, [twin]);
      else roots.push(twin);
    }
  }
  for (const list of children) if (list.length > 1) list.sort(byKey);
  const size = (twin: number): number => (children[twin] as number[]).length;
  const groups = [...byModel].map(([model, roots]) => ({ model, roots: roots.sort(byKey) }));
  const reach = (group: Group): number => (group.roots.some((root) => size(root) > 0) ? 0 : 1);
  groups.sort((a, b) => reach(a) - reach(b) || (a.model < b.model ? -1 : 1));

  const order: number[] = [];
  const stack: number[] = [];
  for (const group of groups) {
    for (const root of group.roots) {
      stack.push(root);
      while (stack.length > 0) {
        const twin = stack.pop() as number;
        order.push(twin);
        const below = children[twin] as number[];
        for (let i = below.length - 1; i >= 0; i--) stack.push(below[i] as number);
      }
    }
  }
  return { groups, parent, children, order };
}

/** Worst of each twin and all that is part of it. `own` gives a twin's own severity. */
export function worstBelow(tree: Tree, own: (twin: number) => number): Uint8Array {
  const worst = new Uint8Array(tree.parent.length);
  for (let i = tree.order.length - 1; i >= 0; i--) {
    const twin = tree.order[i] as number;
    worst[twin] = Math.max(worst[twin] as number, own(twin));
    const above = tree.parent[twin] as number;
    if (above >= 0) worst[above] = Math.max(worst[above] as number, worst[twin] as number);
  }
  return worst;
}

export interface RowOptions {
  readonly isUnfolded: (key: string, level: number) => boolean;
  /** When given, only these twins and what they are part of; all of it unfolded. */
  readonly isWanted: ((twin: number) => boolean) | null;
}

export function treeRows(tree: Tree, ids: readonly string[], options: RowOptions): TreeRow[] {
  const kept = options.isWanted === null ? null : worstBelow(tree, (twin) => (options.isWanted?.(twin) === true ? 1 : 0));
  const keep = (twins: readonly number[]): readonly number[] => (kept === null ? twins : twins.filter((twin) => kept[twin] === 1));
  const rows: TreeRow[] = [];
  const groups = tree.groups.filter((group) => keep(group.roots).length > 0);
  const walk = (twins: readonly number[], group: Group, level: number): void => {
    twins.forEach((twin, i) => {
      const key = ids[twin] as string;
      const below = keep(tree.children[twin] as readonly number[]);
      const isUnfolded = below.length > 0 && (kept !== null || options.isUnfolded(key, level));
      rows.push({ key, twin, group, level, place: i + 1, of: twins.length, isUnfolded, childCount: below.length });
      if (isUnfolded) walk(below, group, level + 1);
    });
  };
  groups.forEach((group, i) => {
    const key = `model/${group.model}`;
    const roots = keep(group.roots);
    const isUnfolded = kept !== null || options.isUnfolded(key, 1);
    rows.push({ key, twin: -1, group, level: 1, place: i + 1, of: groups.length, isUnfolded, childCount: roots.length });
    if (isUnfolded) walk(roots, group, 2);
  });
  return rows;
}
