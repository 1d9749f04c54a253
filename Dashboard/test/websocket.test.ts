import { beforeEach, describe, expect, test } from "bun:test";
import type { Delta, Snapshot } from "../src/stores/messages";
import { Connection, type Socket, type Stream } from "../src/stores/websocket";

const START = 1_000_000;

/** Time that passes only when told to. */
class Clock {
  time = START;
  #timers: { at: number; action: () => void }[] = [];
  after = (milliseconds: number, action: () => void) => {
    const timer = { at: this.time + milliseconds, action };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((each) => each !== timer));
  };
  advance(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.time = next.at;
      next.action();
    }
    this.time = end;
  }
}

class FakeSocket {
  sent: Record<string, unknown>[] = [];
  open = true;
  readyState = 1;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.open = false;
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  fail(): void {
    this.open = false;
    this.onclose?.();
  }
}

class FakeStream implements Stream {
  epoch = "";
  generation = 0;
  apply(message: Snapshot | Delta) {
    if (message.type === "delta" && message.since !== this.generation) return "gap";
    if (message.type === "snapshot") {
      this.epoch = message.epoch;
      if (message.part < message.parts) return "partial";
    }
    this.generation = message.generation;
    return "applied" as const;
  }
  clear(): void {
    this.epoch = "";
    this.generation = 0;
  }
}

let clock: Clock;
let sockets: FakeSocket[];
let hosts: FakeStream;
let problems: FakeStream;
let detail: FakeStream;
let connection: Connection;
let random: number;
const socket = () => sockets.at(-1)!;
const say = (type: string, rest: object) => socket().say({ type, ts: clock.time, ...rest });
const hello = (epoch = "e1", streams = ["hosts"], rest = {}) =>
  say("hello", { epoch, interval: 2000, streams, ...rest });
const snapshot = (generation: number, part = 1, parts = 1, epoch = "e1") =>
  say("snapshot", { stream: "hosts", epoch, generation, part, parts });
const delta = (since: number, generation = since + 1) =>
  say("delta", { stream: "hosts", generation, since });
const live = () => {
  connection.start();
  hello();
  snapshot(7);
};

beforeEach(() => {
  clock = new Clock();
  sockets = [];
  hosts = new FakeStream();
  problems = new FakeStream();
  detail = new FakeStream();
  random = 0.5;
  connection = new Connection(
    { hosts, problems },
    {
      open() {
        sockets.push(new FakeSocket());
        return socket() as unknown as Socket;
      },
      now: () => clock.time,
      after: clock.after,
      random: () => random,
    },
    ["problems"],
    detail,
  );
});

describe("going live", () => {
  test("subscribes after the hello and is live with the last part of the snapshot", () => {
    connection.start();
    expect(connection.phase()).toBe("connecting");
    hello();
    expect(socket().sent).toEqual([{ type: "subscribe", stream: "hosts" }]);
    snapshot(7, 1, 2);
    expect(connection.phase()).toBe("connecting");
    snapshot(7, 2, 2);
    expect(connection.phase()).toBe("live");
    expect(connection.heardAt()).toBe(START);
  });

  test("tells of every message with data", () => {
    const told: number[] = [];
    connection.onData = (ts) => told.push(ts);
    live();
    clock.advance(2000);
    delta(7);
    expect(told).toEqual([START, START + 2000]);
  });

  test("asks only for the streams that the server has, and forgets those it no longer has", () => {
    live();
    expect([...connection.offered()!]).toEqual(["hosts"]);
    const told: unknown[] = [];
    connection.onData = (_, stream) => told.push(stream);
    socket().fail();
    clock.advance(500);
    hello("e2", ["others"]);
    expect([socket().sent, hosts.epoch, hosts.generation, told]).toEqual([[], "", 0, ["hosts"]]);
    expect(connection.phase()).toBe("live");
  });

  test("says whether the fleet is invented", () => {
    connection.start();
    hello("e1", ["hosts"], { demo: true });
    expect(connection.demo()).toBe(true);
  });

  test("a snapshot made earlier does not set the clock back", () => {
    const told: number[] = [];
    connection.onData = (ts) => told.push(ts);
    connection.start();
    say("hello", { ts: START + 500, epoch: "e1", interval: 2000, streams: ["hosts"] });
    socket().say({
      type: "snapshot", ts: START - 120_000, stream: "hosts", epoch: "e1", generation: 7, part: 1,
      parts: 1,
    });
    expect([connection.ahead(), told]).toEqual([500, [START + 500]]);
  });

  test("deltas that arrive before the snapshot are passed over", () => {
    connection.start();
    hello();
    delta(3);
    expect(socket().sent.length).toBe(1);
    snapshot(4);
    expect([connection.phase(), hosts.generation]).toEqual(["live", 4]);
  });

  test("a server that never says hello is given up", () => {
    connection.start();
    clock.advance(10_000);
    expect([connection.phase(), socket().open]).toEqual(["offline", false]);
  });
});

