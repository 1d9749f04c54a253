/**
 * The connection to the server and what the page may say about it.
 *
 *     connecting ─ data ─▶ live ─ 4 silent ticks ─▶ stale ─ a message ─▶ live
 *          │                │                         │
 *          └── closed ──────┴──────▶ offline ◀────────┴─ closed, or silent for too long
 *                                       └─ waits, tries again, and is live with the next data
 *
 * After a loss it resumes from the generation that each stream has reached; where that doesn't
 * continue the server's, it asks for a snapshot.
 */
import { type Get, batch, signal } from "rx";
import type {
  Delta, Hello, HistoryAnswer, HistoryQuestion, Message, Snapshot,
} from "./messages";
import { Look, isOfOne } from "./look";
import type { Outcome } from "./streamTable";

export type Phase = "connecting" | "live" | "stale" | "offline";

/** What a stream must be able to do to be kept up to date. */
export interface Stream {
  readonly epoch: string;
  readonly generation: number;
  apply(message: Snapshot | Delta): Outcome;
  /** Forgets everything: the server doesn't have the stream. */
  clear(): void;
}

/** The part of a WebSocket that is used here. */
export type Socket = Pick<WebSocket, "send" | "close" | "readyState" | "onmessage" | "onclose">;

/** The world outside, which tests replace. */
export interface Surroundings {
  open(): Socket;
  now(): number;
  /** Calls `action` once, later; the result cancels it. */
  after(milliseconds: number, action: () => void): () => void;
  /** 0 up to 1. */
  random(): number;
}

/** `WebSocket.OPEN`. */
const OPEN = 1;
const STALE_TICKS = 4;
/** A client that gets nothing else gets a heartbeat within this many ticks. */
const SILENT_TICKS_MAX = 4;
/** After so long a silence, or twice the time to be stale, the socket is taken for dead. */
const DEAD_AFTER = 30_000;
const HELLO_WITHIN = 10_000;
const RETRY_FIRST = 500;
const RETRY_MAX = 30_000;
/** What the stream of the resource that is looked at is called, whichever that is. */
export const DETAIL = "detail";

export class Connection {
  readonly phase: Get<Phase>;
  /** When the next attempt is due, by the local clock; null while none is waited for. */
  readonly retryAt: Get<number | null>;
  /** When the server was last heard, by the local clock; null if never. */
  readonly heardAt: Get<number | null>;
  /** Milliseconds by which the server's clock is ahead of ours. */
  readonly ahead: Get<number>;
  /** The streams that the server has; null before its first hello. */
  readonly offered: Get<ReadonlySet<string> | null>;
  /** Whether the server says that its fleet is invented. */
  readonly demo: Get<boolean>;
  /** The server's version; empty before its first hello. */
  readonly version: Get<string>;
  /** Milliseconds between two ticks of the server. */
  readonly interval: Get<number>;
  /** How often a server has said hello: what was asked for before that is not answered any more. */
  readonly greetings: Get<number>;
  /** Since when, by the server's clock, no data can have been missed. */
  heardSince = Infinity;
  /** The one resource that is looked at. */
  readonly look: Look;
  /** Told of every stream that has new data, and with null of a heartbeat: all are as they were. */
  onData: (ts: number, stream: string | null) => void = () => {};

  #setPhase: (phase: Phase) => void;
  #setRetryAt: (at: number | null) => void;
  #setHeardAt: (at: number | null) => void;
  #setAhead: (milliseconds: number) => void;
  #setOffered: (names: ReadonlySet<string>) => void;
  #setDemo: (demo: boolean) => void;
  #setVersion: (version: string) => void;
  #setInterval: (milliseconds: number) => void;
  #setGreetings: (count: number) => void;
  #heardLast = -Infinity;
  #socket: Socket | null = null;
  /** Whether the socket's server has said hello: before that nothing can be asked for. */
  #isGreeted = false;
  #attempts = 0;
  #cancelTimer = () => {};
  /** Streams whose snapshot is on its way: older deltas are passed over. */
  #awaiting = new Set<string>();

