/** As much of a document as rx needs, for tests without a browser. */

class Node {
  parentNode: Element | null = null;
  get nextSibling(): Node | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }
  get textContent(): string {
    return "";
  }
}

class Text extends Node {
  /** How often the text was written. */
  writes = 0;
  #data: string;
  constructor(data: string) {
    super();
    this.#data = data;
  }
  get data(): string {
    return this.#data;
  }
  set data(data: string) {
    this.#data = data;
    this.writes++;
  }
  override get textContent(): string {
    return this.#data;
  }
}

export class Element extends Node {
  childNodes: Node[] = [];
  attributes = new Map<string, string>();
  listeners = new Map<string, (event: unknown) => void>();
  /** How often a child was put in or taken out. */
  moves = 0;
  constructor(readonly tagName: string) {
    super();
  }
  override get textContent(): string {
    return this.childNodes.map((node) => node.textContent).join("");
  }
  appendChild(node: Node): Node {
    return this.insertBefore(node, null);
  }
  insertBefore(node: Node, before: Node | null): Node {
    node.parentNode?.removeChild(node);
    const at = before ? this.childNodes.indexOf(before) : this.childNodes.length;
    this.childNodes.splice(at, 0, node);
    node.parentNode = this;
    this.moves++;
    return node;
  }
  removeChild(node: Node): Node {
    this.childNodes.splice(this.childNodes.indexOf(node), 1);
    node.parentNode = null;
    this.moves++;
    return node;
  }
  getAttribute = (name: string) => this.attributes.get(name) ?? null;
  setAttribute = (name: string, value: string) => void this.attributes.set(name, value);
  removeAttribute = (name: string) => void this.attributes.delete(name);
  addEventListener = (name: string, action: (event: unknown) => void) =>
    void this.listeners.set(name, action);
}

export function installDocument(): void {
  Object.assign(globalThis, {
    Node,
    Text,
    document: {
      createElement: (tag: string) => new Element(tag),
      createElementNS: (_: string, tag: string) => new Element(tag),
      createTextNode: (data: string) => new Text(data),
    },
  });
}
