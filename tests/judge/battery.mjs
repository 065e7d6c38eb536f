// NASA's battery ageing set (Saha and Goebel 2007): from cycle 60 on, the error of the cycle at which a cell falls under 1.4 Ah, mean
// and largest over the cycles until then. What the model knows of cells in general is in models/battery.lua, the same for all.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { backtest, figure, folderOf, mean, parseCsv, writeCsv } from "./judge.mjs";

const LIMIT = 1.4, FROM = 60;
const folder = folderOf("battery");

for (const name of readdirSync(folder).filter((file) => file.endsWith("_discharge.csv.gz")).sort()) {
  const cell = name.slice(0, 5), cycles = new Map();
  for (const row of parseCsv(gunzipSync(readFileSync(join(folder, name))).toString())) cycles.set(row.cycle_num, Number(row.Capacity));
  const capacities = [...cycles.values()], end = capacities.findIndex((capacity) => capacity < LIMIT) + 1;
  const said = backtest("battery", writeCsv("cell.csv", ["cycle", "capacity"], capacities.map((capacity, i) => [i * 3600, capacity])),
    ["end_of_life", "end_of_life_low", "end_of_life_high"], ["--time", "cycle"]);
  if (end === 0) {
    const last = said[capacities.length - 1];
    figure("battery", `${cell} lasts over ${capacities.length} cycles: its end is said to be`, last.end_of_life ?? NaN, { digits: 0 });
    continue;
  }
  const judged = said.slice(FROM - 1, end - 1);
  const errors = judged.map((row) => Math.abs(row.end_of_life - end));
  const line = judged.map((_, i) => { // through the first and the newest capacity
    const now = FROM + i, slope = (capacities[now - 1] - capacities[0]) / (now - 1);
    return Math.abs(now + (LIMIT - capacities[now - 1]) / slope - end);
  });
  figure("battery", `${cell}, end at ${end}, mean error of cycles`, mean(errors), { floor: 15, goal: 10, isLess: true, digits: 1, beside: { "straight line": mean(line) } });
  figure("battery", `${cell}, largest error`, Math.max(...errors), { digits: 1 });
  figure("battery", `${cell}, share of cycles in the 90 % band`, 100 * mean(judged.map((row) => (row.end_of_life_low <= end && end <= row.end_of_life_high ? 1 : 0))), { digits: 0 });
}
