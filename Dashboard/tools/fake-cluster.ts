/** Remotes, nodes and guests: a remote that fails, stale rows, a dead node, hostile names. */
import { FakeStream, GIB, type Row, tenth, wander } from "./fake-stream";

const REMOTE_COLD = [
  "h", "id", "name", "type", "url", "status", "error", "failingSince", "cluster", "quorate",
  "version",
];
const REMOTE_HOT = ["seen", "latency"];
const NODE_COLD = [
  "h", "id", "name", "remote", "status", "stale", "ha", "address", "version", "kernel", "cpuModel",
  "cpus", "memTotal", "swapTotal", "diskTotal", "boot",
];
const NODE_HOT = [
  "sampled", "cpu", "mem", "swap", "disk", "load1", "load5", "load15", "iowait",
];
const GUEST_COLD = [
  "h", "id", "vmid", "name", "type", "remote", "node", "status", "stale", "template", "lock",
  "tags", "pool", "ha", "cpus", "memTotal", "diskTotal", "boot",
];
const GUEST_HOT = [
  "sampled", "cpu", "mem", "disk", "netIn", "netOut", "diskRead", "diskWrite",
];

const STORAGE_COLD = [
  "h", "id", "name", "remote", "node", "nodes", "type", "content", "shared", "status", "stale",
  "diskTotal",
];
const STORAGE_HOT = ["sampled", "disk"];

const ROLES = ["web", "db", "cache", "mail", "build", "files", "dns", "proxy", "queue", "wiki"];
const TAGS = [["prod"], ["dev"], ["prod", "backup"], [], ["staging"]];
const HOSTILE = [
  "<img src=x onerror=alert(3)>",
  "\u202etseug desrever",
  "y".repeat(200),
  "🔥 гость 客人 ضيف",
  '"onmouseover="alert(4)',
];
const RATES = ["netIn", "netOut", "diskRead", "diskWrite"];

export interface Wanted {
  remotes: number;
  nodes: number;
  guests: number;
  hostile: boolean;
  /** The part of the guests whose figures change in each tick. */
  changing: number;
}

export function inventCluster(wanted: Wanted, now: number): FakeStream[] {
  const remotes = Array.from({ length: wanted.remotes }, (_, h) => inventRemote(h, now));
  const nodes = Array.from({ length: wanted.nodes }, (_, h) =>
    inventNode(h, remotes[h % remotes.length]!, Math.floor(h / remotes.length) + 1, now),
  );
  const guests = Array.from({ length: wanted.guests }, (_, h) =>
    inventGuest(h, nodes[h % nodes.length]!, wanted, now),
  );
  const storage = nodes.map((node) => inventStorage(node));
  return [
    new FakeStream("storage", STORAGE_COLD, STORAGE_HOT, storage, () => false),
    new FakeStream("remotes", REMOTE_COLD, REMOTE_HOT, remotes, moveRemote),
    new FakeStream("nodes", NODE_COLD, NODE_HOT, nodes, (node, at) =>
      moveNode(node, at, wanted.changing),
    ),
    new FakeStream("guests", GUEST_COLD, GUEST_HOT, guests, (guest, at) =>
      moveGuest(guest, at, wanted.changing),
    ),
  ];
}

/** The second remote fails; the third answers, but a privilege is missing. */
function inventRemote(h: number, now: number): Row {
  const fails = h === 1;
  return {
    h, id: `remote:site-${h}`, name: `site-${h}`, type: "pve", url: `https://192.0.2.${h + 1}:8006`,
    status: fails ? "failing" : "online",
    error: fails
      ? "192.0.2.2:8006 refuses the connection"
      : h === 2 ? "the token lacks VM.Audit on /vms: guests are not listed" : null,
    failingSince: fails ? now - 754_000 : null, cluster: h === 0 ? "lab" : null,
    quorate: h === 0 ? true : null, version: "9.2.11", seen: now - (fails ? 756_000 : 0),
    latency: fails ? null : 12,
  };
}

