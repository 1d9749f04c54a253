/** What several atoms make, as far as it needs no server. */
import type { Child } from "rx";
import { Group, Fact, Staleness, Tags } from "../src/drawer/parts";
import { Trace } from "../src/drawer/tiles";
import { LIMITS } from "../src/format/levels";
import { SAMPLES } from "../src/format/line";
import { percent } from "../src/format/units";
import { ConnectionState } from "../src/shell/ConnectionState";
import type { State } from "./atoms";

const HOSTILE = [
  "<img src=x onerror=alert(1)>", "\u202etseug desrever", "🔥 гость 客人 ضيف", "y".repeat(200),
];
const series = Float32Array.from({ length: SAMPLES }, (_, at) => 50 + 40 * Math.sin(at / 5));

const mark = (kind: string, word: string): Child => (
  <bdi class="mark" data-kind={kind}>{word}</bdi>
);

const button = (title: string, style = "button", disabled = false) => () => (
  <button type="button" class={style} disabled={disabled}>{title}</button>
);

const problem = (severity: "warn" | "crit", words: string): Child => (
  <li data-severity={severity}>
    <svg class="badge-mark" viewBox="0 0 10 10" aria-hidden="true">
      <path d="M5 1l4.5 8h-9z" />
    </svg>
    <p>
      <a class="row-link" href="#gallery"><bdi>pve2 (lab)</bdi></a> {words}{" "}
      <span class="sub">for 12 min</span>
    </p>
  </li>
);

const trace = (): Child => (
  <section class="tile">
    <h3>CPU</h3>
    <Trace
      field="trend-cpu"
      label="CPU"
      note={() => "16 cores"}
      text={() => percent(91)}
      series={() => series}
      timeOf={(at) => Date.now() - (SAMPLES - 1 - at) * 2000}
      format={percent}
      top={() => 100}
      level={() => "crit"}
      limit={LIMITS.cpu.warn}
    />
  </section>
);

export const PARTS: Record<string, readonly State[]> = {
  Buttons: [
    { title: "the thing to do", show: button("Retry now") },
    { title: "not now", show: button("Retry now", "button", true) },
    { title: "a chip", show: button("Running", "chip") },
    {
      title: "a chip, chosen",
      show: () => <button type="button" class="chip" aria-pressed="true">Running</button>,
    },
  ],
  Marks: [
    { title: "a tag", show: () => mark("tag", "prod") },
    { title: "a lock", show: () => mark("lock", "backup") },
    { title: "a template", show: () => mark("template", "template") },
    { title: "hostile ones", wide: true, show: () => <Tags words={() => HOSTILE} /> },
  ],
  Problems: [
    {
      title: "critical and warning",
      wide: true,
      show: () => (
        <ul class="problems">
          {problem("crit", "is offline")}
          {problem("warn", "uses 83 % of its CPU")}
        </ul>
      ),
    },
    {
      title: "a warning alone",
      wide: true,
      show: () => <ul class="problems">{problem("warn", "uses 83 % of its CPU")}</ul>,
    },
  ],
  Connection: [{ title: "in the header", show: () => <ConnectionState /> }],
  Drawer: [
    {
      title: "why figures are old",
      wide: true,
      show: () => <Staleness text={() => "The figures are from 12 min ago: lab fails (503)."} />,
    },
    {
      title: "facts, with their age",
      wide: true,
      show: () => (
        <Group title="Facts" since={() => Date.now() - 5000}>
          <dl class="list">
            <Fact name="Node" field="node" text={() => "pve1"} />
            {HOSTILE.map((word) => <Fact name="Name" field="name" text={() => word} />)}
          </dl>
        </Group>
      ),
    },
    { title: "a tile", show: trace },
  ],
};
