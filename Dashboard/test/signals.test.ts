import { expect, test } from "bun:test";
import {
  batch, effect, errors, liveEffects, memo, onCleanup, root, runWithOwner, scope, signal, untrack,
} from "rx";

test("an effect below two paths from one signal runs once and sees both moved", () => {
  const [count, setCount] = signal(1);
  const double = memo(() => count() * 2);
  const triple = memo(() => count() * 3);
  const seen: string[] = [];
  const dispose = effect(() => void seen.push(`${double()} ${triple()}`));
  setCount(2);
  expect(seen).toEqual(["2 3", "4 6"]);
  dispose();
});

test("a memo that comes out equal stops the change there", () => {
  const [count, setCount] = signal(1);
  const even = memo(() => count() % 2 === 0);
  let runs = 0;
  const dispose = effect(() => {
    even();
    runs++;
  });
  setCount(3);
  expect(runs).toBe(1);
  setCount(4);
  expect(runs).toBe(2);
  dispose();
});

test("a memo is computed only when somebody reads it", () => {
  const [count, setCount] = signal(1);
  let runs = 0;
  const square = memo(() => {
    runs++;
    return count() ** 2;
  });
  setCount(2);
  expect(runs).toBe(0);
  expect([square(), square()]).toEqual([4, 4]);
  expect(runs).toBe(1);
});

test("what a run no longer reads no longer triggers it", () => {
  const [which, setWhich] = signal("a");
  const [a, setA] = signal(1);
  const [b, setB] = signal(2);
  const seen: number[] = [];
  const dispose = effect(() => void seen.push(which() === "a" ? a() : b()));
  setB(20);
  setWhich("b");
  setA(10);
  setB(30);
  expect(seen).toEqual([1, 20, 30]);
  dispose();
});

test("a source that is read twice, and then once, still triggers", () => {
  const [twice, setTwice] = signal(true);
  const [a, setA] = signal(1);
  let runs = 0;
  const dispose = effect(() => {
    a();
    if (twice()) a();
    runs++;
  });
  setTwice(false);
  setA(2);
  expect(runs).toBe(3);
  dispose();
});

test("a batch runs an effect once, after all writes", () => {
  const [a, setA] = signal(1);
  const [b, setB] = signal(1);
  const seen: number[] = [];
  const dispose = effect(() => void seen.push(a() + b()));
  batch(() => {
    setA(2);
    batch(() => setB(2));
    expect(seen).toEqual([2]);
  });
  expect(seen).toEqual([2, 4]);
  dispose();
});

test("an equal value notifies nobody, and NaN equals itself", () => {
  const [value, setValue] = signal(NaN);
  let runs = 0;
  const dispose = effect(() => {
    value();
    runs++;
  });
  setValue(NaN);
  expect(runs).toBe(1);
  dispose();
});

test("untracked reads do not subscribe", () => {
  const [a, setA] = signal(1);
  let runs = 0;
  const dispose = effect(() => {
    untrack(a);
    runs++;
  });
  setA(2);
  expect(runs).toBe(1);
  dispose();
});

test("an outer effect that runs again disposes of the inner ones first", () => {
  const start = liveEffects();
  const [outer, setOuter] = signal(1);
  const [inner, setInner] = signal(1);
  const log: string[] = [];
  const dispose = effect(() => {
    const mine = outer();
    effect(() => {
      log.push(`${mine}:${inner()}`);
      onCleanup(() => log.push(`end ${mine}`));
    });
  });
  setOuter(2);
  setInner(2);
  expect(log).toEqual(["1:1", "end 1", "2:1", "end 2", "2:2"]);
  dispose();
  expect(log.at(-1)).toBe("end 2");
  expect(liveEffects()).toBe(start);
});

test("an inner effect does not run on what its owner is about to dispose", () => {
  const [item, setItem] = signal<{ name: string } | null>({ name: "a" });
  const failures: unknown[] = [];
  const report = errors.report;
  errors.report = (error) => failures.push(error);
  const some = memo(() => item() !== null);
  const dispose = effect(() => {
    if (some()) effect(() => void item()!.name);
  });
  setItem(null);
  errors.report = report;
  expect(failures).toEqual([]);
  dispose();
});

test("an effect that throws is reported, and neither it nor the others end", () => {
  const failures: unknown[] = [];
  const report = errors.report;
  errors.report = (error) => failures.push(String(error));
  const [value, setValue] = signal(1);
  const seen: number[] = [];
  const first = effect(() => {
    if (value() === 2) throw new Error("two");
    seen.push(-value());
  });
  const second = effect(() => void seen.push(value()));
  setValue(2);
  setValue(3);
  errors.report = report;
  expect(failures).toEqual(["Error: two"]);
  expect(seen).toEqual([-1, 1, 2, -3, 3]);
  first();
  second();
});

test("a memo that throws passes the error to its readers, and recovers", () => {
  const [value, setValue] = signal(1);
  const half = memo(() => {
    if (value() === 0) throw new Error("zero");
    return value() / 2;
  });
  setValue(0);
  expect(half).toThrow("zero");
  setValue(4);
  expect(half()).toBe(2);
});

test("a root is detached: the effect that made it may run again without it", () => {
  const start = liveEffects();
  const [trigger, setTrigger] = signal(1);
  const [value, setValue] = signal(1);
  const seen: number[] = [];
  let end = () => {};
  const dispose = effect(() => {
    if (trigger() > 1) return;
    root((disposeRoot) => {
      end = disposeRoot;
      effect(() => void seen.push(value()));
    });
  });
  setTrigger(2);
  setValue(2);
  expect(seen).toEqual([1, 2]);
  dispose();
  setValue(3);
  expect(seen).toEqual([1, 2, 3]);
  end();
  expect(liveEffects()).toBe(start);
});

test("work done later belongs to the scope it was handed", () => {
  const start = liveEffects();
  let owner = scope();
  const end = root((dispose) => {
    owner = scope();
    return dispose;
  });
  runWithOwner(owner, () => effect(() => {}));
  expect(liveEffects()).toBe(start + 1);
  end();
  expect(liveEffects()).toBe(start);
});

test("effects that feed each other are stopped and reported", () => {
  const failures: string[] = [];
  const report = errors.report;
  errors.report = (error) => failures.push(String(error));
  const [value, setValue] = signal(0);
  const dispose = effect(() => setValue(value() + 1));
  errors.report = report;
  expect(failures).toEqual(["Error: effects keep changing what they read"]);
  dispose();
});

test("an effect that settles what it reads is not a cycle", () => {
  const [value, setValue] = signal(250);
  const dispose = effect(() => {
    if (value() > 100) setValue(100);
  });
  expect(value()).toBe(100);
  dispose();
});

test("an effect that ends itself stays ended, whatever it read", () => {
  const start = liveEffects();
  const [value, setValue] = signal(0);
  let runs = 0;
  root((end) =>
    effect(() => {
      runs++;
      value();
      if (untrack(value) === 1) end();
      value();
    }),
  );
  setValue(1);
  setValue(2);
  expect(runs).toBe(2);
  expect(liveEffects()).toBe(start);
});
