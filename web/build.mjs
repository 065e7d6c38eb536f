// Builds the dashboard into dist/: hashed assets, index.html that names them, and a .gz beside each file.
// With --tests: bundles test/*.test.ts into .tests/ for `node --test`.
import { build } from "esbuild";
import { gzipSync } from "node:zlib";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url)); // import.meta.dirname is not in Debian 12's node
const shared = { bundle: true, format: "esm", target: "es2022", jsx: "automatic", jsxImportSource: "preact", logLevel: "warning" };

async function buildTests() {
  const out = join(root, ".tests");
  rmSync(out, { recursive: true, force: true });
  const entries = readdirSync(join(root, "test")).filter((name) => name.endsWith(".test.ts"));
  await build({
    ...shared,
    entryPoints: entries.map((name) => join(root, "test", name)),
    outdir: out, outExtension: { ".js": ".mjs" }, platform: "node", sourcemap: "inline",
  });
}

async function buildPage() {
  const out = join(root, "dist");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const result = await build({
    ...shared,
    entryPoints: { app: join(root, "src/main.tsx"), page: join(root, "src/style/page.css") },
    outdir: out, entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", assetNames: "[name]-[hash]",
    splitting: true, minify: true, metafile: true, legalComments: "none",
  });
  const entry = (start) => Object.entries(result.metafile.outputs)
    .find(([path, output]) => output.entryPoint && basename(path).startsWith(start));
  const [app, output] = entry("app-");
  // What the entry needs at once is asked for at once.
  const preload = output.imports.filter(({ kind }) => kind === "import-statement")
    .map(({ path }) => `<link rel="modulepreload" href="/${basename(path)}">`);
  const page = readFileSync(join(root, "src/index.html"), "utf8")
    .replace("{app.js}", basename(app))
    .replace("{page.css}", basename(entry("page-")[0]))
    .replace("{preload}", preload.join("\n"));
  writeFileSync(join(out, "index.html"), page);

  for (const name of readdirSync(out).sort()) {
    const packed = gzipSync(readFileSync(join(out, name)), { level: 9, memLevel: 9 });
    writeFileSync(join(out, `${name}.gz`), packed);
    console.log(`${name}  ${statSync(join(out, name)).size}  gz ${packed.length}`);
  }
}

await (process.argv.includes("--tests") ? buildTests() : buildPage());
