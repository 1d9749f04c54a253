import { effect, insert, liveEffects } from "rx";
import { Overview } from "./pages/Overview";
import { ConnectionStrip } from "./shell/ConnectionState";
import { Header } from "./shell/Header";
import { startClock } from "./stores/clock";
import { connection, hosts, startSession } from "./stores/session";

declare global {
  interface Window {
    /** What tests and the curious may watch. */
    __pulse: {
      readonly rev: number;
      readonly generation: number;
      readonly epoch: string;
      readonly conn: string;
      readonly effects: number;
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
};

effect(() => {
  const phase = connection.phase();
  document.documentElement.dataset["conn"] = phase;
  document.title = phase === "offline" ? "Offline · pulse" : "pulse";
});
insert(document.querySelector("#app")!, [<Header />, <Overview />, <ConnectionStrip />]);
startClock();
startSession();
