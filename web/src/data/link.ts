// The connection to the server: keeps one WebSocket alive, says honestly how it is, repeats subscriptions after a break and
// matches answers to questions. A socket that is open but silent counts as gone.
import type { ServerClock } from "./clock";
import type { Subscription } from "./subscription";
import type { Problem, Value, VersionNews } from "./types";
import type { ServerMessage } from "./wire";
import { parseMessage, requests } from "./wire";

type Answer = Extract<ServerMessage, { op: "answer" }>;

export type Phase = "connecting" | "catching_up" | "live" | "stale";

export interface LinkState {
  readonly phase: Phase;
  /** Server time of the last message, when there was one. */
  readonly since: number | null;
  /** Monotonic milliseconds of the next try, while waiting for it. */
  readonly retryAt: number | null;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
const WATCH_MS = 500;
const PING_AFTER_MS = 1_500;
/** The clock is set again this often, also while data keeps the line busy. */
const CLOCK_MS = 30_000;
const STALE_AFTER_MS = 2_500;
const DROP_AFTER_MS = 20_000;
const OPEN_WITHIN_MS = 10_000;
const ANSWER_MS = 15_000;

/** Full jitter over the upper half, so that browsers do not come back in step. */
export function retryDelay(attempt: number, chance: number): number {
  const ceiling = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * chance;
}

const LOST: Problem = { status: 0, title: "Connection lost", detail: "The connection was lost before the server answered. The change may or may not be stored." };

interface Question {
  readonly resolve: (answer: Answer) => void;
  readonly sentMs: number;
}

export class Link {
  /** Highest rev seen in data or answers; what is on screen is at least this new. */
  rev = 0;
  private epoch = "";
  private socket: WebSocket | null = null;
  private state: LinkState = { phase: "connecting", since: null, retryAt: null };
  private attempt = 0;
  private nextId = 1;
  private lastHeardMs = 0;
  private lastHeardAt: number | null = null;
  private pingSentMs = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private isQuiet = false;
  private isGreeted = false;
  private readonly questions = new Map<number, Question>();
  private readonly subscriptions = new Set<Subscription>();
  private readonly bySid = new Map<number, Subscription>();

  constructor(
    private readonly url: string,
    private readonly clock: ServerClock,
    private readonly onState: (state: LinkState) => void,
    private readonly onHello: (isNewEpoch: boolean) => void,
    private readonly onData: () => void,
    private readonly onVersion: (news: VersionNews) => void,
  ) {}

  start(): void {
    this.connect();
    setInterval(() => this.watch(), WATCH_MS);
    const soon = (): void => { this.watch(); if (this.socket === null) this.connect(); };
    addEventListener("online", soon);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  }

  subscribe(subscription: Subscription): void {
    if (this.subscriptions.has(subscription)) return;
    this.subscriptions.add(subscription);
    if (this.isOpen()) this.askFor(subscription);
  }

  unsubscribe(subscription: Subscription): void {
    if (!this.subscriptions.delete(subscription) || subscription.sid === 0) return;
    this.bySid.delete(subscription.sid);
    if (this.isOpen()) this.send(requests.unsubscribe(this.nextId++, subscription.sid));
    subscription.sid = 0;
  }

  /** Quiet asks for nothing more after the snapshot until it is lifted: for a hidden tab and for "pause updates". */
  setQuiet(isQuiet: boolean): void {
    if (this.isQuiet === isQuiet) return;
    this.isQuiet = isQuiet;
    for (const subscription of this.bySid.values()) if (subscription.isSynced) this.pace(subscription);
  }

  async set(twin: string, property: string, value: Value, rev: number): Promise<Problem | null> {
    if (!this.isOpen()) return LOST;
    const answer = await this.ask((id) => requests.set(id, twin, property, value, rev));
    if (answer.problem === null) this.rev = Math.max(this.rev, answer.rev);
    return answer.problem;
  }

  async command(twin: string, name: string, args: Readonly<Record<string, Value>>): Promise<Problem | null> {
    if (!this.isOpen()) return LOST;
    return (await this.ask((id) => requests.command(id, twin, name, args))).problem;
  }

  async acknowledge(twin: string, alarm: string): Promise<Problem | null> {
    if (!this.isOpen()) return LOST;
    return (await this.ask((id) => requests.acknowledge(id, twin, alarm))).problem;
  }

  private isOpen(): boolean {
    return this.isGreeted && this.socket?.readyState === WebSocket.OPEN;
  }

  private send(line: string): void {
    this.socket?.send(line);
  }