  /** What waits for an answer, by the number of the question. */
  #asked = new Map<number, (answer: HistoryAnswer) => void>();
  #questions = 0;
  /** Streams that nobody wants now. */
  #unwanted: Set<string>;

  constructor(
    readonly streams: Readonly<Record<string, Stream>>,
    readonly surroundings: Surroundings,
    onDemand: readonly string[],
    detail: Stream,
  ) {
    this.look = new Look(detail, {
      after: surroundings.after,
      send: (command) => this.#isGreeted && this.#send(command),
      onClear: () => this.onData(surroundings.now() + this.ahead(), DETAIL),
    });
    this.#unwanted = new Set(onDemand);
    [this.phase, this.#setPhase] = signal<Phase>("connecting");
    [this.retryAt, this.#setRetryAt] = signal<number | null>(null);
    [this.heardAt, this.#setHeardAt] = signal<number | null>(null);
    [this.ahead, this.#setAhead] = signal(0);
    [this.offered, this.#setOffered] = signal<ReadonlySet<string> | null>(null);
    [this.demo, this.#setDemo] = signal(false);
    [this.version, this.#setVersion] = signal("");
    [this.interval, this.#setInterval] = signal(2000);
    [this.greetings, this.#setGreetings] = signal(0);
  }

  /** Opens the socket; from here on it is opened again whenever it is lost. */
  start(): void {
    this.#cancelTimer();
    this.#setRetryAt(null);
    this.#awaiting.clear();
    this.#asked.clear();
    this.#isGreeted = false;
    const socket = this.surroundings.open();
    this.#socket = socket;
    socket.onmessage = (event) => batch(() => this.#receive(String(event.data)));
    socket.onclose = () => this.#lose();
    this.#timer(HELLO_WITHIN, () => this.#lose());
  }

  /** The network or the viewer is back: what waits or is stale is tried again at once. */
  wake(): void {
    if (this.retryAt() !== null) this.start();
    else if (this.phase() === "stale") this.#replace();
  }

  /** Begins or ends a stream that is not always wanted. */
  want(name: string, isWanted: boolean): void {
    if (isWanted !== this.#unwanted.has(name)) return;
    const isThere = this.#isGreeted && this.offered()!.has(name);
    if (isWanted) {
      this.#unwanted.delete(name);
      if (isThere) this.#subscribe(name, false);
      return;
    }
    this.#unwanted.add(name);
    this.#awaiting.delete(name);
    if (isThere) this.#send({ type: "unsubscribe", stream: name });
    this.#forget(name, this.surroundings.now() + this.ahead());
  }

  /** Asks for a history; false while there is nobody to ask. */
  ask(question: HistoryQuestion, answered: (answer: HistoryAnswer) => void): boolean {
    if (!this.#isGreeted || !this.#isOpen) return false;
    const id = ++this.#questions;
    this.#asked.set(id, answered);
    this.#send({ type: "history", id, ...question });
    return true;
  }

  #replace(): void {
    this.#abandon();
    this.start();
  }

  #abandon(): void {
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #lose(): void {
    this.#abandon();
    const { now, random } = this.surroundings;
    const step = Math.min(RETRY_MAX, RETRY_FIRST * 2 ** this.#attempts);
    const wait = step * (0.75 + 0.5 * random());
    this.#attempts = Math.min(this.#attempts + 1, 16);
    batch(() => {
      this.#setPhase("offline");
      this.#setRetryAt(now() + wait);
    });
    this.#timer(wait, () => this.start());
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Message;
    if (message.type === "error") {
      const { id } = message;
      if (id !== undefined) this.#asked.delete(id);
      if (id !== undefined || !this.look.refuse(message.code)) {
        console.warn(`pulse: ${message.code}: ${message.message}`);
      }
      return;
    }
    // It has the time of the last tick, and is no news of any.
    if (message.type === "history") return this.#answer(message);
    if (typeof message.ts !== "number") return;
    const now = this.surroundings.now();
    // A snapshot of a stream at rest is from earlier, and still holds.
    const ts = message.type === "snapshot" ? now + this.ahead() : message.ts;
    this.#setHeardAt(now);
    this.#setAhead(ts - now);
    this.#watch();
    if (message.type === "hello") this.#greet(message);
    else if (message.type === "heartbeat") this.#compare(message.generation);
    else if (!this.#take(message)) return;
    if (message.type !== "hello") {
      this.#hear(ts);
      const name = message.type === "heartbeat" ? null : message.stream;
      this.onData(ts, name !== null && isOfOne(name) ? DETAIL : name);
    }
    if (this.#awaiting.size > 0) return;
    this.#attempts = 0;
    this.#setPhase("live");
  }

  /** Follows `heardSince`: a stream is silent for a few ticks when nothing changes in it. */
  #hear(ts: number): void {
    const passed = ts - this.#heardLast;
    if (Math.abs(passed) > SILENT_TICKS_MAX * this.interval()) this.heardSince = ts;
    this.#heardLast = ts;
  }

  #greet(hello: Hello): void {
    this.#isGreeted = true;
    this.#setInterval(hello.interval);
    this.#setDemo(hello.demo === true);
    this.#setVersion(hello.version);
    this.#setOffered(new Set(hello.streams));
    this.#setGreetings(this.greetings() + 1);
    for (const [name, stream] of Object.entries(this.streams)) {
      if (this.#unwanted.has(name)) continue;
      if (hello.streams.includes(name)) this.#subscribe(name, stream.epoch === hello.epoch);
      else this.#forget(name, hello.ts);
    }
    this.look.greet();
  }

  #forget(name: string, ts: number): void {
    const stream = this.streams[name]!;
    if (stream.epoch === "") return;
    stream.clear();
    this.onData(ts, name);
  }

  #answer(answer: HistoryAnswer): void {
    this.#asked.get(answer.id)?.(answer);
    this.#asked.delete(answer.id);
  }

  /** Whether something changed. */
  #take(message: Snapshot | Delta): boolean {
    if (isOfOne(message.stream)) return this.look.take(message);
    const stream = this.streams[message.stream];
    if (!stream || this.#unwanted.has(message.stream)) return false;
    if (message.type === "delta" && this.#awaiting.has(message.stream)) return false;
    const outcome = stream.apply(message);
    if (outcome === "gap") this.#subscribe(message.stream, false);
    if (outcome === "applied") this.#awaiting.delete(message.stream);
    return outcome === "applied";
  }

  /** A heartbeat says where each stream is: we must be there too. */
  #compare(generations: Record<string, number>): void {
    for (const [name, stream] of Object.entries(this.streams)) {
      const there = generations[name];
      if (there === undefined || there === stream.generation) continue;
      if (this.#awaiting.has(name) || this.#unwanted.has(name)) continue;
      this.#subscribe(name, true);
    }
  }

  #subscribe(stream: string, resume: boolean): void {
    const { epoch, generation } = this.streams[stream]!;
    if (!resume) this.#awaiting.add(stream);
    this.#send({ type: "subscribe", stream, ...(resume && { epoch, generation }) });
  }

  /** A socket that closes tells so later, and takes nothing any more. */
  get #isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  #send(command: object): void {
    if (this.#isOpen) this.#socket!.send(JSON.stringify(command));
  }

  /** Starts to wait for the next message: stale without it, and at last replaced. */
  #watch(): void {
    const patience = STALE_TICKS * this.interval();
    this.#timer(patience, () => {
      if (this.phase() === "live") this.#setPhase("stale");
      this.#timer(Math.max(DEAD_AFTER - patience, patience), () => this.#lose());
    });
  }

  #timer(milliseconds: number, action: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.surroundings.after(milliseconds, action);
  }
}
