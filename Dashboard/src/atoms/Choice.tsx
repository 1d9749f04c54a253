/** What the viewer chooses by, in step with what is chosen, whoever changes that. */
import { type Child, type Get, effect } from "rx";

/** A box to tick, behind its title. */
export function Checkbox(props: {
  title: Child;
  checked: Get<boolean>;
  change: (checked: boolean) => void;
}): Child {
  let box!: HTMLInputElement;
  const node = (
    <label class="menu-row">
      {props.title}
      <input
        type="checkbox"
        ref={(element) => (box = element)}
        onChange={() => props.change(box.checked)}
      />
    </label>
  );
  effect(() => {
    box.checked = props.checked();
  });
  return node;
}

/** One of several; the label is needed where no element around it is one. */
export function Select(props: {
  class: string;
  label?: string;
  options: readonly (readonly [value: string, title: Child])[];
  chosen: Get<string>;
  choose: (value: string) => void;
}): Child {
  let select!: HTMLSelectElement;
  const node = (
    <select
      class={props.class}
      aria-label={props.label}
      ref={(element) => (select = element)}
      onChange={() => props.choose(select.value)}
    >
      {props.options.map(([value, title]) => (
        <option value={value}>{title}</option>
      ))}
    </select>
  );
  effect(() => {
    select.value = props.chosen();
  });
  return node;
}
