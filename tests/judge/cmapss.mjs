// NASA's C-MAPSS files, blanks between columns and no names, as tables.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const names = ["unit", "cycle", "setting1", "setting2", "setting3", ...Array.from({ length: 21 }, (_, i) => `s${i + 1}`)];
export const read = (folder, file) =>
  readFileSync(join(folder, file), "utf8").trim().split("\n").map((line) => line.trim().split(/\s+/));