describe("what is not always wanted", () => {
  const both = ["hosts", "problems"];
  const subscription = { type: "subscribe", stream: "problems" };
  const tell = (generation: number) =>
    say("snapshot", { stream: "problems", epoch: "e1", generation, part: 1, parts: 1 });
  const liveWithBoth = () => {
    connection.start();
    hello("e1", both);
    snapshot(7);
  };

  test("is asked for when somebody wants it, and forgotten when nobody does", () => {
    liveWithBoth();
    expect([connection.phase(), socket().sent.length]).toEqual(["live", 1]);
    connection.want("problems", true);
    connection.want("problems", true);
    tell(3);
    expect(socket().sent.slice(1)).toEqual([subscription]);
    expect(problems.generation).toBe(3);
    const told: unknown[] = [];
    connection.onData = (_, stream) => told.push(stream);
    connection.want("problems", false);
    expect(socket().sent.at(-1)).toEqual({ type: "unsubscribe", stream: "problems" });
    expect([problems.epoch, told]).toEqual(["", ["problems"]]);
    tell(4);
    expect(problems.epoch).toBe("");
  });

  test("is not asked for by a heartbeat that names it", () => {
    liveWithBoth();
    socket().say({ type: "heartbeat", ts: clock.time, generation: { hosts: 7, problems: 9 } });
    expect(socket().sent.length).toBe(1);
  });

  test("waits for the hello of the next socket while there is none", () => {
    liveWithBoth();
    socket().fail();
    connection.want("problems", true);
    clock.advance(500);
    connection.want("problems", false);
    connection.want("problems", true);
    expect(socket().sent).toEqual([]);
    hello("e1", both);
    expect(socket().sent.at(-1)).toEqual(subscription);
  });

  test("does not keep the page from being live when it is given up before it came", () => {
    liveWithBoth();
    connection.want("problems", true);
    connection.want("problems", false);
    clock.advance(8000);
    expect(connection.phase()).toBe("stale");
    delta(7);
    expect(connection.phase()).toBe("live");
  });
});

describe("questions for what was", () => {
  const question = { resources: ["host:a"], metrics: ["cpu"], range: "2m" } as const;
  const answer = (id: number) =>
    say("history", { id, range: "2m", step: 2000, resources: [{ id: "host:a", end: START }] });

  test("each answer goes to who asked, once, and is no news of a stream", () => {
    live();
    const [answered, told]: [string[], unknown[]] = [[], []];
    connection.onData = (_, stream) => told.push(stream);
    expect(connection.ask(question, () => answered.push("first"))).toBe(true);
    expect(connection.ask(question, () => answered.push("second"))).toBe(true);
    expect(socket().sent.slice(1)).toEqual([
      { type: "history", id: 1, ...question }, { type: "history", id: 2, ...question },
    ]);
    clock.advance(1500);
    for (const id of [2, 2, 1, 7]) answer(id);
    expect([answered, told]).toEqual([["second", "first"], []]);
    // Its time is that of the last tick, which is no clock.
    expect([connection.ahead(), connection.heardAt()]).toEqual([0, START]);
  });

  test("are forgotten when they are refused", () => {
    live();
    connection.look.at("guest:lab/100");
    const answered: string[] = [];
    connection.ask(question, () => answered.push("refused"));
    connection.ask(question, () => answered.push("second"));
    socket().say({ type: "error", code: "too_many", message: "not so many", id: 1 });
    expect(connection.look.refusal()).toBe(null);
    answer(1);
    answer(2);
    expect(answered).toEqual(["second"]);
  });

  test("cannot be asked before the hello, and are not answered on another socket", () => {
    connection.start();
    expect(connection.ask(question, () => {})).toBe(false);
    hello();
    snapshot(7);
    let answered = 0;
    connection.ask(question, () => answered++);
    expect(connection.greetings()).toBe(1);
    socket().fail();
    clock.advance(500);
    hello();
    answer(1);
    expect([answered, connection.greetings()]).toEqual([0, 2]);
    socket().readyState = 2;
    const sent = socket().sent.length;
    expect([connection.ask(question, () => {}), socket().sent.length]).toEqual([false, sent]);
  });
});

describe("looking at one resource", () => {
  const focus = { type: "focus", resource: "guest:lab/100" };
  const row = (generation: number) => say("snapshot", {
    stream: "resource/guest:lab/100", epoch: "e1", generation, part: 1, parts: 1,
  });

  test("waits for the hello, is told of as a stream of its own, and begins anew on the next", () => {
    connection.start();
    connection.look.at("guest:lab/100");
    expect(socket().sent).toEqual([]);
    hello();
    expect(socket().sent.at(-1)).toEqual(focus);
    snapshot(7);
    const told: unknown[] = [];
    connection.onData = (_, stream) => told.push(stream);
    row(0);
    expect([told, detail.epoch, connection.phase()]).toEqual([["detail"], "e1", "live"]);
    socket().fail();
    clock.advance(500);
    hello();
    expect([socket().sent.at(-1), detail.epoch]).toEqual([focus, ""]);
  });

  test("is not what the page waits for to be live", () => {
    connection.start();
    connection.look.at("guest:lab/100");
    hello();
    snapshot(7);
    expect(connection.phase()).toBe("live");
  });

  test("is tried again after a refusal", () => {
    live();
    connection.look.at("guest:lab/100");
    socket().say({ type: "error", code: "too_many", message: "256 are looked at" });
    expect(connection.look.refusal()).toBe("too_many");
    const before = socket().sent.length;
    clock.advance(5000);
    expect(socket().sent.slice(before)).toEqual([focus]);
  });
});

