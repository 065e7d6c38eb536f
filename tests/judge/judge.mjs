// What all judged sets share: where the data are, running them through `twinctl backtest`, and the table that is printed.
//
// TWIND_DATA names the folder of the sets (../shared/data beside the repository); a set that is not there is skipped. Whatever files
// of a set are there are judged, so the same command judges other files of the same kind. A figure under its floor ends with 1.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const data = resolve(process.env.TWIND_DATA ?? join(root, "../shared/data"));
/** Where the programs are; make tells it relative to the repository. */
export const build = resolve(root, process.env.BUILD ?? "build");
const work = mkdtempSync(join(tmpdir(), "judge-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));

let isUnder = false;
process.on("beforeExit", () => { process.exitCode = isUnder ? 1 : 0; });

/** The folder of a set, or ends the program quietly. */
export function folderOf(set) {
  const folder = join(data, set);
  if (existsSync(folder)) return folder;
  console.log(`${set}: skipped: no data in ${folder}`);
  process.exit(0);
}

/** Rows of a CSV text as objects; `;` or `,` as its first line tells. */
export function parseCsv(text) {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/).filter((line) => line !== "");
  const separator = lines[0].includes(";") ? ";" : ",";
  const names = lines[0].split(separator).map((name) => name.replace(/^"|"$/g, ""));
  return lines.slice(1).map((line) => {
    const cells = line.split(separator);
    return Object.fromEntries(names.map((name, i) => [name, (cells[i] ?? "").replace(/^"|"$/g, "")]));
  });
}

/** Rows of a file through a model: for each row what it emitted, numbers or NaN. */
export function backtest(model, file, emit, options = []) {
  const out = join(work, "out.csv");
  execFileSync(join(build, "twinctl"), ["backtest", "--model", model, "--dir", root, "--emit", emit.join(","), "--out", out, ...options, file],
    { stdio: ["ignore", "ignore", "pipe"] });
  return parseCsv(readFileSync(out, "utf8")).map((row) => ({
    time: row.time, twin: row.twin, ...Object.fromEntries(emit.map((name) => [name, row[name] === "" ? NaN : Number(row[name])])),
  }));
}

/** Writes rows of cells to a file that backtest reads. */
export function writeCsv(name, header, rows) {
  const file = join(work, name);
  writeFileSync(file, [header, ...rows].map((row) => row.join(",")).join("\n") + "\n");
  return file;
}

/** One figure. `floor` and `goal` may be null; `isLess`: the smaller the better. `beside` are baselines: { name: figure }. */
export function figure(set, name, value, { floor = null, goal = null, isLess = false, digits = 2, beside = {} } = {}) {
  const reaches = (bound) => (isLess ? value <= bound : value >= bound);
  const verdict = floor === null ? "" : !reaches(floor) ? "UNDER THE FLOOR" : goal !== null && !reaches(goal) ? "above the floor" : "at the goal";
  if (floor !== null && !reaches(floor)) isUnder = true;
  const text = (number) => (number === null ? "-" : number.toFixed(digits));
  const baselines = Object.entries(beside).map(([key, number]) => `${key} ${text(number)}`).join(", ");
  console.log([set.padEnd(11), name.padEnd(44), text(value).padStart(8), `floor ${text(floor)}`.padEnd(13), `goal ${text(goal)}`.padEnd(12),
    verdict.padEnd(15), baselines].join("  ").trimEnd());
}

export const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;

/** A Map from key to the items that have it, in order. */
export function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}
