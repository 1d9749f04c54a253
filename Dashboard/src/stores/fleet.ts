/** What each stream carries, and a table for each. Units are those of docs/protocol.md. */
import { StreamTable } from "./streamTable";

/** Mount point, filesystem, used bytes, total bytes. */
export type Disk = [mount: string, filesystem: string, used: number | null, total: number | null];
/** Sensor, degrees Celsius. */
type Temperature = [name: string, celsius: number | null];

export interface HostFacts {
  id: string;
  name: string;
  status: "online" | "offline";
  platform: string;
  os: string;
  kernel: string;
  arch: string;
  cpuModel: string;
  agent: string;
  disks: Disk[];
  temps: Temperature[];
}

const HOST_FACTS = [
  "id", "name", "status", "platform", "os", "kernel", "arch", "cpuModel", "agent", "disks", "temps",
] as const satisfies (keyof HostFacts)[];

const HOST_FIGURES = [
  "cpus", "interval", "boot", "memTotal", "swapTotal", "diskTotal", "seen", "cpu", "mem", "swap",
  "disk", "load1", "load5", "load15", "netIn", "netOut", "diskRead", "diskWrite", "temp",
] as const;

/** A server that is polled: a cluster, a node on its own. */
export interface RemoteFacts {
  id: string;
  name: string;
  type: string;
  url: string;
  status: "connecting" | "online" | "failing";
  /** Why it fails, or what is missing although it answers. */
  error: string;
  cluster: string;
  quorate: boolean;
  version: string;
}

const REMOTE_FACTS = [
  "id", "name", "type", "url", "status", "error", "cluster", "quorate", "version",
] as const satisfies (keyof RemoteFacts)[];

const REMOTE_FIGURES = ["failingSince", "seen", "latency"] as const;

export interface NodeFacts {
  id: string;
  name: string;
  /** The name of the remote that told of it. */
  remote: string;
  status: "online" | "offline" | "unknown";
  /** Whether its figures are from earlier. */
  stale: boolean;
  ha: string;
  address: string;
  version: string;
  kernel: string;
  cpuModel: string;
}

const NODE_FACTS = [
  "id", "name", "remote", "status", "stale", "ha", "address", "version", "kernel", "cpuModel",
] as const satisfies (keyof NodeFacts)[];

const NODE_FIGURES = [
  "cpus", "memTotal", "swapTotal", "diskTotal", "boot", "sampled", "cpu", "mem", "swap", "disk",
  "load1", "load5", "load15", "iowait",
] as const;

export interface GuestFacts {
  id: string;
  name: string;
  type: "qemu" | "lxc";
  remote: string;
  node: string;
  /** Proxmox's word: running, stopped, paused, … or unknown. */
  status: string;
  stale: boolean;
  template: boolean;
  /** What holds it: backup, migrate, snapshot, … */
  lock: string;
  tags: string[];
  pool: string;
  ha: string;
}

const GUEST_FACTS = [
  "id", "name", "type", "remote", "node", "status", "stale", "template", "lock", "tags", "pool",
  "ha",
] as const satisfies (keyof GuestFacts)[];

const GUEST_FIGURES = [
  "vmid", "cpus", "memTotal", "diskTotal", "boot", "sampled", "cpu", "mem", "disk", "netIn",
  "netOut", "diskRead", "diskWrite",
] as const;

export interface StorageFacts {
  id: string;
  name: string;
  remote: string;
  /** The only node that has it; null when it is shared. */
  node: string;
  nodes: string[];
  type: string;
  content: string[];
  shared: boolean;
  status: "available" | "unknown";
  stale: boolean;
}

const STORAGE_FACTS = [
  "id", "name", "remote", "node", "nodes", "type", "content", "shared", "status", "stale",
] as const satisfies (keyof StorageFacts)[];

const STORAGE_FIGURES = ["diskTotal", "disk", "sampled"] as const;

/** What has happened to one resource, told once. */
export interface EventFacts {
  /** `event:7`, where 7 counts them: by it they are in order. */
  id: string;
  kind: EventKind;
  /** The identity of what it happened to. */
  resource: string;
  type: "guest" | "node" | "storage" | "host" | "remote";
  name: string;
  remote: string;
  node: string;
  /** Before and after; for a lost remote `to` is the reason. */
  from: string;
  to: string;
}

export type EventKind =
  | "started" | "stopped" | "changed" | "restarted" | "migrated" | "appeared" | "vanished"
  | "lost" | "back" | "quorumLost" | "quorumBack";

const EVENT_FACTS = [
  "id", "kind", "resource", "type", "name", "remote", "node", "from", "to",
] as const satisfies (keyof EventFacts)[];

