// A browser with the dashboard in it, and what its tests ask of both. Whoever imports this starts the browser and must close it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const need = createRequire(fileURLToPath(new URL("../../web/package.json", import.meta.url)));
const { chromium } = need("playwright-core");
const AXE = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");

const address = process.env.TWIND_HTTP ?? "127.0.0.1:8080";
export const base = address.includes("://") ? address.replace(/\/$/, "") : `http://${address}`;
const FIRST_LOAD_LIMIT = 70 * 1024; // headers included
export const WAIT_MS = 30_000;

/** How many checks passed and failed. */
export const count = { passed: 0, failed: 0 };

export async function check(name, body) {
  try {
    const note = await body();
    count.passed += 1;
    console.log(`ok ${count.passed + count.failed} - ${name}${note === undefined ? "" : ` (${note})`}`);
  } catch (error) {
    count.failed += 1;
    console.log(`not ok ${count.passed + count.failed} - ${name}: ${String(error.message ?? error).split("\n")[0]}`);
  }
}

export function claim(isTrue, text) {
  if (!isTrue) throw new Error(text);
}

export async function api(path) {
  const answer = await fetch(`${base}/api/v1${path}`);
  claim(answer.ok, `GET ${path} answered ${answer.status}`);
  return answer.json();
}

export const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
export const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
await context.addInitScript(() => {
  document.addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
});
export const page = await context.newPage();
page.setDefaultTimeout(WAIT_MS);
export const complaints = [];
/** While it is upset, what the page asks for may rightly fail. */
export const server = { isUpset: false };
page.on("console", (message) => { if (message.type() === "error" && !server.isUpset) complaints.push(`${message.text()} ${message.location().url}`); });
page.on("pageerror", (error) => complaints.push(String(error)));

const devtools = await context.newCDPSession(page);

/** Bytes on the wire of the page's own files, from now on: a function that says how much it was. */
export async function meter(of) {
  const session = await of.context().newCDPSession(of);
  await session.send("Network.enable");
  const files = new Map();
  session.on("Network.responseReceived", ({ requestId, type }) => {
    if (["Document", "Script", "Stylesheet"].includes(type)) files.set(requestId, 0);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (files.has(requestId)) files.set(requestId, encodedDataLength);
  });
  return () => {
    const size = [...files.values()].reduce((sum, one) => sum + one, 0);
    claim(files.size > 0 && size <= FIRST_LOAD_LIMIT, `${size} bytes in ${files.size} files`);
    return `${(size / 1024).toFixed(1)} KB in ${files.size} files`;
  };
}
export const live = () => page.waitForSelector('#connection[data-state="live"]');

/** Waits until the element shows another text, or the canvas another picture, than it does now; answers what it was. */
export async function changes(selector) {
  const read = (selector) => {
    const element = document.querySelector(selector);
    return element instanceof HTMLCanvasElement ? element.toDataURL() : (element?.textContent ?? "");
  };
  const before = await page.evaluate(read, selector);
  await page.waitForFunction(({ selector, before }) => {
    const element = document.querySelector(selector);
    return (element instanceof HTMLCanvasElement ? element.toDataURL() : (element?.textContent ?? "")) !== before;
  }, { selector, before });
  return before;
}

export async function axe(where) {
  // Through the developer tools, because the page's policy rightly forbids it to the page.
  await devtools.send("Runtime.evaluate", { expression: AXE });
  const results = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = results.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const said = grave.map(({ id, nodes }) => `${id}: ${nodes[0].target.join(" ")} ${nodes[0].any[0]?.message ?? ""}`).join("; ");
  claim(grave.length === 0, `${where}: ${said}`);
}
