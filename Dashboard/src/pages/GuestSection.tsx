/** The guests with what narrows them down: a filter, chips for the common terms, a count. */
import { type Child, Show, effect, memo } from "rx";
import { total } from "../format/units";
import { filterHint, guestTable, order, query, setQuery } from "../stores/guestView";
import { opened } from "../stores/opened";
import { asks, asksWord, toggle, toggleWord } from "../stores/query";
import { guests } from "../stores/session";
import { GuestTable, SortChoice, guestColumns } from "../tables/GuestTable";
import { ViewMenu } from "../tables/ViewMenu";

const CHIPS = [
  ["Running", "status", "running"],
  ["VM", "type", "vm"],
  ["CT", "type", "ct"],
] as const;

const BUSY = "cpu>80";

export function GuestSection(): Child {
  const all = memo(() => guests.slots().length);
  const shown = memo(() => order().length);
  const number = () =>
    query().trim() ? `${total(shown())} of ${total(all())}` : total(all());
  return (
    <section id="guests" data-testid="guests">
      <div class="page-title">
        <h2>Guests</h2>
        <p class="counts" role="status" data-testid="guest-count">{number}</p>
      </div>
      <div class="tools">
        <Filter />
        {CHIPS.map(([title, key, value]) => (
          <button
            type="button"
            class="chip"
            aria-pressed={() => String(asks(query(), key, value))}
            onClick={() => setQuery(toggle(query(), key, value))}
          >
            {title}
          </button>
        ))}
        <button
          type="button"
          class="chip"
          aria-pressed={() => String(asksWord(query(), BUSY))}
          onClick={() => setQuery(toggleWord(query(), BUSY))}
        >
          {BUSY}
        </button>
        <SortChoice />
        <ViewMenu label="View of the guests" view={guestTable} columns={guestColumns} />
      </div>
      <p class="filter-hint" role="status" data-testid="filter-hint">
        {() => filterHint() ?? ""}
      </p>
      <Show when={() => shown() > 0} fallback={() => <NoMatch />}>
        {() => <GuestTable />}
      </Show>
    </section>
  );
}

function Filter(): Child {
  let input!: HTMLInputElement;
  const node = (
    <input
      type="search"
      class="filter"
      data-testid="filter"
      aria-label="Filter guests"
      aria-keyshortcuts="/"
      aria-invalid={() => String(filterHint() !== null)}
      placeholder="Filter: web tag:prod cpu>80"
      autocomplete="off"
      spellcheck="false"
      enterkeyhint="search"
      ref={(element) => (input = element)}
      onInput={() => setQuery(input.value)}
      onKeydown={(event) => {
        if (event.key !== "Escape" || (input.value === "" && opened() !== null)) return;
        event.preventDefault();
        if (input.value === "") input.blur();
        setQuery("");
      }}
    />
  );
  effect(() => {
    if (input.value !== query()) input.value = query();
  });
  return node;
}

function NoMatch(): Child {
  return (
    <div class="notice" data-testid="no-match">
      <h3>
        No guest matches “<bdi>{query}</bdi>”
      </h3>
      <p>
        Words are looked for in names, ids, nodes and tags; a word after a minus must not be
        there. <code>node:pve1</code> looks in one field, also for a part of its word,
        and <code>node:=pve1</code> for the whole word. <code>cpu&gt;80</code>,{" "}
        <code>mem&gt;4G</code>, <code>net&gt;10M</code> and <code>uptime&lt;1d</code> compare figures.
      </p>
      <button type="button" class="button" onClick={() => setQuery("")}>
        Clear filter
      </button>
    </div>
  );
}
