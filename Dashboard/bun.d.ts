/** The little of Bun that our tools and tests use: its own types come only from npm. */

declare module "bun" {
  export interface ServerWebSocket<T> {
    readonly data: T;
    send(text: string): number;
    subscribe(topic: string): void;
    unsubscribe(topic: string): void;
  }
}

declare module "bun:test" {
  interface Matchers {
    not: Matchers;
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    toContain(expected: unknown): void;
    toBeGreaterThan(expected: number): void;
    toBeLessThanOrEqual(expected: number): void;
    toThrow(message?: string): void;
  }
  export function test(rule: string, body: () => void | Promise<void>): void;
  export function describe(subject: string, body: () => void): void;
  export function beforeEach(body: () => void): void;
  export function afterEach(body: () => void): void;
  /** Sets the clock; without a time, back to the real one. */
  export function setSystemTime(milliseconds?: number): void;
  export function expect(actual: unknown): Matchers;
}

interface ImportMeta {
  readonly dir: string;
}

declare const process: {
  readonly argv: string[];
  on(signal: "SIGTERM", action: () => void): void;
  exit(code: number): never;
};

declare const Bun: {
  file(path: string): Blob & { exists(): Promise<boolean> };
  serve(options: {
    hostname: string;
    port: number;
    fetch(request: Request, server: { upgrade(request: Request): boolean }):
      Promise<Response | undefined>;
    websocket: {
      open(client: import("bun").ServerWebSocket<unknown>): void;
      message(client: import("bun").ServerWebSocket<unknown>, text: string | Uint8Array): void;
    };
  }): { hostname: string; port: number; publish(topic: string, text: string): void };
};
