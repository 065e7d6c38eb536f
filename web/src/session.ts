// What the page does with the server: loads, subscribes, writes. The only writer of state.ts besides the reader's own clicks.
import { effect } from "@preact/signals";
import { laidOver, readAnew } from "./data/commands";
import type { Column } from "./data/fleet";
import { Link } from "./data/link";
import { Subscription } from "./data/subscription";
import { Trail } from "./data/trail";
import type { Kind, Model, Problem, Quantity, TwinHead, Value, VersionNews } from "./data/types";
import { BAD, STALE } from "./data/types";
import type { Row, Selection } from "./data/wire";
import {
  commandRow, parseAdoptions, parseAlarms, parseHistory, parseInfo, parseModels, parseTwin, parseTwinList, plainValue, problemOf, qualityOf,
} from "./data/wire";
import { dataChanged } from "./frame";
import { route } from "./route";
import {
  adoptions, alarms, clock, commands, detail, detailProblem, fleet, heads, info, linkState, modelOf, models, openTwin, pausedAt, slowTick,
  tick, versionNews,
} from "./state";

/** Up to here the plant page takes every field of every twin; above, only what is on screen. */
const ALL_FIELDS_UP_TO = 2000;
const FLEET_HZ = 5;
const TWIN_HZ = 10;
const REFRESH_MS = 15_000;
const SOON_MS = 250;
const FEW = 8;
/** The longest past that a chart shows. */
const HISTORY_SECONDS = 3600;
const HISTORY_POINTS = 1200;

async function get(path: string): Promise<unknown> {
  const response = await fetch(`/api/v1${path}`, { headers: { accept: "application/json" } });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const problem = problemOf(body, response.status);
    throw new Error(problem.detail || `${problem.status} ${problem.title}`);
  }
  return body;
}

/** Loads are repeated by the next refresh or reconnect; the connection state already says what is wrong. */
function quietly(work: Promise<unknown>): void {
  work.catch((reason: unknown) => console.warn(String(reason)));
}

function soon(work: () => Promise<unknown>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    timer ??= setTimeout(() => { timer = undefined; quietly(work()); }, SOON_MS);
  };
}

async function loadInfo(): Promise<void> {
  const next = parseInfo(await get("/info"));
  const isNewVersion = info.value !== null && info.value.version !== next.version;
  info.value = next;
  if (isNewVersion) await loadModels();
}

async function loadModels(): Promise<void> {
  models.value = new Map(parseModels(await get("/models")).map((model) => [model.name, model]));
}

async function loadAlarms(): Promise<void> {
  const all = [];
  let cursor: string | null = "";
  do {
    const page: ReturnType<typeof parseAlarms> = parseAlarms(await get(`/alarms?state=active&muted=true&limit=1000${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`));
    all.push(...page.alarms);
    cursor = page.cursor;
  } while (cursor !== null && all.length < 5000);
  alarms.value = all;
}

async function loadAdoptions(): Promise<void> {
  adoptions.value = parseAdoptions(await get("/adoptions"));
}

function keepHead(head: TwinHead): void {
  heads.byId.set(head.id, head);
  fleet.setModel(fleet.add(head.id), head.model);
}

/** All twins without their values; what is not listed any more is gone. */
async function loadHeads(): Promise<void> {
  const listed = new Set<string>();
  let cursor: string | null = "";
  do {
    const page: ReturnType<typeof parseTwinList> = parseTwinList(await get(`/twins?limit=1000&fields=${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`));
    for (const head of page.twins) {
      listed.add(head.id);
      keepHead(head);
    }
    cursor = page.cursor;
    if (!heads.isRead) heads.version += 1;
    heads.isRead = true;
    slowTick.value += 1;
  } while (cursor !== null);
  for (const id of heads.byId.keys()) {
    if (listed.has(id)) continue;
    heads.byId.delete(id);
    fleet.remove(fleet.find(id));
  }
  heads.version += 1;
  dataChanged();
}