/** A remote's second node is offline. */
function inventNode(h: number, remote: Row, number: number, now: number): Row {
  const failing = remote["status"] === "failing";
  const status = number === 2 && !failing ? "offline" : "online";
  const memTotal = [64, 128, 256][h % 3]! * GIB;
  return {
    h, id: `node:${remote["name"]}/pve${number}`, name: `pve${number}`, remote: remote["name"],
    status, stale: failing || status === "offline", ha: null, address: `192.0.2.${h + 10}`,
    version: "9.2.11", kernel: "6.14.0-2-pve", cpuModel: "AMD EPYC 7313P 16-Core Processor",
    cpus: 32, memTotal, swapTotal: 8 * GIB, diskTotal: 94 * GIB,
    boot: status === "offline" ? null : now - 3e6 * (h + 1) ** 2, sampled: now,
    cpu: [12.5, 47, 93.1][h % 3], mem: memTotal * [0.4, 0.72, 0.9][h % 3]!, swap: 0,
    disk: [21, 55, 87][h % 3]! * GIB, load1: 1.2, load5: 1.1, load15: 0.9, iowait: 0.4,
  };
}

/** Each node's own storage; the third one of a remote is full. */
function inventStorage(node: Row): Row {
  const { h, name, remote, stale, sampled } = node;
  return {
    h, id: `storage:${remote}/${name}/local`, name: "local", remote, node: name, nodes: [name],
    type: "dir", content: ["iso", "vztmpl", "backup"], shared: false, status: "available", stale,
    diskTotal: 400 * GIB, sampled, disk: (name === "pve3" ? 391 : 120) * GIB,
  };
}

function inventGuest(h: number, node: Row, wanted: Wanted, now: number): Row {
  const template = h % 97 === 5;
  const lost = node["status"] === "offline";
  const runs = !template && h % 7 !== 3;
  const type = h % 3 === 0 ? "lxc" : "qemu";
  const role = ROLES[h % ROLES.length]!;
  const memTotal = [1, 2, 4, 8, 16][h % 5]! * GIB;
  const fresh = runs && h % 50 === 9;
  const figures = runs
    ? {
        cpu: tenth((h * 37) % 101), mem: Math.round(memTotal * (0.2 + ((h * 13) % 80) / 100)),
        netIn: (h * 7919) % 2e6, netOut: (h * 104_729) % 9e6, diskRead: 0, diskWrite: 4096,
      }
    : { cpu: 0, mem: 0, netIn: 0, netOut: 0, diskRead: 0, diskWrite: 0 };
  return {
    h, id: `guest:${node["remote"]}/${100 + h}`, vmid: 100 + h,
    name: (wanted.hostile ? HOSTILE[h] : null)
      ?? (h % 211 === 7 ? null : `${role}-${String(h).padStart(2, "0")}`),
    type, remote: node["remote"], node: node["name"],
    status: lost ? "unknown" : runs ? (h % 60 === 1 ? "paused" : "running") : "stopped",
    stale: node["stale"], template, lock: h % 40 === 11 ? "backup" : null, tags: TAGS[h % 5],
    pool: null, ha: null, cpus: type === "lxc" ? 1.5 : 4, memTotal,
    diskTotal: [8, 32, 100][h % 3]! * GIB, boot: runs ? now - 7919 * (h + 1) ** 2 : null,
    sampled: now, disk: type === "lxc" && runs ? [3, 20, 97][h % 3]! * GIB * 0.05 : null,
    ...figures,
    ...(fresh && { netIn: null, netOut: null, diskRead: null, diskWrite: null }),
  };
}

function moveRemote(remote: Row, now: number): boolean {
  if (remote["status"] === "failing") return false;
  remote["seen"] = Math.floor(now / 1000) * 1000;
  return true;
}

function moveNode(node: Row, now: number, changing: number): boolean {
  if (node["stale"] || Math.random() >= changing) return false;
  node["sampled"] = now;
  node["cpu"] = tenth(wander(node["cpu"], 8, 0, 100));
  node["mem"] = Math.round(wander(node["mem"], 3e8, 0, Number(node["memTotal"])));
  node["load1"] = Math.round(wander(node["load1"], 0.3, 0, 64) * 100) / 100;
  return true;
}

function moveGuest(guest: Row, now: number, changing: number): boolean {
  if (guest["status"] !== "running" || guest["stale"] || Math.random() >= changing) return false;
  guest["sampled"] = now;
  guest["cpu"] = tenth(wander(guest["cpu"], 10, 0, 100));
  guest["mem"] = Math.round(wander(guest["mem"], 1e8, 0, Number(guest["memTotal"])));
  for (const rate of RATES) {
    if (guest[rate] !== null) guest[rate] = Math.round(wander(guest[rate], 1e6, 0, 1e7));
  }
  return true;
}
