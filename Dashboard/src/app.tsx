import { effect, effectRuns, insert, liveEffects } from "rx";
import { Drawer } from "./drawer/Drawer";
import { Overview } from "./pages/Overview";
import { ConnectionStrip } from "./shell/ConnectionState";
import { DemoBanner, Header } from "./shell/Header";
import { Help } from "./shell/Help";
import { Palette } from "./shell/Palette";
import { startKeys } from "./shell/keys";
import { startClock } from "./stores/clock";
import { startDensity } from "./stores/density";
import { guestTable } from "./stores/guestView";
import { hostTable } from "./stores/hostView";
import { nodeTable } from "./stores/nodeView";
import { startFocus } from "./stores/focus";
import { startKiosk } from "./stores/kiosk";
import { startSeen } from "./stores/seen";
import { type StreamName, connection, detail, hosts, startSession, streams } from "./stores/session";
import { startViewURL } from "./stores/viewURL";

declare global {
  interface Window {
    /** What tests and the curious may watch. */
    __pulse: {
      readonly rev: number;
      readonly generation: number;
      readonly epoch: string;
      readonly conn: string;
      readonly effects: number;
      /** How often effects have run. */
      readonly runs: number;
      /** Which resource is asked alone, and the generation of what it says; null for none. */
      readonly detail: readonly [id: string, generation: number] | null;
      /** The generation of a stream. */
      at(stream: StreamName): number;
    };
  }
}

window.__pulse = {
  get rev() {
    return hosts.rev();
  },
  get generation() {
    return hosts.generation;
  },
  get epoch() {
    return hosts.epoch;
  },
  get conn() {
    return connection.phase();
  },
  get effects() {
    return liveEffects();
  },
  get runs() {
    return effectRuns();
  },
  get detail(): readonly [string, number] | null {
    const id = detail.facts("id")[detail.slots()[0] ?? -1];
    return id == null ? null : [id, detail.generation];
  },
  at: (stream) => streams[stream].generation,
};

effect(() => {
  const phase = connection.phase();
  document.documentElement.dataset["conn"] = phase;
  document.title = phase === "offline" ? "Offline · pulse" : "pulse";
});
insert(document.querySelector("#app")!, [
  <DemoBanner />,
  <Header />,
  <Overview />,
  <Drawer />,
  <ConnectionStrip />,
  <Help />,
  <Palette />,
]);
startKeys();
startClock();
startViewURL();
startDensity();
guestTable.start();
nodeTable.start();
hostTable.start();
startKiosk();
startSeen();
startFocus();
startSession();
