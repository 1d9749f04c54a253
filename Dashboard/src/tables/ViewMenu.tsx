/** Which columns a table shows, how its rows are grouped, and how densely they stand. */
import { type Child, type Get, onCleanup } from "rx";
import { Checkbox, Select } from "../atoms/Choice";
import { DENSITIES, type Density, density, setDensity } from "../stores/density";
import type { TableView } from "../stores/tableView";
import { type Column, isChoice } from "./columns";

interface Props<By extends string, Group extends string> {
  label: string;
  view: TableView<By, Group>;
  columns: Get<readonly Column<string, By>[]>;
}

export function ViewMenu<By extends string, Group extends string>(
  { label, view, columns }: Props<By, Group>,
): Child {
  let menu!: HTMLDetailsElement;
  const shut = (event: Event) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  };
  document.addEventListener("pointerdown", shut);
  onCleanup(() => document.removeEventListener("pointerdown", shut));
  return (
    <details
      class="menu"
      ref={(element) => (menu = element)}
      onKeydown={(event) => {
        if (event.key !== "Escape" || !menu.open) return;
        event.preventDefault();
        menu.open = false;
        menu.querySelector("summary")!.focus();
      }}
    >
      <summary class="chip" aria-label={label}>
        View
      </summary>
      <div class="menu-sheet">
        <Choice
          title="Group by"
          options={["", ...view.source.groups]}
          chosen={() => view.group() ?? ""}
          choose={(name) => view.setGroup((name || null) as Group | null)}
        />
        <div class="menu-density">
          <Choice
            title="Density of all tables"
            options={DENSITIES}
            chosen={density}
            choose={(name) => setDensity(name as Density)}
          />
        </div>
        <fieldset>
          <legend>Columns, as far as there is room</legend>
          {() => columns().filter(isChoice).map((column) => (
            <ColumnBox name={column.name} title={column.title} view={view} columns={columns} />
          ))}
        </fieldset>
      </div>
    </details>
  );
}

function Choice(props: {
  title: string;
  options: readonly string[];
  chosen: Get<string>;
  choose: (name: string) => void;
}): Child {
  return (
    <label class="menu-row">
      {props.title}
      <Select
        class="menu-choice"
        options={props.options.map((name) => [name, name || "nothing"])}
        chosen={props.chosen}
        choose={props.choose}
      />
    </label>
  );
}

function ColumnBox<By extends string, Group extends string>(
  { name, title, view, columns }: Pick<Column, "name" | "title"> & Omit<Props<By, Group>, "label">,
): Child {
  const every = () => columns().filter(({ yields }) => yields > 0).map((each) => each.name);
  const change = (checked: boolean) => {
    const before = new Set(view.columns() ?? every());
    if (checked) before.add(name);
    else before.delete(name);
    const chosen = every().filter((each) => before.has(each));
    view.setColumns(chosen.length === every().length ? null : chosen);
  };
  const isShown = () => view.columns()?.includes(name) ?? true;
  return <Checkbox title={title} checked={isShown} change={change} />;
}