  private ask(make: (id: number) => string): Promise<Answer> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.questions.set(id, { resolve, sentMs: performance.now() });
      this.send(make(id));
    });
  }

  private fail(id: number, problem: Problem): void {
    const question = this.questions.get(id);
    this.questions.delete(id);
    question?.resolve({ op: "answer", id, problem, sid: 0, rev: 0, now: null, dict: null });
  }

  private connect(): void {
    clearTimeout(this.retryTimer);
    const socket = new WebSocket(this.url, "twin.v1");
    this.socket = socket;
    this.isGreeted = false;
    this.lastHeardMs = performance.now();
    socket.onmessage = (event) => { if (socket === this.socket) this.heard(String(event.data)); };
    socket.onclose = () => { if (socket === this.socket) this.lost(); };
    if (this.state.phase === "stale") this.change({ ...this.state, retryAt: null });
  }

  private lost(): void {
    this.socket = null;
    this.bySid.clear();
    for (const id of [...this.questions.keys()]) this.fail(id, LOST);
    const delay = retryDelay(this.attempt++, Math.random());
    this.change({ phase: "stale", since: this.lastHeardAt, retryAt: performance.now() + delay });
    this.retryTimer = setTimeout(() => this.connect(), delay);
  }

  private change(state: LinkState): void {
    this.state = state;
    this.onState(state);
  }

  /** Pings a silent socket, calls it stale, and in the end lets go of it. */
  private watch(): void {
    const now = performance.now();
    for (const [id, question] of this.questions) {
      if (now - question.sentMs > ANSWER_MS) {
        this.fail(id, { status: 0, title: "No answer", detail: `The server did not answer within ${ANSWER_MS / 1000} s. The change may or may not be stored.` });
      }
    }
    const socket = this.socket;
    if (socket === null) return;
    const unanswered = this.pingSentMs > this.lastHeardMs ? now - this.pingSentMs : 0;
    if (unanswered > DROP_AFTER_MS || (!this.isGreeted && now - this.lastHeardMs > OPEN_WITHIN_MS)) {
      this.lost();
      socket.close();
    } else if (unanswered > STALE_AFTER_MS && (this.state.phase === "live" || this.state.phase === "catching_up")) {
      this.change({ phase: "stale", since: this.lastHeardAt, retryAt: null });
    } else if (unanswered === 0 && this.isGreeted && (now - this.lastHeardMs > PING_AFTER_MS || now - this.pingSentMs > CLOCK_MS)) {
      this.ping();
    }
  }

  private ping(): void {
    this.pingSentMs = performance.now();
    void this.ask((id) => requests.ping(id));
  }

  private heard(line: string): void {
    this.lastHeardMs = performance.now();
    const message = parseMessage(line);
    switch (message.op) {
      case "hello": this.hello(message); break;
      case "answer": this.answered(message); break;
      case "dict": this.bySid.get(message.sid)?.extend(message.from, message.fieldsFrom, message.dict); break;
      case "data":
        this.rev = Math.max(this.rev, message.rev);
        this.data(message);
        this.onData();
        break;
      case "gone":
        this.bySid.get(message.sid)?.lose(message.places);
        this.onData();
        break;
      case "version": this.onVersion(message.news); break;
      case "other": break;
    }
    if (this.clock.isKnown) this.lastHeardAt = this.clock.now();
    this.settle();
  }

  private data(message: Extract<ServerMessage, { op: "data" }>): void {
    const subscription = this.bySid.get(message.sid);
    if (subscription === undefined) return;
    const wasSynced = subscription.isSynced;
    subscription.data(message, this.epoch);
    if (this.isQuiet && !wasSynced && subscription.isSynced) this.pace(subscription);
  }

  private hello(message: Extract<ServerMessage, { op: "hello" }>): void {
    const isNewEpoch = this.epoch !== message.epoch;
    this.attempt = 0;
    this.isGreeted = true;
    this.epoch = message.epoch;
    this.rev = isNewEpoch ? message.rev : Math.max(this.rev, message.rev);
    this.clock.set(message.now);
    this.change({ phase: "catching_up", since: this.clock.now(), retryAt: null });
    for (const subscription of this.subscriptions) this.askFor(subscription);
    this.ping();
    this.onHello(isNewEpoch);
  }

  private answered(message: Answer): void {
    const question = this.questions.get(message.id);
    this.questions.delete(message.id);
    if (question === undefined) return;
    if (message.now !== null) this.clock.set(message.now, question.sentMs);
    question.resolve(message);
  }

  /** Live is: heard from just now, and every subscription has its snapshot. */
  private settle(): void {
    if (this.state.phase === "live" || !this.isGreeted || this.subscriptions.size === 0) return;
    const isSynced = [...this.subscriptions].every((subscription) => subscription.isSynced && this.bySid.has(subscription.sid));
    const phase = isSynced ? "live" : "catching_up";
    if (phase !== this.state.phase) this.change({ phase, since: this.lastHeardAt, retryAt: null });
  }

  private askFor(subscription: Subscription): void {
    const id = this.nextId++;
    const resolve = (answer: Answer): void => {
      if (answer.problem !== null || answer.dict === null || !this.subscriptions.has(subscription)) return;
      this.bySid.set(answer.sid, subscription);
      subscription.begin(answer.sid, answer.dict);
    };
    this.questions.set(id, { resolve, sentMs: performance.now() });
    this.send(requests.subscribe(id, subscription.options.selection, subscription.options.hz, subscription.since));
  }

  private pace(subscription: Subscription): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    this.send(requests.pace(this.nextId++, subscription.sid, this.isQuiet ? 0 : subscription.options.hz));
  }
}