describe("falling behind", () => {
  test("a gap asks for a snapshot once, and what comes meanwhile is passed over", () => {
    live();
    delta(9);
    delta(10);
    expect(socket().sent.slice(1)).toEqual([{ type: "subscribe", stream: "hosts" }]);
    snapshot(11);
    delta(11);
    expect([connection.phase(), hosts.generation]).toEqual(["live", 12]);
  });

  test("a heartbeat with a generation that is not ours resumes from ours", () => {
    live();
    socket().say({ type: "heartbeat", ts: clock.time, generation: { hosts: 7, guests: 3 } });
    expect(socket().sent.length).toBe(1);
    socket().say({ type: "heartbeat", ts: clock.time, generation: { hosts: 9 } });
    expect(socket().sent.at(-1)).toEqual({
      type: "subscribe", stream: "hosts", epoch: "e1", generation: 7,
    });
  });
});

describe("staleness", () => {
  test("four silent ticks are stale, one message is live again", () => {
    live();
    clock.advance(7999);
    expect(connection.phase()).toBe("live");
    clock.advance(1);
    expect(connection.phase()).toBe("stale");
    delta(7);
    expect(connection.phase()).toBe("live");
  });

  test("a heartbeat keeps it live", () => {
    live();
    for (let tick = 0; tick < 5; tick++) {
      clock.advance(6000);
      socket().say({ type: "heartbeat", ts: clock.time, generation: { hosts: 7 } });
    }
    expect(connection.phase()).toBe("live");
  });

  test("a socket that stays silent is replaced", () => {
    live();
    clock.advance(30_000);
    expect([connection.phase(), sockets[0]!.open]).toEqual(["offline", false]);
    clock.advance(500);
    expect(sockets.length).toBe(2);
  });

  test("looking at a stale page replaces the socket at once", () => {
    live();
    clock.advance(8000);
    connection.wake();
    expect([sockets.length, sockets[0]!.open]).toEqual([2, false]);
  });
});

describe("reconnecting", () => {
  test("waits 0.5 s and twice as long each time, 30 s at most", () => {
    connection.start();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      socket().fail();
      waits.push(connection.retryAt()! - clock.time);
      clock.advance(waits.at(-1)!);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test("spreads the waits by a quarter to both sides", () => {
    connection.start();
    random = 0;
    socket().fail();
    expect(connection.retryAt()! - clock.time).toBe(375);
    connection.wake();
    random = 1;
    socket().fail();
    expect(connection.retryAt()! - clock.time).toBe(1250);
  });

  test("resumes where it was, and is live with the hello of the same epoch", () => {
    live();
    delta(7);
    socket().fail();
    expect(connection.phase()).toBe("offline");
    clock.advance(500);
    expect([connection.phase(), connection.retryAt()]).toEqual(["offline", null]);
    hello();
    expect(socket().sent).toEqual([
      { type: "subscribe", stream: "hosts", epoch: "e1", generation: 8 },
    ]);
    expect(connection.phase()).toBe("live");
  });

  test("takes a snapshot from a server that has restarted", () => {
    live();
    socket().fail();
    clock.advance(500);
    hello("e2");
    expect(socket().sent).toEqual([{ type: "subscribe", stream: "hosts" }]);
    expect(connection.phase()).toBe("offline");
    snapshot(1, 1, 1, "e2");
    expect([connection.phase(), hosts.generation]).toEqual(["live", 1]);
  });

  test("starts to count anew once it was live", () => {
    connection.start();
    socket().fail();
    clock.advance(500);
    socket().fail();
    clock.advance(1000);
    hello();
    snapshot(1);
    socket().fail();
    expect(connection.retryAt()! - clock.time).toBe(500);
  });

  test("tries at once when the network is back, and never twice at a time", () => {
    live();
    socket().fail();
    connection.wake();
    connection.wake();
    expect(sockets.length).toBe(2);
    clock.advance(600);
    expect(sockets.length).toBe(2);
  });

  test("what an abandoned socket still says is not heard", () => {
    live();
    const old = socket();
    clock.advance(30_500);
    hello();
    old.fail();
    old.say({ type: "delta", ts: 0, stream: "hosts", generation: 99, since: 7 });
    expect([connection.phase(), hosts.generation, sockets.length]).toEqual(["live", 7, 2]);
  });
});
