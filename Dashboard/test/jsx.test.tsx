import { beforeEach, expect, test } from "bun:test";
import { type Child, For, Show, effect, insert, liveEffects, root, signal } from "rx";
import { Element, installDocument } from "./dom";

installDocument();
let place = new Element("main");
const mount = (child: () => Child) =>
  root((dispose) => {
    insert(place as unknown as Node, child());
    return dispose;
  });
const element = (index: number) => place.childNodes[index] as Element;

beforeEach(() => {
  place = new Element("main");
});

test("attributes: null and false go, true is empty, a function follows its signal", () => {
  const [level, setLevel] = signal<string | null>("ok");
  const end = mount(() => (
    <div class="a" hidden={false} title={null} data-level={level} aria-label="x" tabindex={0} />
  ));
  const shown = () => Object.fromEntries(element(0).attributes);
  expect(shown()).toEqual({ class: "a", "data-level": "ok", "aria-label": "x", tabindex: "0" });
  setLevel(null);
  expect(shown()).toEqual({ class: "a", "aria-label": "x", tabindex: "0" });
  end();
});

test("text that changes stays one node, and is written only if it reads differently", () => {
  const [count, setCount] = signal(1);
  const end = mount(() => <p>{() => `${Math.floor(count() / 10)} tens`}</p>);
  const text = element(0).childNodes[0] as unknown as { data: string; writes: number };
  setCount(2);
  expect(text.writes).toBe(0);
  setCount(10);
  expect([text.data, text.writes]).toEqual(["1 tens", 1]);
  end();
});

test("names are text, whatever they look like", () => {
  const end = mount(() => <p>{() => "<img src=x onerror=alert(1)>"}</p>);
  expect(element(0).textContent).toBe("<img src=x onerror=alert(1)>");
  end();
});

test("events reach their handler", () => {
  let clicks = 0;
  const end = mount(() => <button type="button" onClick={() => clicks++} />);
  element(0).listeners.get("click")?.({});
  expect(clicks).toBe(1);
  end();
});

test("Show makes its children when they are wanted and ends them when not", () => {
  const start = liveEffects();
  const [on, setOn] = signal(false);
  const [value, setValue] = signal(1);
  let runs = 0;
  const end = mount(() => (
    <div>
      <Show when={on} fallback={() => "off"}>
        {() => {
          effect(() => {
            value();
            runs++;
          });
          return <span>{value}</span>;
        }}
      </Show>
    </div>
  ));
  expect(element(0).textContent).toBe("off");
  setOn(true);
  expect(element(0).textContent).toBe("1");
  setValue(2);
  expect([element(0).textContent, runs]).toEqual(["2", 2]);
  setOn(false);
  setValue(3);
  expect([element(0).textContent, runs]).toEqual(["off", 2]);
  end();
  expect(liveEffects()).toBe(start);
});

interface Item {
  id: string;
  load: number;
}
const list = (items: () => Item[]) =>
  mount(() => (
    <ul>
      <For each={items} by={(item) => item.id}>
        {(item) => <li>{() => `${item().id}${item().load} `}</li>}
      </For>
    </ul>
  ));
const items = (...ids: string[]): Item[] => ids.map((id) => ({ id, load: 0 }));

test("For keeps an item's element while its key stays, and passes on its new value", () => {
  const [get, set] = signal(items("a", "b", "c"));
  const end = list(get);
  const before = [...element(0).childNodes];
  set([{ id: "c", load: 1 }, { id: "a", load: 2 }, { id: "d", load: 3 }]);
  const after = element(0).childNodes;
  expect(element(0).textContent).toBe("c1 a2 d3 ");
  expect(after[0] === before[2]).toBe(true);
  expect(after[1] === before[0]).toBe(true);
  end();
});

test("For moves nothing when the order stays", () => {
  const [get, set] = signal(items("a", "b", "c"));
  const end = list(get);
  const before = element(0).moves;
  set(items("a", "b", "c"));
  expect(element(0).moves).toBe(before);
  set(items("a", "b"));
  expect(element(0).moves).toBe(before + 1);
  end();
});

test("For ends what an item owned when it goes, and everything with itself", () => {
  const start = liveEffects();
  const [get, set] = signal(items("a", "b"));
  const end = list(get);
  const two = liveEffects();
  set(items("a", "b", "c", "d"));
  set(items("a", "b"));
  expect(liveEffects()).toBe(two);
  set([]);
  set(items("x"));
  end();
  expect(liveEffects()).toBe(start);
});

test("items alive across a re-run of the list still follow their signals", () => {
  const [get, set] = signal(items("a", "b"));
  const [unit, setUnit] = signal("%");
  const end = mount(() => (
    <For each={get} by={(item) => item.id}>
      {(item) => <p>{() => item().id + unit()}</p>}
    </For>
  ));
  set(items("b", "a"));
  setUnit("!");
  expect(place.textContent).toBe("b!a!");
  end();
});

test("two items of one key are both shown, and leave nothing behind", () => {
  const start = liveEffects();
  const [get, set] = signal(items("a", "a"));
  const end = list(get);
  expect(element(0).textContent).toBe("a0 a0 ");
  set(items("a", "a", "a"));
  expect(element(0).textContent).toBe("a0 a0 a0 ");
  set(items("a"));
  expect(element(0).textContent).toBe("a0 ");
  end();
  expect(liveEffects()).toBe(start);
});

test("siblings of a dynamic child keep their places", () => {
  const [middle, setMiddle] = signal<Child>(null);
  const end = mount(() => (
    <>
      <p>one</p>
      {middle}
      <p>three</p>
    </>
  ));
  setMiddle([<p>two</p>, "and a half"]);
  expect(place.textContent).toBe("onetwoand a halfthree");
  setMiddle(null);
  expect(place.textContent).toBe("onethree");
  end();
});
