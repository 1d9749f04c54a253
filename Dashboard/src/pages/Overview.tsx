/** The first page: every host at a glance. */
import { type Child, Show, memo } from "rx";
import { inOrder, onlineCount } from "../stores/hostView";
import { connection, hosts } from "../stores/session";
import { HostTable } from "../tables/HostTable";

export function Overview(): Child {
  const loaded = memo(() => hosts.rev() > 0 && hosts.epoch !== "");
  const some = memo(() => inOrder().length > 0);
  return (
    <main class="page">
      <div class="page-title">
        <h1>Hosts</h1>
        <Show when={some}>{() => <HostCount />}</Show>
      </div>
      <Show when={loaded} fallback={() => <Loading />}>
        {() => (
          <Show when={some} fallback={() => <Empty />}>
            {() => <HostTable />}
          </Show>
        )}
      </Show>
    </main>
  );
}

function HostCount(): Child {
  const offline = () => inOrder().length - onlineCount();
  const online = () => (offline() > 0 ? `${onlineCount()} of ${inOrder().length}` : onlineCount());
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
          <h2>The server does not answer</h2>
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
      <h2>No host has reported yet</h2>
      <p>
        The machine that runs pulse appears here by itself within seconds; others appear with the
        first report of their agent.
      </p>
    </div>
  );
}
