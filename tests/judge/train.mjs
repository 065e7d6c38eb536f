// Trains every artefact that ships, from the recorded data: `make train`.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { names, read } from "./cmapss.mjs";
import { build, folderOf, root, writeCsv } from "./judge.mjs";

const folder = folderOf("cmapss");
const files = [1, 2, 3, 4].map((fleet) => `train_FD00${fleet}.txt`).filter((file) => existsSync(join(folder, file)))
  .map((file) => writeCsv(file, names, read(folder, file)));
execFileSync(join(build, "twinctl"),
  ["train", "turbofan", ...files, "--dir", root, "--time", "cycle", "--id", "unit"], { stdio: "inherit" });
