/** All that is known of a remote, of a storage and of a host. */
import { type Child, For } from "rx";
import { MetricBar } from "../atoms/MetricBar";
import { StatusBadge } from "../atoms/StatusBadge";
import { LIMITS } from "../format/levels";
import { UNKNOWN, absolute, age, bytes, count, share, shareAndUsage } from "../format/units";
import type { RemoteFacts, StorageFacts } from "../stores/fleet";
import { nodeOrder } from "../stores/nodeView";
import { ageOf, hosts, nodes, remotes, storage } from "../stores/session";
import { HostDetails } from "../tables/HostDetails";
import { Fact, Group, OwnPage, Source, Staleness, Way, seenBy } from "./parts";
import { staleness } from "./staleness";

export function RemotePanel({ slot }: { slot: number }): Child {
  const fact = <K extends keyof RemoteFacts>(name: K) => remotes.fact(slot, name);
  const word = (name: "url" | "cluster" | "version" | "error") => () => fact(name) ?? UNKNOWN;
  const failingSince = () => remotes.figure(slot, "failingSince");
  const quorum = () => fact("quorate") === null
    ? UNKNOWN
    : fact("quorate") ? "a majority of nodes is there" : "no majority of nodes";
  return (
    <>
      <Group title="Connection" word="answered" since={() => remotes.figure(slot, "seen")}>
        <dl class="list">
          <Fact name="Problem" field="error" text={word("error")} />
          <Fact
            name="Failing for"
            field="since"
            text={() => fact("status") === "failing" ? age(ageOf(failingSince())) : UNKNOWN}
          />
          <Fact name="Address" field="url" text={word("url")} />
          <Fact
            name="Took"
            field="latency"
            text={() => {
              const took = count(remotes.figure(slot, "latency"));
              return took === UNKNOWN ? UNKNOWN : `${took} ms`;
            }}
          />
        </dl>
      </Group>
      <Group title="Facts" since={() => remotes.figure(slot, "seen")}>
        <dl class="list">
          <Fact name="Cluster" field="cluster" text={word("cluster")} />
          <Fact name="Quorum" field="quorate" text={quorum} />
          <Fact name="Proxmox VE" field="version" text={word("version")} />
        </dl>
      </Group>
      <Group title="Nodes" since={() => remotes.figure(slot, "seen")}>
        <div class="list">
          <For
            each={() =>
              [...nodeOrder()].filter((at) => nodes.fact(at, "remote") === fact("name"))}
            by={(at) => at}
          >
            {(at) => (
              <div class="list-row">
                <Way
                  id={() => nodes.fact(at(), "id") ?? ""}
                  text={() => nodes.fact(at(), "name") ?? UNKNOWN}
                />
                <StatusBadge status={() => nodes.fact(at(), "status") ?? "unknown"} />
              </div>
            )}
          </For>
        </div>
      </Group>
      <OwnPage remote={() => fact("name")} path={() => ""} />
    </>
  );
}

export function StoragePanel({ slot }: { slot: number }): Child {
  const fact = <K extends keyof StorageFacts>(name: K) => storage.fact(slot, name);
  const [used, total] = [
    () => storage.figure(slot, "disk"), () => storage.figure(slot, "diskTotal"),
  ];
  return (
    <>
      <Staleness text={() => staleness(storage, slot)} />
      <Group title="Use" since={() => seenBy(fact("remote"))}>
        <div class="list measured">
          <MetricBar
            label="Storage"
            field="storage-usage"
            value={() => share(used(), total())}
            text={() => shareAndUsage(used(), total())}
            limits={LIMITS.storage}
            unknown="Proxmox does not say"
          />
        </div>
      </Group>
      <Group title="Facts" since={() => seenBy(fact("remote"))}>
        <dl class="list">
          <Fact name="Kind" field="type" text={() => fact("type") ?? UNKNOWN} />
          <Fact name="Holds" field="content" text={() => fact("content")?.join(", ") || UNKNOWN} />
          <Fact name="Size" field="diskTotal" text={() => bytes(total())} />
          <Fact name="Remote" field="remote" text={() => fact("remote") ?? UNKNOWN} />
          <Fact
            name={fact("shared") ? "Shared by" : "Node"}
            field="nodes"
            text={() => fact("nodes")?.join(", ") || UNKNOWN}
          />
          <Fact
            name="Last changed"
            field="sampled"
            text={() => absolute(storage.figure(slot, "sampled"))}
          />
        </dl>
      </Group>
      <Source text={() => `Polled from Proxmox VE (${fact("remote")}).`} />
    </>
  );
}

export function HostPanel({ slot }: { slot: number }): Child {
  const every = () => `${count(hosts.figure(slot, "interval"))} s`;
  const isOffline = () => hosts.fact(slot, "status") === "offline";
  const silent = () => age(ageOf(hosts.figure(slot, "seen")));
  return (
    <>
      <Staleness
        text={() => isOffline()
          ? `Its agent has not reported for ${silent()}: the figures are as old.`
          : ""}
      />
      <Group title="Use" word="reported" since={() => hosts.figure(slot, "seen")}>
        <HostDetails slot={slot} />
      </Group>
      <Source lines text={() => `Reported by its agent every ${every()}.`} />
    </>
  );
}
