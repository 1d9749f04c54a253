/**
 * A stand-in for the server while the page is developed and for what a real one won't show on
 * demand: hosts by number, hostile names, offline machines, unknown figures.
 *
 *     bun Dashboard/tools/fake-server.ts [--listen 127.0.0.1:7655] [--hosts 5] [--interval 2000]
 *                                        [--hostile] [--assets DIR]
 */
import type { ServerWebSocket } from "bun";

const option = (name: string, fallback: string): string => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
};
const [hostname = "", port = "0"] = option("listen", "127.0.0.1:7655").split(":");
const interval = Number(option("interval", "2000"));
const assets = option("assets", `${import.meta.dir}/../../Sources/CDashboard/generated`);
const epoch = Math.floor(Math.random() * 2 ** 32).toString(16);

const COLD = [
  "h", "id", "name", "status", "platform", "os", "kernel", "arch", "cpuModel", "cpus", "agent",
  "interval", "boot", "memTotal", "swapTotal", "diskTotal", "disks", "temps",
];
const HOT = [
  "seen", "cpu", "mem", "swap", "disk", "load1", "load5", "load15", "netIn", "netOut", "diskRead",
  "diskWrite", "temp",
];
const NAMES = ["pve-attic", "nas-02", "build", "router", "db-primary"];
const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "\u202egnirts desrever",
  "x".repeat(200),
  "🔥 бэкап 備份 نسخة",
  "</script><script>alert(2)</script>",
];
const GIB = 2 ** 30;

type Host = Record<string, unknown>;
const names = process.argv.includes("--hostile") ? HOSTILE : NAMES;
const now = () => Math.round(Date.now() / interval) * interval;
const wander = (value: unknown, step: number, low: number, high: number) =>
  Math.min(high, Math.max(low, Number(value) + (Math.random() - 0.5) * step));
const tenth = (value: number) => Math.round(value * 10) / 10;

const hosts: Host[] = Array.from({ length: Number(option("hosts", "5")) }, (_, h) => {
  const memTotal = [16, 64, 8, 4, 128][h % 5]! * GIB - 300e6;
  const disks = [
    ["/", "ext4", 21 * GIB, 59 * GIB],
    ["/var/lib/very/long/mount/point", "xfs", (h === 1 ? 370 : 120) * GIB, 400 * GIB],
    ["/boot/efi", "vfat", 0.1 * GIB, 0.5 * GIB],
  ];
  return {
    h, id: `host:${h}`, name: names[h] ?? `node-${h}`, status: h === 3 ? "offline" : "online",
    platform: "linux", os: "Debian GNU/Linux 12 (bookworm)", kernel: "6.1.0-28-amd64",
    arch: "x86_64", cpuModel: "AMD Ryzen 7 5700G with Radeon Graphics",
    cpus: 16, agent: "0.1.0", interval: 2,
    boot: Date.now() - 1e7 * (h + 1) ** 3, memTotal, swapTotal: h === 2 ? 0 : 8 * GIB,
    diskTotal: 459.5 * GIB, disks,
    temps: h === 4 ? [] : [["Package", 54], ["nvme0", 41], ["Core 0", 52]],
    seen: now() - (h === 3 ? 840_000 : 0), cpu: [8.4, 91.2, 34, 2.1, 63][h % 5],
    mem: memTotal * [0.63, 0.41, 0.96, 0.2, 0.88][h % 5]!, swap: h === 2 ? 0 : 0.3 * GIB,
    disk: (h === 1 ? 391 : 141) * GIB, load1: 0.42, load5: 0.51, load15: 0.48,
    netIn: 1.2e6, netOut: 3.4e5, diskRead: 8.1e4, diskWrite: 2.6e6, temp: h === 4 ? null : 54,
  };
});

/** Moves the figures of every host that is online. */
function step(): void {
  for (const host of hosts) {
    if (host["status"] === "offline") continue;
    host["seen"] = now();
    host["cpu"] = tenth(wander(host["cpu"], 14, 0, 100));
    host["mem"] = Math.round(wander(host["mem"], 3e8, 0, Number(host["memTotal"])));
    host["load1"] = Math.round(wander(host["load1"], 0.3, 0, 16) * 100) / 100;
    for (const rate of ["netIn", "netOut", "diskRead", "diskWrite"]) {
      host[rate] = Math.round(wander(host[rate], 1e6, 0, 1e7));
    }
    if (host["temp"] !== null) host["temp"] = tenth(wander(host["temp"], 3, 35, 92));
  }
}

let generation = 1;
const log: string[] = [];
const table = () => {
  const fields = [...COLD, ...HOT];
  const rows = hosts.map((host) => fields.map((name) => host[name]));
  return { ts: now(), stream: "hosts", epoch, generation, fields, rows };
};
const greeting = () => ({
  type: "hello", ts: now(), protocol: 1, version: "fake", epoch, interval, streams: ["hosts"],
  units: {},
});
const json = (type: string, rest: object) => JSON.stringify({ type, ...rest });

function answer(client: ServerWebSocket<unknown>, text: string): void {
  const { type, epoch: known, generation: since } = JSON.parse(text);
  if (type !== "subscribe") return;
  const missed = known === epoch && since > generation - log.length - 1 ? generation - since : -1;
  if (missed >= 0) for (const delta of log.slice(log.length - missed)) client.send(delta);
  else client.send(json("snapshot", { ...table(), part: 1, parts: 1 }));
  client.subscribe("hosts");
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
    if (pathname === "/api/state/hosts") return Response.json(table());
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
  step();
  const since = generation++;
  const rows = hosts.map((host) => [host["h"], ...HOT.map((name) => host[name])]);
  const delta = { ts: now(), stream: "hosts", generation, since, fields: ["h", ...HOT], rows };
  log.push(json("delta", delta));
  if (log.length > 64) log.shift();
  server.publish("hosts", log.at(-1)!);
}, interval);
process.on("SIGTERM", () => process.exit(0));
console.error(`listening on http://${server.hostname}:${server.port}`);
