/**
 * JSX straight to DOM: an element is made once, and what is given as a function is kept up to date
 * by an effect of its own. Hence the one convention: a value that changes is passed as a function.
 * Children are evaluated before their parent, so what is conditional goes into <Show>.
 */
import type { Child, Component } from "./elements";
import { effect, memo, onCleanup, root, signal, untrack } from "./signals";

export type { JSX } from "./elements";
export { jsx as jsxs, jsx as jsxDEV };

const SVG = new Set(["svg", "path", "g", "line", "rect", "circle"]);
type Props = Record<string, unknown>;

export function jsx(tag: string | Component<Props>, props: Props): Child {
  if (typeof tag === "function") return untrack(() => tag(props));
  const element = SVG.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "children") insert(element, value as Child);
    else if (name === "ref") (value as (element: Element) => void)(element);
    else if (name.startsWith("on"))
      element.addEventListener(name.slice(2).toLowerCase(), value as EventListener);
    else if (typeof value === "function") effect(() => assign(element, name, value()));
    else assign(element, name, value);
  }
  return element;
}

export const Fragment = (props: { children?: Child }): Child => props.children;

/** Shows its children, given as a function, while `when` is true; else the fallback. */
export function Show(props: {
  when: () => unknown;
  fallback?: () => Child;
  children: () => Child;
}): Child {
  const shown = memo(() => Boolean(props.when()));
  return () => untrack((shown() ? props.children : props.fallback) ?? (() => null));
}

/** One child for each item; it stays, and its `item()` changes, while an item has its key. */
export function For<T>(props: {
  each: () => readonly T[];
  by: (item: T) => unknown;
  children: (item: () => T) => Child;
}): Child {
  type Entry = { nodes: Node[]; set: (item: T) => void; dispose: () => void };
  let entries = new Map<unknown, Entry>();
  const add = (item: T): Entry =>
    root((dispose) => {
      const [get, set] = signal(item);
      return { nodes: flatten(props.children(get)), set, dispose };
    });
  onCleanup(() => entries.forEach((entry) => entry.dispose()));
  return memo(() => {
    const before = entries;
    entries = new Map();
    for (const item of props.each()) {
      // Of two items with one key the second is nobody's successor.
      const key = entries.has(props.by(item)) ? Symbol() : props.by(item);
      const entry = before.get(key) ?? untrack(() => add(item));
      before.delete(key);
      entry.set(item);
      entries.set(key, entry);
    }
    before.forEach((entry) => entry.dispose());
    return [...entries.values()].flatMap((entry) => entry.nodes);
  });
}

/** Appends a child; one given as a function keeps its place among its siblings. */
export function insert(parent: Node, child: Child): void {
  if (Array.isArray(child)) return child.forEach((each) => insert(parent, each));
  if (typeof child !== "function") {
    for (const node of flatten(child)) parent.appendChild(node);
    return;
  }
  const end = parent.appendChild(document.createTextNode(""));
  let shown: Node[] = [];
  effect(() => {
    const value = child();
    const only = shown.length === 1 && shown[0] instanceof Text ? shown[0] : null;
    if (only && typeof value !== "object" && typeof value !== "function") {
      const text = String(value ?? "");
      if (only.data !== text) only.data = text;
      return;
    }
    const next = flatten(value);
    for (const node of shown) if (!next.includes(node)) node.parentNode?.removeChild(node);
    shown = next;
    next.reduceRight((after, node) => {
      if (node.nextSibling !== after) end.parentNode?.insertBefore(node, after);
      return node;
    }, end as Node);
  });
}

/** The nodes of a child. A function inside one that changes is simply part of that change. */
function flatten(child: Child): Node[] {
  if (typeof child === "function") return flatten(child());
  if (Array.isArray(child)) return child.flatMap(flatten);
  if (child instanceof Node) return [child];
  if (child == null || typeof child === "boolean") return [];
  return [document.createTextNode(String(child))];
}

function assign(element: Element, name: string, value: unknown): void {
  const text = value === true ? "" : String(value);
  if (value == null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}
