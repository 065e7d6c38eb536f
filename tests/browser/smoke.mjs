// The dashboard in a real browser against a running twind: node smoke.mjs
//   TWIND_HTTP   address of the page, "127.0.0.1:8080" if not given
//   TWIND_PID    twind's process id; with it, the server is stopped for a while to see the page say so
//   TWIND_RESTART   a command that ends twind and starts it again at the same address; with it, the page must come back by itself
//   TWIND_MODELS    the folder of models that twind watches, which may be changed; with it, the page must follow a reload
// The plant must hold a twin with a writable number property and telemetry that changes by itself (make run has many). An empty plant
// is fine too: then the page's own example line is run, with coap-client, and must make the page live.
// TAP; exit 0 when all passed.
import { execFileSync } from "node:child_process";
import { WAIT_MS, api, axe, base, browser, changes, check, claim, complaints, count, live, meter, page, server } from "./page.mjs";
import { tellStory } from "./story.mjs";

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

async function plantPage(firstLoad) {
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
    const fresh = await browser.newContext(); // that has nothing of the page yet
    const other = await fresh.newPage();
    const load = await meter(other);
    await other.goto(`${base}/#/t/${encodeURIComponent(id)}`);
    await other.waitForSelector(".chart canvas");
    const note = load();
    await fresh.close();
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
  const given = () => page.$$eval(".given li", (items) => items.length);
  await check("a_command_out_of_range_is_refused_in_the_servers_words", async () => {
    const before = await given();
    await page.fill("#command-flush-seconds", "900");
    await page.click('[data-command="flush"] button[type=submit]');
    claim(await given() === before, "it was given without a confirm");
    await page.click('[data-command="flush"] button[type=submit] >> text=Confirm');
    const said = await page.textContent('[data-command="flush"] .problem');
    claim(/range is 1 to 600/.test(said), said);
    claim(await given() === before, "a refused one is shown as given");
  });
  await check("a_command_is_confirmed_and_followed_to_its_end", async () => {
    await page.fill("#command-flush-seconds", "1");
    await page.click('[data-command="flush"] button[type=submit]');
    await page.click('[data-command="flush"] button[type=submit] >> text=Confirm');
    await page.waitForSelector(".given li.given-done");
    const said = await page.waitForFunction(() => {
      const text = document.querySelector(".given li.given-done")?.textContent ?? "";
      return /seconds 1 s/i.test(text) ? text : "";
    });
    return said.jsonValue();
  });
  await check("what_if_shows_what_would_come_beside_what_is_changed", async () => {
    await page.click("#if-open");
    await page.waitForSelector('.outcome[data-branches="1"] canvas');
    await page.selectOption("#whatif-add", property);
    await page.fill("#whatif-0", String(Math.round((range[0] + range[1]) / 3)));
    await page.click(".question button[type=submit]");
    await page.waitForSelector('.outcome[data-branches="2"]');
    claim(page.url().includes(`if=${property}`), page.url());
    const cells = await page.locator(`.differences tr[data-field="${property}"] td`).allTextContents();
    claim(Number.parseFloat(cells[2]) === Math.round((range[0] + range[1]) / 3), `it ends at ${cells[2]}`);
    return cells.join(" | ");
  });
  await check("a_question_with_no_answer_shows_the_servers_words", async () => {
    server.isUpset = true; // the browser tells each answer that is no 200
    await page.fill("#whatif-0", String(range[1] * 10 + 1));
    await page.click(".question button[type=submit]");
    const said = await page.textContent(".question .problem");
    server.isUpset = false;
    claim(/its range is/.test(said), said);
    await page.fill("#whatif-0", String(range[0] + 1));
    await page.click(".question button[type=submit]");
    await page.waitForSelector(".question .problem", { state: "detached" });
    return said.trim();
  });
  await check("a_value_is_explained_by_the_lines_that_made_it", async () => {
    await page.click("#why-open");
    await page.waitForSelector(".story .code code");
    const lines = await page.locator(".story .code code").allTextContents();
    const effects = await page.locator(".story .differences th[scope=row]").allTextContents();
    claim(lines.some((line) => line.includes("derived.")) && effects.some((field) => field.startsWith("derived.")), `${lines.length} lines wrote ${effects}`);
    await page.click("text=Keep this revision");
    await page.waitForFunction(() => /why=[a-z_]+%40\d+|why=[a-z_]+@\d+/.test(location.hash));
    return `${lines.length} lines wrote ${effects.join(", ")}`;
  });
  await check("the_twin_page_is_accessible_in_light", () => axe("twin, light"));
  await check("pause_stops_the_page_and_resume_goes_on", async () => {
    await page.click("#pause");
    await page.waitForSelector('#connection[data-state="paused"]');
    claim(await page.isDisabled(`#set-${property}`), "a value can be written while paused");
    claim(await page.isDisabled("#command-flush-seconds"), "a command can be given while paused");
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
    server.isUpset = true;
    process.kill(pid, "SIGSTOP");
    try {
      await page.waitForSelector('#connection[data-state="stale"]');
      claim(/^Stale since \d\d:\d\d:\d\d$/.test(await page.textContent('#connection [role="status"]')), "it does not say since when");
      claim(await page.isDisabled(`#set-${property}`), "a value can be written");
      claim(await page.isDisabled("#command-flush-seconds"), "a command can be given");
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });
  await check("it_is_live_again_by_itself", async () => {
    await live();
    server.isUpset = false;
    claim(!(await page.isDisabled(`#set-${property}`)), "a value cannot be written");
  });
}

const firstLoad = await meter(page);
try {
  await page.goto(`${base}/`);
  await check("the_plant_page_becomes_live", async () => { await live(); });
  if ((await api("/info")).twins === 0) {
    await emptyPlant();
  } else {
    await plantPage(firstLoad);
    const twin = await pick();
    if (twin === undefined) await check("the_plant_has_a_twin_to_try", () => claim(false, "no twin with telemetry and a writable number property"));
    else {
      await twinPage(twin);
      if (process.env.TWIND_PID) await silentServer(twin);
    }
    // With the models that come with twind, a pump's whole story can be told.
    if ((await api("/models")).models.some(({ model, predictions }) => model === "pump" && predictions?.bearing_wear !== undefined)) {
      await tellStory();
    }
  }
  await check("the_console_is_clean", () => claim(complaints.length === 0, complaints.join(" | ")));
} finally {
  await browser.close();
}
console.log(`1..${count.passed + count.failed}`);
process.exit(count.failed === 0 ? 0 : 1);