async function loadNewHeads(): Promise<void> {
  const unknown = fleet.ids.filter((id, twin) => fleet.alive[twin] === 1 && !heads.byId.has(id));
  if (unknown.length > FEW) return loadHeads();
  for (const id of unknown) keepHead(parseTwin(await get(`/twins/${encodeURIComponent(id)}`)));
  if (unknown.length > 0) heads.version += 1;
  dataChanged();
}

async function loadDetail(): Promise<void> {
  const open = openTwin.current;
  if (open === null || (detailProblem.value !== null && fleet.find(open.id) < 0)) return;
  try {
    const twin = parseTwin(await get(`/twins/${encodeURIComponent(open.id)}`));
    if (openTwin.current !== open) return;
    detail.value = twin;
    commands.value = readAnew(commands.value, twin.commands);
    detailProblem.value = null;
    keepHead(twin);
    heads.version += 1;
  } catch (reason) {
    if (openTwin.current === open && detail.value === null) detailProblem.value = String((reason as Error).message);
  }
  tick.value += 1;
}

function kindOf(model: Model | undefined, name: string): Kind | null {
  const has = (quantities: readonly Quantity[] | undefined): boolean => quantities?.some((one) => one.name === name) === true;
  if (has(model?.telemetry)) return "telemetry";
  return has(model?.properties) ? "reported" : has(model?.derived) ? "derived" : null;
}

/** What the server remembers of the time before the page was opened, and of the time that it was not connected. */
async function loadHistory(): Promise<void> {
  const id = openTwin.current?.id;
  if (id === undefined || !clock.isKnown) return;
  const from = Math.floor(clock.now() - HISTORY_SECONDS);
  const history = parseHistory(await get(`/twins/${encodeURIComponent(id)}/history?from=${from}&points=${HISTORY_POINTS}`));
  if (openTwin.current?.id !== id || linkState.value.phase === "stale" || isQuiet()) return;
  const model = modelOf(fleet.find(id));
  for (const [name, points] of history) {
    const kind = kindOf(model, name);
    if (kind !== null) trailOf(`${kind}.${name}`)?.recall(points, kind !== "telemetry");
  }
  tick.value += 1;
}

/** The history's fields are told apart by the twin's model, so that comes first. */
async function loadTwin(): Promise<void> {
  await loadDetail();
  await loadHistory();
}

const alarmsSoon = soon(loadAlarms);
const newHeadsSoon = soon(loadNewHeads);
const detailSoon = soon(loadDetail);
const infoSoon = soon(loadInfo);

/** The open twin may be deleted while somebody looks at it. */
function dropDeleted(): void {
  const id = openTwin.current?.id;
  if (id === undefined || detail.value === null || fleet.find(id) >= 0) return;
  detail.value = null;
  detailProblem.value = "This twin was deleted.";
}

let alarmVersion = 0;

function onData(): void {
  dataChanged();
  dropDeleted();
  if (alarmVersion !== fleet.alarmVersion) {
    alarmVersion = fleet.alarmVersion;
    alarmsSoon();
    detailSoon();
  }
}

const link = new Link(
  `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`, clock,
  (state) => {
    linkState.value = state;
    if (state.phase === "stale") breakTrails();
    if (state.phase === "live") goOnTrails();
  },
  () => quietly(onHello()),
  onData,
  onVersion,
);

let fleetSubscription: Subscription | null = null;
let fleetFields = "";
let twinSubscription: Subscription | null = null;

function fleetSelection(): Selection {
  const count = Math.max(info.value?.twins ?? 0, fleet.count);
  if (count <= ALL_FIELDS_UP_TO) return { ids: ["*"] };
  const fields = new Set(["alarm"]);
  for (const model of models.value.values()) {
    if (model.telemetry[0] !== undefined) fields.add(model.telemetry[0].name);
    for (const prediction of model.predictions) fields.add(prediction.name);
  }
  const color = /^[a-z]+\.(.+)$/.exec(route.value.params.get("color") ?? "")?.[1];
  if (color !== undefined) fields.add(color);
  return { ids: ["*"], fields: [...fields].sort() };
}

