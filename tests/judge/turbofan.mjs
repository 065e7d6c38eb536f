// C-MAPSS: root mean square error of the remaining cycles at an engine's last one, truth capped at 125 (Saxena and others 2008).
//
// A fleet with a test file and its truth is judged by those, on the artefact that ships. The training engines are judged crosswise: each
// fifth by an artefact that the others trained, at cuts as those of the test files are; the first fifth also with faults.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { names, read } from "./cmapss.mjs";
import { backtest, build, figure, folderOf, groupBy, root, writeCsv } from "./judge.mjs";

const CAP = 125, CUTS = 4, FOLDS = 5;
const floors = [12.0, 12.5, 12.5, 13.5], goals = [11.0, 12.0, 11.5, 12.5];
const folder = folderOf("cmapss");
const emit = ["rul", "rul_low", "rul_high"], keys = ["--time", "cycle", "--id", "unit"];
const rms = (list) => Math.sqrt(list.reduce((sum, x) => sum + x * x, 0) / list.length);
const byUnit = (rows) => groupBy(rows, (row) => row[0]);

let seed = 1n;
function random() {
  seed = (seed * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number(seed >> 11n) / 2 ** 53;
}

/** Errors and whether the band held, of [said row, truth]. */
function judge(pairs) {
  const capped = pairs.map(([row, truth]) => [row, Math.min(truth, CAP)]);
  return {
    error: rms(capped.map(([row, truth]) => row.rul - truth)),
    held: (100 * capped.filter(([row, truth]) => row.rul_low <= truth && truth <= row.rul_high).length) / capped.length,
    s: capped.reduce((sum, [row, truth]) => sum + Math.exp(row.rul < truth ? (truth - row.rul) / 13 : (row.rul - truth) / 10) - 1, 0),
    mean: rms(capped.map(([, truth]) => truth - capped.reduce((sum, [, t]) => sum + t, 0) / capped.length)),
  };
}

function test(fleet) {
  const truth = read(folder, `RUL_FD00${fleet}.txt`).map(([rul]) => Number(rul));
  const table = read(folder, `test_FD00${fleet}.txt`);
  const said = groupBy(backtest("turbofan", writeCsv("test.csv", names, table), emit, keys), (row) => row.twin);
  const result = judge([...said].map(([unit, rows]) => [rows.at(-1), truth[Number(unit) - 1]]));
  figure("cmapss", `FD00${fleet}, test file`, result.error,
    { floor: floors[fleet - 1], goal: goals[fleet - 1], isLess: true, beside: { "the mean": result.mean, S: result.s } });
  figure("cmapss", `FD00${fleet}, share of truths in the 90 % band`, result.held, { digits: 0 });
}

/** What the sensors say, spoilt. Rows of one fleet; deviations are of the fleet. */
const faults = {
  "10 % missing": (rows) => rows.map((row) => row.map((cell, i) => (i > 1 && random() < 0.1 ? "" : cell))),
  "a sensor stuck": (rows) => [...byUnit(rows).values()].flatMap((engine) => {
    const column = 5 + Math.floor(random() * 21), from = Math.floor(engine.length / 2);
    return engine.map((row, t) => row.with(column, t < from ? row[column] : engine[from][column]));
  }),
  "a sensor 3 deviations off": (rows, deviations) => [...byUnit(rows).values()].flatMap((engine) => {
    const column = 5 + Math.floor(random() * 21);
    return engine.map((row) => row.with(column, Number(row[column]) + 3 * deviations[column]));
  }),
  "2 % spikes": (rows, deviations) => rows.map((row) => row.map((cell, i) =>
    i > 4 && random() < 0.02 ? Number(cell) + (random() < 0.5 ? -10 : 10) * deviations[i] : cell)),
};

function deviationsOf(rows) {
  return names.map((_, i) => {
    const cells = rows.map((row) => Number(row[i])), average = cells.reduce((sum, x) => sum + x, 0) / cells.length;
    return rms(cells.map((cell) => cell - average));
  });
}

/** A fifth of the engines, judged by an artefact of the others: what was said at each cut, and the truth. */
function heldOut(fleets, fold, visit) {
  const place = mkdtempSync(join(tmpdir(), "turbofan-"));
  for (const part of ["models", "scripts"]) cpSync(join(root, part), join(place, part), { recursive: true });
  const isHeld = (row) => Number(row[0]) % FOLDS === fold;
  const tables = fleets.map((fleet) => read(folder, `train_FD00${fleet}.txt`));
  const files = tables.map((rows, i) => writeCsv(`train${i}.csv`, names, rows.filter((row) => !isHeld(row))));
  execFileSync(join(build, "twinctl"), ["train", "turbofan", ...files, "--dir", place, ...keys], { stdio: "ignore" });
  for (const [i, fleet] of fleets.entries()) {
    const rows = tables[i].filter(isHeld), engines = byUnit(rows);
    const cuts = [...engines].flatMap(([unit, engine]) => Array.from({ length: CUTS }, () => 7 + Math.floor(random() * 139))
      .filter((rul) => engine.length - rul >= 20).map((rul) => [unit, rul]));
    const pairsOf = (table) => {
      const said = groupBy(backtest("turbofan", writeCsv("held.csv", names, table), emit, [...keys, "--dir", place]), (row) => row.twin);
      return cuts.map(([unit, rul]) => [said.get(unit).at(-1 - rul), rul]);
    };
    visit(fleet, rows, tables[i], pairsOf);
  }
  rmSync(place, { recursive: true });
}

function crosswise(fleets) {
  const pairs = new Map(fleets.map((fleet) => [fleet, []])), spoilt = new Map();
  for (let fold = 0; fold < FOLDS; fold++)
    heldOut(fleets, fold, (fleet, rows, table, pairsOf) => {
      const clean = pairsOf(rows);
      pairs.get(fleet).push(...clean);
      if (fold > 0) return;
      const deviations = deviationsOf(table), usual = judge(clean).error;
      spoilt.set(fleet, Object.entries(faults).map(([name, spoil]) => [name, 100 * (judge(pairsOf(spoil(rows, deviations))).error / usual - 1)]));
    });
  for (const fleet of fleets) {
    const result = judge(pairs.get(fleet));
    figure("cmapss", `FD00${fleet}, crosswise, ${pairs.get(fleet).length} cuts`, result.error,
      { floor: floors[fleet - 1], goal: goals[fleet - 1], isLess: true, beside: { "the mean": result.mean } });
    figure("cmapss", `FD00${fleet}, crosswise, share in the 90 % band`, result.held, { digits: 0 });
    for (const [name, growth] of spoilt.get(fleet)) figure("cmapss", `FD00${fleet}, ${name}: error grows by %`, growth, { digits: 0 });
  }
}

const has = (file) => existsSync(join(folder, file));
for (const fleet of [1, 2, 3, 4]) if (has(`test_FD00${fleet}.txt`) && has(`RUL_FD00${fleet}.txt`)) test(fleet);
const trainable = [1, 2, 3, 4].filter((fleet) => has(`train_FD00${fleet}.txt`));
if (!existsSync(join(build, "twintrain"))) console.log("cmapss: held-out engines skipped: no libxgboost (make train)");
else if (trainable.length > 0) crosswise(trainable);
