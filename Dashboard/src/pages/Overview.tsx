/** The first page: what is wrong, then every node, host and guest. */
import { type Child, Show, memo } from "rx";
import { hostOrder, hostTable, onlineCount } from "../stores/hostView";
import { HANDFUL } from "../stores/looks";
import { maps } from "../stores/maps";
import { nodeOrder, nodeTable } from "../stores/nodeView";
import { connection, guests, isLoaded, isOffered, remotes } from "../stores/session";
import { hostColumns } from "../tables/HostTable";
import { HostsAsChosen, LookChoice, NodesAsChosen } from "../tables/Looks";
import { nodeColumns } from "../tables/NodeTable";
import { ViewMenu } from "../tables/ViewMenu";
import { GuestSection } from "./GuestSection";
import { RecentChanges } from "./RecentChanges";
import { Summary } from "./Summary";
import { Verdict } from "./Verdict";

export function Overview(): Child {
  const someNodes = memo(() => nodeOrder().length > 0);
  const someGuests = memo(() => guests.slots().length > 0);
  // Whoever watches clusters need not have agents too.
  const wantsHosts = memo(() => hostOrder().length > 0 || !someNodes());
  return (
    <main class="page">
      <h1 class="sr-only">Overview</h1>
      <Summary />
      <Verdict />
      <Show when={() => isOffered("events") && isLoaded("events")}>
        {() => <RecentChanges />}
      </Show>
      <Show when={someNodes}>
        {() => (
          <section id="nodes" data-testid="nodes">
            <div class="page-title">
              <h2>Nodes</h2>
              <LookChoice source={maps.nodes} />
              <ViewMenu label="View of the nodes" view={nodeTable} columns={nodeColumns} />
            </div>
            <NodesAsChosen />
          </section>
        )}
      </Show>
      <Show when={wantsHosts}>{() => <Hosts />}</Show>
      <Show when={someGuests}>{() => <GuestSection />}</Show>
      <Show when={() => isOffered("remotes") && isLoaded("remotes") && !someGuests()}>
        {() => <WithoutGuests />}
      </Show>
    </main>
  );
}

function Hosts(): Child {
  const loaded = memo(() => isLoaded("hosts"));
  const some = memo(() => hostOrder().length > 0);
  // Of a handful a map would tell no more than their rows do.
  const mayBeMap = memo(
    () => hostOrder().length > HANDFUL || maps.hosts.looks.look() === "map",
  );
  return (
    <section id="hosts">
      <div class="page-title">
        <h2>Hosts</h2>
        <Show when={some}>{() => <HostCount />}</Show>
        <Show when={() => hostOrder().length > 1}>
          {() => [
            <Show when={mayBeMap}>{() => <LookChoice source={maps.hosts} />}</Show>,
            <ViewMenu label="View of the hosts" view={hostTable} columns={hostColumns} />,
          ]}
        </Show>
      </div>
      <Show when={loaded} fallback={() => <Loading />}>
        {() => (
          <Show when={some} fallback={() => <Empty />}>
            {() => <HostsAsChosen />}
          </Show>
        )}
      </Show>
    </section>
  );
}

function HostCount(): Child {
  const offline = () => hostOrder().length - onlineCount();
  const online = () => (offline() > 0 ? `${onlineCount()} of ${hostOrder().length}` : onlineCount());
  return (
    <p class="counts" data-testid="counts">
      <span>
        {() => `${online()} online`}
      </span>
      <Show when={() => offline() > 0}>
        {() => <span class="counts-offline">{() => `${offline()} offline`}</span>}
      </Show>
    </p>
  );
}

/** Rows of the final height, so that nothing jumps; seen only if the wait can be felt. */
function Loading(): Child {
  return (
    <Show
      when={() => connection.phase() !== "offline"}
      fallback={() => (
        <div class="notice" data-testid="unreachable">
          <h3>The server does not answer</h3>
          <p>This page goes on trying and fills itself as soon as the server is back.</p>
        </div>
      )}
    >
      {() => (
        <div class="table skeleton" data-testid="skeleton" aria-hidden="true">
          <div class="table-head" />
          {[1, 2, 3].map(() => (
            <div class="host-row">
              <span />
              <span />
              <span />
            </div>
          ))}
        </div>
      )}
    </Show>
  );
}

function Empty(): Child {
  return (
    <div class="notice" data-testid="empty">
      <h3>No host has reported yet</h3>
      <p>
        The machine that runs pulse appears here by itself within seconds; others appear with the
        first report of their agent.
      </p>
    </div>
  );
}

const EXAMPLE = `{"remotes": [{
  "name": "lab", "type": "pve", "url": "https://pve1.example:8006",
  "token": "pulse@pve!monitor", "secret": "…", "fingerprint": "AA:BB:…"
}]}`;

/** What to do, or to wait for, when there is no guest. */
function WithoutGuests(): Child {
  const none = memo(() => remotes.slots().length === 0);
  return (
    <section id="guests">
      <div class="page-title">
        <h2>Guests</h2>
      </div>
      <div class="notice" data-testid="no-guests">
        <Show
          when={none}
          fallback={() => (
            <>
              <h3>No guest is listed yet</h3>
              <p>
                The guests of a remote appear with its first answer, if its token may see them.
              </p>
            </>
          )}
        >
          {() => (
            <>
              <h3>No Proxmox server is configured</h3>
              <p>
                Name yours in the configuration file of <code>pulse serve --config FILE</code>, with
                an API token that has the role PVEAuditor on /:
              </p>
              <pre class="mono">{EXAMPLE}</pre>
            </>
          )}
        </Show>
      </div>
    </section>
  );
}
