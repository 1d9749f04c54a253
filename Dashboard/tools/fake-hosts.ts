/** Hosts by number: hostile names, an offline machine, unknown and critical figures. */
import { FakeStream, GIB, type Row, tenth, wander } from "./fake-stream";

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

function invent(h: number, name: string, now: number): Row {
  const memTotal = [16, 64, 8, 4, 128][h % 5]! * GIB - 300e6;
  const disks = [
    ["/", "ext4", 21 * GIB, 59 * GIB],
    ["/var/lib/very/long/mount/point", "xfs", (h === 1 ? 370 : 120) * GIB, 400 * GIB],
    ["/boot/efi", "vfat", 0.1 * GIB, 0.5 * GIB],
  ];
  return {
    h, id: `host:${h}`, name, status: h === 3 ? "offline" : "online",
    platform: "linux", os: "Debian GNU/Linux 12 (bookworm)", kernel: "6.1.0-28-amd64",
    arch: "x86_64", cpuModel: "AMD Ryzen 7 5700G with Radeon Graphics",
    cpus: 16, agent: "0.1.0", interval: 2,
    boot: Date.now() - 1e7 * (h + 1) ** 3, memTotal, swapTotal: h === 2 ? 0 : 8 * GIB,
    diskTotal: 459.5 * GIB, disks,
    temps: h === 4 ? [] : [["Package", 54], ["nvme0", 41], ["Core 0", 52]],
    seen: now - (h === 3 ? 840_000 : 0), cpu: [8.4, 91.2, 34, 2.1, 63][h % 5],
    mem: memTotal * [0.63, 0.41, 0.96, 0.2, 0.88][h % 5]!, swap: h === 2 ? 0 : 0.3 * GIB,
    disk: (h === 1 ? 391 : 141) * GIB, load1: 0.42, load5: 0.51, load15: 0.48,
    netIn: 1.2e6, netOut: 3.4e5, diskRead: 8.1e4, diskWrite: 2.6e6, temp: h === 4 ? null : 54,
  };
}

/** Moves the figures of a host that is online. */
function move(host: Row, now: number): boolean {
  if (host["status"] === "offline") return true;
  host["seen"] = now;
  host["cpu"] = tenth(wander(host["cpu"], 14, 0, 100));
  host["mem"] = Math.round(wander(host["mem"], 3e8, 0, Number(host["memTotal"])));
  host["load1"] = Math.round(wander(host["load1"], 0.3, 0, 16) * 100) / 100;
  for (const rate of ["netIn", "netOut", "diskRead", "diskWrite"]) {
    host[rate] = Math.round(wander(host[rate], 1e6, 0, 1e7));
  }
  if (host["temp"] !== null) host["temp"] = tenth(wander(host["temp"], 3, 35, 92));
  return true;
}

export function inventHosts(count: number, hostile: boolean, now: number): FakeStream {
  const names = hostile ? HOSTILE : NAMES;
  const rows = Array.from({ length: count }, (_, h) => invent(h, names[h] ?? `node-${h}`, now));
  return new FakeStream("hosts", COLD, HOT, rows, move);
}
