// The dashboard in a real browser against a running twind: node smoke.mjs
//   TWIND_HTTP   address of the page, "127.0.0.1:8080" if not given
//   TWIND_PID    twind's process id; with it, the server is stopped for a while to see the page say so
// The plant must hold a twin with a writable number property and telemetry that changes by itself (make run has many). An empty plant
// is fine too: then the page's own example line is run, with coap-client, and must make the page live.
// One line a check; exit 0 when all passed.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const need = createRequire(fileURLToPath(new URL("../../web/package.json", import.meta.url)));
const { chromium } = need("playwright-core");
const AXE = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");

const address = process.env.TWIND_HTTP ?? "127.0.0.1:8080";
const base = address.includes("://") ? address.replace(/\/$/, "") : `http://${address}`;
const FIRST_LOAD_LIMIT = 60 * 1024;
const WAIT_MS = 30_000;

let passed = 0;
let failed = 0;

async function check(name, body) {
  try {
    const note = await body();
    passed += 1;
    console.log(`ok - ${name}${note === undefined ? "" : ` (${note})`}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${name}: ${String(error.message ?? error).split("\n")[0]}`);
  }
}

function claim(isTrue, text) {
  if (!isTrue) throw new Error(text);
}

async function api(path) {
  const answer = await fetch(`${base}/api/v1${path}`);
  claim(answer.ok, `GET ${path} answered ${answer.status}`);
  return answer.json();
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
await context.addInitScript(() => {
  document.addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
});
const page = await context.newPage();
page.setDefaultTimeout(WAIT_MS);
const complaints = [];
let isServerStopped = false;
page.on("console", (message) => { if (message.type() === "error" && !isServerStopped) complaints.push(message.text()); });
page.on("pageerror", (error) => complaints.push(String(error)));

const devtools = await context.newCDPSession(page);

/** Bytes on the wire of the page's own files, from now on: a function that says how much it was. */
async function meter(of) {
  const session = await context.newCDPSession(of);
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
const firstLoad = await meter(page);

const live = () => page.waitForSelector('#connection[data-state="live"]');

/** Waits until the element shows another text, or the canvas another picture, than it does now; answers what it was. */
async function changes(selector) {
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

async function axe(where) {
  // Through the developer tools, because the page's policy rightly forbids it to the page.
  await devtools.send("Runtime.evaluate", { expression: AXE });
  const results = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const grave = results.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const said = grave.map(({ id, nodes }) => `${id}: ${nodes[0].target.join(" ")} ${nodes[0].any[0]?.message ?? ""}`).join("; ");
  claim(grave.length === 0, `${where}: ${said}`);
}

/** A twin with telemetry and a writable number property, or undefined. */
async function pick() {
  const { models } = await api("/models");
  const { twins } = await api("/twins?limit=1000");
  for (const { model, properties = {}, telemetry = {} } of models) {
    const property = Object.entries(properties).find(([, member]) => member.writable === true && Array.isArray(member.range));
    const twin = twins.find((one) => one.model === model && Object.keys(one.telemetry ?? {}).length > 0) ?? twins.find((one) => one.model === model);
    if (property !== undefined && twin !== undefined && Object.keys(telemetry).length > 0) {
      return { id: twin.id, property: property[0], range: property[1].range };
    }
  }
  return undefined;
}

async function emptyPlant() {
  await check("an_empty_plant_shows_the_line_to_type", async () => {
    const line = await page.textContent("#example");
    claim(/^coap-client-notls .* coap:\/\/[^/]+\/t\/pump-1$/.test(line), line);
  });
  await check("its_first_message_makes_the_page_live", async () => {
    const line = await page.textContent("#example");
    execFileSync("sh", ["-c", line], { timeout: WAIT_MS });
    await page.waitForSelector(".heat canvas");
    await live();
    await page.goto(`${base}/#/t/pump-1`);
    await page.waitForSelector(".tile .tile-value");
  });
}

async function plantPage() {
  await check("the_heat_map_is_painted", async () => {
    await page.waitForFunction(() => {
      const canvas = document.querySelector(".heat canvas");
      const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) return true;
      return false;
    });
  });
  await check("the_tree_has_rows", async () => { await page.waitForSelector('[role="treeitem"]'); });
  await check("first_load_is_small", firstLoad);
  await check("colour_by_a_field_is_kept_in_the_address", async () => {
    const options = await page.locator("#color option").evaluateAll((all) => all.map((one) => one.value));
    const field = options.find((value) => value.startsWith("telemetry."));
    await page.selectOption("#color", field);
    claim(page.url().includes(encodeURIComponent(field)) || page.url().includes(field), page.url());
    await page.waitForSelector(".legend .ramp");
    await page.selectOption("#color", "alarm");
  });
  await check("the_plant_page_is_accessible_in_light", () => axe("plant, light"));
  await check("search_opens_with_a_slash", async () => {
    await page.locator("body").press("/");
    claim(await page.evaluate(() => document.activeElement?.id === "search"), "the focus is elsewhere");
    await page.locator("#search").press("Escape");
  });
}

async function twinPage({ id, property, range }) {
  await check("search_finds_a_twin", async () => {
    await page.fill("#search", id);
    await page.waitForSelector('#search-list [role="option"]');
    await page.locator("#search").press("Enter");
    await page.waitForSelector("h1");
    claim(decodeURIComponent(page.url()).endsWith(`#/t/${id}`), page.url());
  });
  await check("a_tile_changes_by_itself", async () => {
    await page.waitForSelector(".tile[data-field] .tile-value b");
    await page.waitForFunction(() => !(document.querySelector(".tile-value")?.textContent ?? "–").startsWith("–"));
    const name = await page.getAttribute(".tile[data-field]", "data-field");
    return `${name} was ${await changes(`.tile[data-field="${name}"] .tile-value`)}`;
  });
  await check("the_chart_is_drawn_and_moves", async () => {
    await page.waitForSelector(".chart canvas");
    await page.waitForFunction(() => (document.querySelector(".chart canvas")?.toDataURL().length ?? 0) > 3000);
    await changes(".chart canvas");
  });
  await check("a_twin_opened_directly_is_small_too", async () => {
    const other = await context.newPage();
    const load = await meter(other);
    await other.goto(`${base}/#/t/${encodeURIComponent(id)}`);
    await other.waitForSelector(".chart canvas");
    const note = load();
    await other.close();
    return note;
  });
  await check("a_refused_value_shows_the_servers_words", async () => {
    await page.fill(`#set-${property}`, String(range[1] * 10 + 1));
    await page.click(`[data-property="${property}"] button[type=submit]`);
    const said = await page.textContent(`[data-property="${property}"] .problem`);
    claim(said.length > 10, said);
    return said.trim();
  });
  await check("a_desired_value_is_pending_or_followed", async () => {
    const reported = Number(await page.textContent(`[data-property="${property}"] dd b`)) || range[0];
    const wanted = Math.round((reported + (reported > (range[0] + range[1]) / 2 ? range[0] : range[1])) / 2);
    await page.fill(`#set-${property}`, String(wanted));
    await page.click(`[data-property="${property}"] button[type=submit]`);
    await page.waitForFunction(({ property, wanted }) => {
      const card = document.querySelector(`[data-property="${property}"]`);
      return Number(card?.querySelector("dd.desired b")?.textContent) === wanted && (card?.querySelector(".follow")?.textContent ?? "") !== "";
    }, { property, wanted });
    return page.textContent(`[data-property="${property}"] .follow`);
  });
  await check("a_desired_value_can_be_withdrawn", async () => {
    await page.click(`[data-property="${property}"] >> text=Withdraw`);
    await page.waitForSelector(`[data-property="${property}"] .not-set`);
  });
  await check("the_twin_page_is_accessible_in_light", () => axe("twin, light"));
  await check("pause_stops_the_page_and_resume_goes_on", async () => {
    await page.click("#pause");
    await page.waitForSelector('#connection[data-state="paused"]');
    claim(await page.isDisabled(`#set-${property}`), "a value can be written while paused");
    await page.click("#pause");
    await live();
  });
  await check("dark_is_dark", async () => {
    const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.click("#theme");
    await page.waitForFunction((color) => getComputedStyle(document.body).backgroundColor !== color, before);
  });
  await check("the_twin_page_is_accessible_in_dark", () => axe("twin, dark"));
  await check("the_plant_page_is_accessible_in_dark", async () => {
    await page.click(".brand");
    await page.waitForSelector(".heat canvas");
    await axe("plant, dark");
  });
  await check("a_phone_does_not_scroll_sideways", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const hash of ["#/", `#/t/${encodeURIComponent(id)}`]) {
      await page.goto(`${base}/${hash}`);
      await page.waitForSelector("h1", { state: "attached" });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      claim(wide <= 0, `${hash} is ${wide} px too wide`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
}

async function silentServer({ property }) {
  const pid = Number(process.env.TWIND_PID);
  await check("a_silent_server_is_said_and_writing_is_closed", async () => {
    isServerStopped = true;
    process.kill(pid, "SIGSTOP");
    try {
      await page.waitForSelector('#connection[data-state="stale"]');
      claim(/^Stale since \d\d:\d\d:\d\d$/.test(await page.textContent('#connection [role="status"]')), "it does not say since when");
      claim(await page.isDisabled(`#set-${property}`), "a value can be written");
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });
  await check("it_is_live_again_by_itself", async () => {
    await live();
    isServerStopped = false;
    claim(!(await page.isDisabled(`#set-${property}`)), "a value cannot be written");
  });
}

try {
  await page.goto(`${base}/`);
  await check("the_plant_page_becomes_live", async () => { await live(); });
  if ((await api("/info")).twins === 0) {
    await emptyPlant();
  } else {
    await plantPage();
    const twin = await pick();
    if (twin === undefined) await check("the_plant_has_a_twin_to_try", () => claim(false, "no twin with telemetry and a writable number property"));
    else {
      await twinPage(twin);
      if (process.env.TWIND_PID) await silentServer(twin);
    }
  }
  await check("the_console_is_clean", () => claim(complaints.length === 0, complaints.join(" | ")));
} finally {
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