/** Asks for the fleet, or asks anew when what is on screen needs other fields. */
function followFleet(): void {
  const selection = fleetSelection();
  const key = (selection.fields ?? []).join(" ");
  if (fleetSubscription !== null && key === fleetFields) return;
  if (fleetSubscription !== null) link.unsubscribe(fleetSubscription);
  fleetFields = key;
  fleetSubscription = new Subscription(fleet, {
    selection, hz: FLEET_HZ, isWhole: true,
    onFields: infoSoon,
    onTwins: (ids) => { if (ids.some((id) => !heads.byId.has(id))) newHeadsSoon(); },
    onSynced: dataChanged,
  });
  link.subscribe(fleetSubscription);
}

function trailOf(key: string): Trail | null {
  const trails = openTwin.current?.trails;
  if (trails === undefined) return null;
  let trail = trails.get(key);
  if (trail === undefined) trails.set(key, trail = new Trail());
  return trail;
}

function breakTrails(): void {
  for (const trail of openTwin.current?.trails.values() ?? []) trail.breakAt(clock.now());
}

/** What is not measured holds until a change is told; a measured value goes on with its next sample. */
function goOnTrails(): void {
  for (const [key, trail] of openTwin.current?.trails ?? []) {
    if (!key.startsWith("telemetry.")) trail.goOn(clock.now());
  }
}

function onTwinRows(rows: readonly Row[], _twins: readonly number[], columns: readonly Column[]): void {
  for (const row of rows) {
    const field = columns[row[1]]?.field;
    if (field === undefined || field.kind === "alarm" || field.kind === "prediction") continue;
    if (field.kind === "command") {
      const moved = commandRow(field.name, row[2], row[3]);
      if (!commands.value.some(({ id }) => id === moved.id)) detailSoon(); // its arguments
      commands.value = laidOver(commands.value, [moved]);
      continue;
    }
    const value = plainValue(row[2]);
    const quality = qualityOf(row[4]);
    const figure = typeof value === "boolean" ? Number(value) : value;
    const isUsable = typeof figure === "number" && quality !== BAD && quality !== STALE;
    const trail = trailOf(`${field.kind}.${field.name}`);
    // A stale value keeps the time of its last sample; the line ends there, and the gap starts now.
    trail?.push(quality === STALE ? Math.max(clock.now(), row[3]) : row[3], isUsable ? figure : null);
  }
}

function followTwin(id: string | null): void {
  if (openTwin.current?.id === id) return;
  if (twinSubscription !== null) link.unsubscribe(twinSubscription);
  twinSubscription = null;
  detail.value = null;
  commands.value = [];
  detailProblem.value = null;
  openTwin.current = id === null ? null : { id, openedAt: clock.now(), trails: new Map() };
  if (id === null) return;
  twinSubscription = new Subscription(fleet, { selection: { ids: [id] }, hz: TWIN_HZ, onRows: onTwinRows });
  link.subscribe(twinSubscription);
  quietly(loadTwin());
}

/** The banner stands until a version is promoted; what serves now is asked for. */
function onVersion(news: VersionNews): void {
  versionNews.value = news.why === "" || news.state === "promoted" ? null : news;
  quietly(loadInfo());
}

async function onHello(): Promise<void> {
  versionNews.value = null; // what still stands is told right after
  const open = openTwin.current;
  if (open !== null && Number.isNaN(open.openedAt)) openTwin.current = { ...open, openedAt: clock.now() };
  await Promise.all([loadInfo().catch(() => undefined), models.value.size === 0 ? loadModels().catch(() => undefined) : null]);
  followFleet();
  await Promise.all([loadHeads(), loadAlarms(), loadTwin(), loadModels(), loadAdoptions()]);
}

