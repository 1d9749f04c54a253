/**
 * A stand-in for the server while the page is developed and for what a real one won't show on
 * demand: resources by number, hostile names, offline machines, failing remotes, unknown figures.
 *
 *     bun Dashboard/tools/fake-server.ts [--listen 127.0.0.1:7655] [--interval 2000] [--hosts 5]
 *         [--guests 0] [--nodes 12] [--remotes 3] [--changing 1] [--hostile] [--demo]
 *         [--hosts-only] [--forgetful] [--version NAME] [--assets DIR]
 *
 * Without guests there are no nodes and no remotes either; a forgetful one answers no question for
 * what was. `POST /fake` takes `{"stream": …, "set": [{"h": …}], "gone": [h]}` and says so with the
 * next tick; with `"lost": true` it keeps the next delta to itself, as a network that loses it would.
 * `{"held": true}` has it tick no more, until it is false again.
 */
import type { ServerWebSocket } from "bun";
import { inventCluster } from "./fake-cluster";
import { historyOf } from "./fake-history";
import { inventHosts } from "./fake-hosts";
import type { FakeStream, Row } from "./fake-stream";
import { FakeVerdict } from "./fake-verdict";

const option = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
};
const flag = (name: string): boolean => process.argv.includes(`--${name}`);
const [hostname = "", port = "0"] = option("listen", "127.0.0.1:7655").split(":");
const interval = Number(option("interval", "2000"));
const assets = option("assets", `${import.meta.dir}/../../Sources/CDashboard/generated`);
const epoch = Math.floor(Math.random() * 2 ** 32).toString(16);
const now = () => Math.round(Date.now() / interval) * interval;

const guests = Number(option("guests", "0"));
const cluster = inventCluster(
  {
    guests, nodes: guests ? Number(option("nodes", "12")) : 0,
    remotes: guests ? Number(option("remotes", "3")) : 0, hostile: flag("hostile"),
    changing: Number(option("changing", "1")),
  },
  now(),
);
const hosts = inventHosts(Number(option("hosts", "5")), flag("hostile"), now());
const isWhole = !flag("hosts-only");
const streams = new Map(
  (isWhole ? [hosts, ...cluster] : [hosts]).map((stream) => [stream.name, stream]),
);
const verdict = isWhole ? new FakeVerdict(streams, now()) : null;
const told: ReadonlyMap<string, FakeStream> = new Map([
  ...(verdict ? [["summary", verdict.summary], ["problems", verdict.problems]] as const : []),
  ...streams,
]);
interface Change {
  set: Row[];
  gone: number[];
  lost: boolean;
}
const NOTHING: Change = { set: [], gone: [], lost: false };
const pending = new Map<string, Change>();
let isHeld = false;

const greeting = () => ({
  type: "hello", ts: now(), protocol: 1, version: option("version", "fake"), epoch, interval,
  demo: flag("demo"), streams: [...told.keys()], units: {},
});

function answer(client: ServerWebSocket<unknown>, text: string): void {
  const command = JSON.parse(text);
  const { type, stream: name, epoch: known, generation: since } = command;
  if (type === "history" && !flag("forgetful")) {
    client.send(JSON.stringify(historyOf(streams, command, now())));
  }
  const stream = told.get(name);
  if (!stream) return;
  if (type === "unsubscribe") client.unsubscribe(name);
  if (type !== "subscribe") return;
  const from = known === epoch ? Number(since) : null;
  for (const message of stream.catchUp(now(), epoch, from)) client.send(message);
  client.subscribe(name);
}

/** Keeps what a test asks for until the next tick. */
async function accept(request: Request): Promise<Response> {
  const { stream, set = [], gone = [], lost = false, held = null } = (await request.json()) as
    { stream: string; held: boolean | null } & Partial<Change>;
  if (held !== null) {
    isHeld = held;
    return new Response("ok");
  }
  const waiting = pending.get(stream) ?? NOTHING;
  pending.set(stream, { set: [...waiting.set, ...set], gone: [...waiting.gone, ...gone], lost });
  return new Response("ok");
}

const CSP =
  "default-src 'self'; connect-src 'self'; img-src 'self'; style-src 'self'; base-uri 'none'; " +
  "frame-ancestors 'none'; form-action 'self'; object-src 'none'";

const server = Bun.serve({
  hostname,
  port: Number(port),
  async fetch(request, server) {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws" && server.upgrade(request)) return undefined;
    if (pathname === "/fake" && request.method === "POST") return accept(request);
    const stream = told.get(pathname.replace("/api/state/", ""));
    if (stream) return Response.json(stream.state(now(), epoch));
    const file = Bun.file(assets + (pathname === "/" ? "/index.html" : pathname));
    if (!(await file.exists())) return new Response("not found", { status: 404 });
    return new Response(file, { headers: { "content-security-policy": CSP } });
  },
  websocket: {
    open: (client) => void client.send(JSON.stringify(greeting())),
    message: (client, text) => answer(client, String(text)),
  },
});

setInterval(() => {
  if (isHeld) return;
  for (const stream of streams.values()) {
    const { set, gone, lost } = pending.get(stream.name) ?? NOTHING;
    pending.delete(stream.name);
    const delta = stream.tick(now(), set, gone);
    if (delta && !lost) server.publish(stream.name, delta);
  }
  for (const [stream, delta] of verdict?.tick(now()) ?? []) {
    if (delta) server.publish(stream.name, delta);
  }
}, interval);
process.on("SIGTERM", () => process.exit(0));
console.error(`listening on http://${server.hostname}:${server.port}`);
