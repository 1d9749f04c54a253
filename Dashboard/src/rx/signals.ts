/**
 * Fine-grained reactivity after Solid's model. A signal holds a value; a memo derives one, lazily;
 * an effect runs again when something that it read has changed. Writing marks what depends on the
 * signal (DIRTY: a source changed; CHECK: a source of a source did) and runs the marked effects at
 * the end of the outermost batch: an effect below two paths from one signal runs once and sees
 * both moved. What is created while a scope runs is owned by it and is disposed with it.
 */
const CLEAN = 0, CHECK = 1, DIRTY = 2;

class Node {
  mark = CLEAN;
  running = false;
  /** Who reads this, in order of subscription. */
  readers = new Set<Node>();
  /** What the last run read, in order; kept as it is while the next run reads the same. */
  sources: Node[] = [];
  cleanups: (() => void)[] = [];
  failure: { error: unknown } | null = null;
  constructor(
    readonly owner: Node | null,
    readonly isEffect: boolean,
    public run: (() => unknown) | null,
    public value?: unknown,
  ) {
    this.mark = run ? DIRTY : CLEAN;
    owner?.cleanups.push(() => dispose(this));
  }
}

export type Get<T> = () => T;
type Scope = Node | null;

/** How often a flush may find new work before it is taken for a cycle. */
const PASSES_MAX = 100;
let owner: Scope = null;
let reader: Node | null = null;
/** How many of the reader's old sources it read again so far, what beyond them, and what last. */
let kept = 0;
let fresh: Node[] | null = null;
let last: Node | null = null;
let depth = 0;
let flushing = false;
let queue: Node[] = [];
let effects = 0;
let runs = 0;

/** Where an effect's error goes; the other effects run on. */
export const errors = { report: (error: unknown): void => console.error(error) };

/** How many effects live: tests and the page's own counters watch it for leaks. */
export const liveEffects = (): number => effects;

/** A value that can be watched. Setting an equal value (Object.is) notifies nobody. */
export function signal<T>(initial: T): [Get<T>, (value: T) => void] {
  const node = new Node(null, false, null, initial);
  const set = (value: T) => {
    if (Object.is(node.value, value)) return;
    node.value = value;
    for (const each of node.readers) raise(each, DIRTY);
    if (depth === 0) flush();
  };
  return [() => read(node) as T, set];
}

/** A derived value: computed when first read, and again only if a source really changed. */
export function memo<T>(compute: () => T): Get<T> {
  const node = new Node(owner, false, compute);
  return () => read(node) as T;
}

/** Runs now and after every change of what it read, until its owner or the result disposes it. */
export function effect(run: () => void): () => void {
  const node = new Node(owner, true, run);
  effects++;
  batch(() => refresh(node));
  return () => dispose(node);
}

/** How often effects have run: what an update costs, counted. */
export const effectRuns = (): number => runs;

/** Runs `action`, and only then the effects of everything that it wrote. */
export function batch<T>(action: () => T): T {
  depth++;
  try {
    return action();
  } finally {
    if (--depth === 0) flush();
  }
}

/** Runs `action` without subscribing the running effect to what it reads. */
export const untrack = <T>(action: () => T): T => within(owner, null, action);

/** A detached scope: it outlives whoever called, and only its `dispose` ends it. */
export function root<T>(action: (dispose: () => void) => T): T {
  const node = new Node(null, false, null);
  return within(node, null, () => action(() => dispose(node)));
}

/** The running scope, and how work done later (timer, frame) gets back into it. */
export const scope = (): Scope => owner;
export const runWithOwner = <T>(of: Scope, action: () => T): T => within(of, null, action);

/** Does `action` before the running scope runs again, or when it is disposed. */
export const onCleanup = (action: () => void): void => void owner?.cleanups.push(action);

function within<T>(nextOwner: Scope, nextReader: Node | null, action: () => T): T {
  const before = [owner, reader, kept, fresh, last] as const;
  [owner, reader, kept, fresh, last] = [nextOwner, nextReader, 0, null, null];
  try {
    return action();
  } finally {
    if (nextReader) subscribe(nextReader);
    [owner, reader, kept, fresh, last] = before;
  }
}

function read(node: Node): unknown {
  if (reader && node !== last) {
    last = node;
    if (!fresh && reader.sources[kept] === node) kept++;
    else (fresh ??= []).push(node);
    node.readers.add(reader);
  }
  refresh(node);
  if (node.failure) throw node.failure.error;
  return node.value;
}

/** Keeps the subscriptions of a finished run in step with what it read. */
function subscribe(node: Node): void {
  if (node.run && !fresh && kept === node.sources.length) return;
  const before = node.sources.concat(fresh ?? []);
  node.sources = node.run ? node.sources.slice(0, kept).concat(fresh ?? []) : [];
  const now = new Set(node.sources);
  for (const source of before) if (!now.has(source)) source.readers.delete(node);
}

function raise(node: Node, mark: number): void {
  const before = node.mark;
  if (before >= mark) return;
  node.mark = mark;
  if (before !== CLEAN) return;
  if (node.isEffect) queue.push(node);
  else for (const each of node.readers) raise(each, CHECK);
}

/** Brings a memo or an effect up to date, running it only if a source changed. */
function refresh(node: Node): void {
  for (const source of node.mark === CHECK ? node.sources : []) {
    refresh(source);
    if (node.mark === DIRTY) break;
  }
  const run = node.mark === DIRTY ? node.run : null;
  node.mark = CLEAN;
  if (!run) return;
  clear(node);
  if (node.isEffect) runs++;
  const [value, failure] = [node.value, node.failure];
  node.failure = null;
  node.running = true;
  try {
    node.value = within(node, node, run);
  } catch (error) {
    node.failure = { error };
    if (node.isEffect) errors.report(error);
  }
  node.running = false;
  if (!failure && !node.failure && Object.is(value, node.value)) return;
  for (const each of node.readers) {
    // One that is running reads the new value now, unless a write of its own came in between.
    if (!each.running || each.mark !== CLEAN) raise(each, DIRTY);
  }
}

function flush(): void {
  if (flushing) return;
  flushing = true;
  for (let pass = 0; queue.length > 0; pass++) {
    const due = queue;
    queue = [];
    if (pass < PASSES_MAX) for (const node of due) outerFirst(node);
    else for (const node of due) node.mark = CLEAN;
    if (pass === PASSES_MAX) errors.report(new Error("effects keep changing what they read"));
  }
  flushing = false;
}

/** An owner may dispose of the effect instead of running it, and so goes before it. */
function outerFirst(node: Node): void {
  if (node.owner) outerFirst(node.owner);
  refresh(node);
}

function clear(node: Node): void {
  for (const cleanup of node.cleanups.splice(0).reverse()) cleanup();
}

function dispose(node: Node): void {
  if (node.isEffect && node.run) effects--;
  node.run = null;
  node.mark = CLEAN;
  clear(node);
  for (const source of node.sources.splice(0)) source.readers.delete(node);
}