async function refresh(): Promise<void> {
  if (isQuiet() || linkState.value.phase !== "live") return;
  await Promise.all([loadInfo(), loadAlarms(), loadDetail(), loadAdoptions()]);
  if ((info.value?.twins ?? fleet.count) < fleet.count) await loadHeads();
  followFleet();
}

export function startSession(): void {
  link.start();
  setInterval(() => quietly(refresh()), REFRESH_MS);
  effect(() => {
    const { page, id } = route.value;
    followTwin(page === "twin" ? id : null);
  });
  effect(() => {
    route.value.params.get("color");
    if (fleetSubscription !== null) followFleet();
  });
  document.addEventListener("visibilitychange", updateQuiet);
}

/** Nobody looks: nothing is asked for, and what comes is not drawn. */
function isQuiet(): boolean {
  return document.hidden || pausedAt.value !== null;
}

function updateQuiet(): void {
  if (isQuiet()) breakTrails();
  else if (linkState.value.phase === "live") {
    goOnTrails();
    quietly(loadHistory());
  }
  link.setQuiet(isQuiet());
}

export function togglePause(): void {
  pausedAt.value = pausedAt.value === null ? clock.now() : null;
  updateQuiet();
  slowTick.value += 1;
  dataChanged();
}

/** The rev that the values on screen are of, for `if_rev`. */
export function shownRev(): number {
  return link.rev;
}

/** Answers null once the change is durable, else what the server says against it. */
export function setDesired(twin: string, property: string, value: Value, rev: number): Promise<Problem | null> {
  return link.set(twin, property, value, rev);
}

/** Answers null once the acknowledgement is durable, else what the server says against it. */
export async function acknowledge(twin: string, alarm: string): Promise<Problem | null> {
  const refused = await link.acknowledge(twin, alarm);
  await loadAlarms().catch(() => undefined);
  return refused;
}

/** Answers null once it is durable, else what the server says against it. */
async function put(path: string, body: object): Promise<Problem | null> {
  const response = await fetch(`/api/v1${path}`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    .catch(() => null);
  if (response === null) return { status: 0, title: "No answer", detail: "The server did not answer; nothing may have changed." };
  return response.ok ? null : problemOf(await response.json().catch(() => null), response.status);
}

/** What a panel asks for when it is opened; throws with the server's sentence. */
export function load(path: string): Promise<unknown> {
  return get(path);
}

/** Asks what changes nothing: the answer's body, or what the server says against it. */
export async function ask(path: string, body: object): Promise<{ readonly body: unknown } | { readonly problem: Problem }> {
  const response = await fetch(`/api/v1${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    .catch(() => null);
  if (response === null) return { problem: { status: 0, title: "No answer", detail: "The server did not answer; ask again once the page is live." } };
  const answer: unknown = await response.json().catch(() => null);
  return response.ok ? { body: answer } : { problem: problemOf(answer, response.status) };
}

/** Where a twin is in its life. */
export async function setLifecycle(twin: string, lifecycle: string): Promise<Problem | null> {
  const refused = await put(`/twins/${encodeURIComponent(twin)}/lifecycle`, { lifecycle });
  await Promise.all([loadDetail(), loadAlarms()]).catch(() => undefined);
  return refused;
}

/** Makes a twin of an id that waits for it, of the model that fits. */
export async function adopt(id: string): Promise<Problem | null> {
  const refused = await put(`/twins/${encodeURIComponent(id)}`, {});
  await loadAdoptions().catch(() => undefined);
  return refused;
}

/** Answers null once the command is durable, else what the server says against it. What becomes of it is told by rows. */
export function giveCommand(twin: string, name: string, args: Readonly<Record<string, Value>>): Promise<Problem | null> {
  return link.command(twin, name, args);
}
