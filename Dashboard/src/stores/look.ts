/**
 * The one resource that somebody looks at: for as long as that lasts, the server asks it alone, and
 * tells what it says on a stream of its own. A look that is refused is tried again: places become
 * free, and a server that has just started does not know all resources yet.
 */
import { type Get, signal } from "rx";
import type { Delta, Snapshot } from "./messages";
import type { Stream, Surroundings } from "./websocket";

const PREFIX = "resource/";
/** Why a look may be refused, and whether it is worth another try. */
const REFUSALS: ReadonlyMap<string, boolean> = new Map([
  ["too_many", true], ["unknown_resource", true], ["no_details", false],
]);
const TRY_AGAIN_AFTER = 5000;

/** Whether a stream is that of one resource. */
export const isOfOne = (stream: string): boolean => stream.startsWith(PREFIX);

interface Server extends Pick<Surroundings, "after"> {
  /** Sends a command if there is a server that has said hello. */
  send(command: object): void;
  /** To be told that the stream has been cleared. */
  onClear(): void;
}

export class Look {
  /** The code with which the server has refused to ask the resource alone. */
  readonly refusal: Get<string | null>;
  #setRefusal: (code: string | null) => void;
  /** What is looked at. */
  resource: string | null = null;
  /** Whether its snapshot is on its way: until then deltas are of an earlier look. */
  #isAwaited = false;
  #cancelRetry = () => {};

  constructor(
    readonly stream: Stream,
    readonly server: Server,
  ) {
    [this.refusal, this.#setRefusal] = signal<string | null>(null);
  }

  /** Looks at another resource, or with null at none. */
  at(resource: string | null): void {
    if (resource === this.resource) return;
    this.resource = resource;
    this.greet();
    if (resource === null) this.server.send({ type: "unfocus" });
  }

  /** Begins anew: a server has said hello, or the resource is another one. */
  greet(): void {
    this.#setRefusal(null);
    this.#cancelRetry();
    if (this.stream.epoch !== "") {
      this.stream.clear();
      this.server.onClear();
    }
    this.#ask();
  }

  #ask(): void {
    if (this.resource === null) return;
    this.#isAwaited = true;
    this.server.send({ type: "focus", resource: this.resource });
  }

  /** Whether something changed. */
  take(message: Snapshot | Delta): boolean {
    if (message.stream !== `${PREFIX}${this.resource}`) return false;
    if (message.type === "snapshot") this.#isAwaited = false;
    if (this.#isAwaited) return false;
    const outcome = this.stream.apply(message);
    if (outcome === "gap") this.#ask();
    if (outcome !== "applied") return false;
    this.#cancelRetry();
    this.#setRefusal(null);
    return true;
  }

  /** Takes an error; false when it is not about this. */
  refuse(code: string): boolean {
    const isWorthARetry = REFUSALS.get(code);
    if (isWorthARetry === undefined) return false;
    // The answer to an earlier look may come late: what there is stays.
    if (this.resource === null || !this.#isAwaited) return true;
    this.#setRefusal(code);
    this.#cancelRetry();
    if (isWorthARetry) {
      this.#cancelRetry = this.server.after(TRY_AGAIN_AFTER, () => this.#ask());
    }
    return true;
  }
}
