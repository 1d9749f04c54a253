/** The types that let `bun check` find a wrong tag, attribute or child. Nothing here runs. */

export type Child =
  | Node | string | number | boolean | null | undefined | readonly Child[] | (() => Child);
export type Component<P = object> = (props: P) => Child;

/** A value, or a function that gives the current one. */
type Bound<T> = T | (() => T);
type Text = Bound<string | number | boolean | null | undefined>;

type Events = {
  [E in keyof HTMLElementEventMap as `on${Capitalize<E>}`]?: (
    event: HTMLElementEventMap[E],
  ) => void;
};

type Attributes<E extends Element = HTMLElement> = Events & {
  children?: Child;
  ref?: (element: E) => void;
  class?: Text;
  id?: Text;
  role?: Text;
  title?: Text;
  hidden?: Bound<boolean>;
  tabindex?: Text;
} & { [name: `data-${string}` | `aria-${string}`]: Text };

type Button = Attributes<HTMLButtonElement> & {
  type: "button" | "submit";
  disabled?: Bound<boolean>;
};
type Input = Attributes<HTMLInputElement> & {
  type: "search" | "text" | "checkbox";
  placeholder?: Text;
  autocomplete?: "off";
  spellcheck?: "false";
  enterkeyhint?: "search" | "go";
};
type Option = Attributes<HTMLOptionElement> & { value: Text };
type Link = Attributes<HTMLAnchorElement> & {
  href?: Text;
  target?: "_blank";
  rel?: "noreferrer";
};
type Shape = Attributes<SVGElement> & {
  [name in
    | "viewBox" | "preserveAspectRatio" | "d" | "fill" | "stroke" | "x" | "y" | "x1" | "y1" | "x2"
    | "y2" | "cx" | "cy" | "r" | "rx" | "width" | "height"]?: Text;
};
type Plain =
  | "bdi" | "code" | "dd" | "div" | "dl" | "dt" | "fieldset" | "h1" | "h2" | "h3" | "header" | "kbd"
  | "label" | "legend" | "li" | "main" | "nav" | "p" | "pre" | "section" | "span" | "strong"
  | "summary" | "ul";

export namespace JSX {
  export type Element = Child;
  export type ElementType = keyof IntrinsicElements | Component<never>;
  export interface ElementChildrenAttribute {
    children: object;
  }
  export type IntrinsicElements = { [tag in Plain]: Attributes } & {
    a: Link;
    button: Button;
    input: Input;
    select: Attributes<HTMLSelectElement>;
    option: Option;
    details: Attributes<HTMLDetailsElement>;
    dialog: Attributes<HTMLDialogElement>;
  } & { [tag in "svg" | "path" | "g" | "line" | "rect" | "circle"]: Shape };
}