export type Severity = "warn" | "crit";

/** Severity, the identity and the name of whom it is about, what is wrong, since when; and whether
 * it began before that, nobody knows when. */
type WorstProblem = [
  severity: Severity, resource: string, name: string | null, words: string, since: number | null,
  isOlder: boolean,
];

/** The whole fleet in one row. */
export interface SummaryFacts {
  id: string;
  severity: "ok" | Severity;
  /** The ten worst problems, worst first. */
  worst: WorstProblem[];
}

const SUMMARY_FACTS = ["id", "severity", "worst"] as const satisfies (keyof SummaryFacts)[];

const SUMMARY_FIGURES = [
  "crit", "warn", "remotes", "remotesOnline", "nodes", "nodesOnline", "guests", "guestsRunning",
  "hosts", "hostsOnline",
] as const;

/** One thing that is wrong. */
export interface ProblemFacts {
  id: string;
  severity: Severity;
  resource: string;
  name: string;
  /** What is wrong, as the predicate of a sentence. */
  words: string;
  /** Whether it began before `since`, nobody knows when. */
  older: boolean;
}

const PROBLEM_FACTS = [
  "id", "severity", "resource", "name", "words", "older",
] as const satisfies (keyof ProblemFacts)[];

const PROBLEM_FIGURES = ["rank", "since"] as const;

/** In and out, or read and written; bytes per second. */
type Rates = [name: string, incoming: number | null, outgoing: number | null];

/** What a guest or a node tells when it is asked alone. */
export interface DetailFacts {
  id: string;
  type: "qemu" | "lxc" | "node";
  /** As Proxmox says now, `paused` for example. */
  status: string;
  /** Why it could not be asked the last time, in words. */
  error: string;
  /** Whether a virtual machine is configured to have the guest agent. */
  agent: boolean;
  machine: string;
  qemu: string;
  networks: Rates[];
  drives: Rates[];
}

const DETAIL_FACTS = [
  "id", "type", "status", "error", "agent", "machine", "qemu", "networks", "drives",
] as const satisfies (keyof DetailFacts)[];

export const DETAIL_FIGURES = [
  "sampled", "cpu", "mem", "swap", "load1", "load5", "load15", "iowait", "cpuPressure",
  "ioPressure", "memPressure", "netIn", "netOut", "diskRead", "diskWrite",
] as const;

export type DetailFigure = (typeof DETAIL_FIGURES)[number];
export type HostFigure = (typeof HOST_FIGURES)[number];
type RemoteFigure = (typeof REMOTE_FIGURES)[number];
export type NodeFigure = (typeof NODE_FIGURES)[number];
export type GuestFigure = (typeof GUEST_FIGURES)[number];
type StorageFigure = (typeof STORAGE_FIGURES)[number];
export type SummaryFigure = (typeof SUMMARY_FIGURES)[number];
type ProblemFigure = (typeof PROBLEM_FIGURES)[number];

export type Hosts = StreamTable<HostFigure, HostFacts>;
export type Remotes = StreamTable<RemoteFigure, RemoteFacts>;
export type Nodes = StreamTable<NodeFigure, NodeFacts>;
export type Guests = StreamTable<GuestFigure, GuestFacts>;
export type Storage = StreamTable<StorageFigure, StorageFacts>;
export type Events = StreamTable<"at", EventFacts>;
export type Summary = StreamTable<SummaryFigure, SummaryFacts>;
export type Detail = StreamTable<DetailFigure, DetailFacts>;
export type Problems = StreamTable<ProblemFigure, ProblemFacts>;

export const newHosts = (): Hosts => new StreamTable(HOST_FIGURES, HOST_FACTS);
export const newRemotes = (): Remotes => new StreamTable(REMOTE_FIGURES, REMOTE_FACTS);
export const newNodes = (): Nodes => new StreamTable(NODE_FIGURES, NODE_FACTS);
export const newGuests = (): Guests => new StreamTable(GUEST_FIGURES, GUEST_FACTS);
export const newStorage = (): Storage => new StreamTable(STORAGE_FIGURES, STORAGE_FACTS);
export const newEvents = (): Events => new StreamTable(["at"] as const, EVENT_FACTS);
export const newSummary = (): Summary => new StreamTable(SUMMARY_FIGURES, SUMMARY_FACTS);
export const newDetail = (): Detail => new StreamTable(DETAIL_FIGURES, DETAIL_FACTS);
export const newProblems = (): Problems => new StreamTable(PROBLEM_FIGURES, PROBLEM_FACTS);
