"""What the page costs a browser: milliseconds, memory and work in each update, beside its budgets.

Started by script/bench. Each scenario has servers of its own, pinned to core 0, and a fresh page in
headless Chromium with the guests, or a map of the hosts, in view. Figures of a tick are differences
of Chromium's own counters between two moments halfway between ticks, so that nothing in the page
measures.
"""

import argparse
import contextlib
import dataclasses
import gzip
import os
import pathlib
import re
import statistics
import sys
import tempfile
import time
import urllib.request
from urllib.parse import urljoin

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/Browser"))
from server import Simulated, stand_in  # noqa: E402

SIZES = [500, 5000, 20_000]
# The size that the budgets of time and memory are for; larger fleets are told, and have none.
BUDGETED = 5000
CLUSTERS, NODES = 3, 4
# As many as are a map.
HOSTS = 1000
VIEWPORT = {"width": 1440, "height": 900}
INTERVAL = 1.0

# While a page starts nothing is promised.
START_SECONDS = 2.0
MUTATION_TICKS = 5
SCROLL_FRAMES, SCROLL_ROWS, ROW_PIXELS = 120, 12, 32

HEAP_INTERVAL_MS = 100
HEAP_FROM_TICK, HEAP_TO_TICK = 10, 310
# By then the lines of the last minute are as long as they become.
HEAP_FULL_TICK = 110
# A message may be in hand at any look, so the least of some counts.
HEAP_LOOKS = 5

# Of the whole machine: more than this in other hands, and times mean little.
FOREIGN_MAX = 0.10

WATCH_LONG_TASKS = """
    window.longTasks = [];
    new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) {
            longTasks.push([startTime, duration]);
        }
    }).observe({ type: "longtask", buffered: true });
"""
COUNT_MUTATIONS = """() => {
    window.mutations = 0;
    new MutationObserver((all) => (mutations += all.length)).observe(document.body,
        { subtree: true, childList: true, characterData: true, attributes: true });
}"""
PAINTED = """() => performance.getEntriesByType("paint")
    .find(({ name }) => name === "first-contentful-paint")?.startTime"""
SCROLL = """([frames, step]) => new Promise((done) => {
    const times = [];
    let last = 0;
    const next = (now) => {
        if (last) times.push(now - last);
        last = now;
        if (times.length >= frames) return done(times);
        scrollBy(0, step);
        requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
})"""
# How many are listed; a row of a table is its head.
LISTED = {
    "guests": "Number(document.querySelector('.guests')?.ariaRowCount ?? 0)",
    "hosts": "document.querySelectorAll('#hosts .map-cell').length",
}


@dataclasses.dataclass
class Figure:
    """One figure; a budget is the most that it may be."""

    name: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def is_met(self):
        return self.budget is None or self.value <= self.budget

    def __str__(self):
        said = "-"
        if self.budget is not None:
            said = f"<= {self.budget:g} {self.unit}".ljust(12)
            said += " met" if self.is_met else " MISSED"
        return f"  {self.name:36} {self.value:9.2f} {self.unit:6} {said}"


@contextlib.contextmanager
def on_core(number):
    """What is started meanwhile stays on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {number})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def simulated(guests, interval_ms):
    """The release binary, which polls its simulator."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--clusters", CLUSTERS, "--nodes", NODES, "--guests", guests]
        with on_core(0):
            config = pathlib.Path(folder) / "config.json"
            server = Simulated(config, *map(str, options), interval_ms=interval_ms)
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def played(*options, interval_ms):
    """The page's stand-in."""
    with on_core(0):
        server = stand_in(*map(str, options), interval_ms=interval_ms)
    try:
        yield server
    finally:
        server.stop()


def all_changing(guests, interval_ms):
    """Every guest changes in every tick."""
    return played("--guests", guests, "--nodes", CLUSTERS * NODES, interval_ms=interval_ms)


def mapped(hosts, interval_ms):
    """Every host changes in every tick."""
    return played("--hosts", hosts, interval_ms=interval_ms)


class Visit:
    """A fresh page with the resources of one stream in view."""

    def __init__(self, browser, server, count, stream="guests"):
        self.server = server
        self.ticks = f"[__pulse.generation, __pulse.at('{stream}'), __pulse.runs]"
        self.context = browser.new_context(viewport=VIEWPORT)
        self.page = self.context.new_page()
        self.page.add_init_script(WATCH_LONG_TASKS)
        self.cdp = self.context.new_cdp_session(self.page)
        # The processor's time: what others do with the machine in between is not counted.
        self.cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.page.goto(server.url, wait_until="commit")
        self.until("window.__pulse?.conn === 'live'")
        # Templates and the like are listed, too.
        self.until(f"{LISTED[stream]} > {count} * 0.9")
        self.page.evaluate(f"document.querySelector('#{stream}').scrollIntoView()")
        self.until(f"performance.now() > {START_SECONDS * 1000}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def until(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not self.page.evaluate(f"Boolean({condition})"):
            if time.monotonic() > end:
                raise SystemExit(f"not within {seconds} s: {condition}")
            time.sleep(0.01)

    def counters(self):
        """Seconds of the main thread since the page began."""
        all_of_them = self.cdp.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in all_of_them}

    def between_ticks(self):
        """Returns when half an interval has passed since a tick."""
        last = self.page.evaluate("__pulse.generation")
        self.until(f"__pulse.generation !== {last}")
        time.sleep(INTERVAL / 2)

    def heap(self):
        """The bytes in use once what nobody needs is gone."""
        looks = []
        for _ in range(HEAP_LOOKS):
            self.cdp.send("HeapProfiler.collectGarbage")
            looks.append(self.cdp.send("Runtime.getHeapUsage")["usedSize"])
        return min(looks)


def measure_ticks(visit, count):
    """Milliseconds of each tick that brought news: script, and all work of the main thread."""
    script, task = [], []
    visit.between_ticks()
    _, first, runs = visit.page.evaluate(visit.ticks)
    before, start, due = first, visit.counters(), time.monotonic()
    for _ in range(count):
        due += INTERVAL
        time.sleep(max(0, due - time.monotonic()))
        end = visit.counters()
        _, now, runs_now = visit.page.evaluate(visit.ticks)
        if now != before:
            script.append((end["ScriptDuration"] - start["ScriptDuration"]) * 1000)
            task.append((end["TaskDuration"] - start["TaskDuration"]) * 1000)
        # What was asked meanwhile belongs to no tick.
        before, start = now, visit.counters()
    if not script:
        raise SystemExit("no tick brought news")
    return script, task, before - first, (runs_now - runs) / count


def measure_mutations(visit):
    visit.between_ticks()
    visit.page.evaluate(COUNT_MUTATIONS)
    time.sleep(MUTATION_TICKS * INTERVAL)
    return visit.page.evaluate("mutations") / MUTATION_TICKS


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def served_sizes(server):
    """The bytes of the entry and of the styles as gzip, as the server sends them."""
    page = fetch(f"{server.url}/").decode()
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    return [
        sum(len(fetch(urljoin(f"{server.url}/", path), packed=True)) for path in paths)
        for paths in (scripts, styles)
    ]


def fetch(url, packed=False):
    request = urllib.request.Request(url, headers={"accept-encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as response:
        body = response.read()
        if response.headers["content-encoding"] == "gzip":
            return body if packed else gzip.decompress(body)
        return gzip.compress(body, mtime=0) if packed else body


def machine_busy():
    """Seconds that the machine's processors have worked or were stolen, since it booted."""
    words = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq, steal = map(int, words[:8])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def own_busy():
    """Seconds that this process and all that came of it have taken, as far as they still run."""
    parents, seconds = {}, {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        pid = int(stat.parent.name)
        parents[pid] = int(words[1])
        seconds[pid] = sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(seconds.get(pid, 0) for pid in ours)


def scenario(browser, name, serving, count, options, *, stream="guests"):
    """Prints the figures of one fleet; those that have missed their budgets."""
    budget = lambda value: value if count <= BUDGETED else None
    serve = serving(count, int(INTERVAL * 1000))
    with serve as server, Visit(browser, server, count, stream) as visit:
        busy, own, began = machine_busy(), own_busy(), time.monotonic()
        script, task, updates, runs = measure_ticks(visit, options.ticks)
        elapsed = (time.monotonic() - began) * (os.cpu_count() or 1)
        foreign = (machine_busy() - busy - (own_busy() - own)) / elapsed
        long_tasks = [
            duration
            for start, duration in visit.page.evaluate("longTasks")
            if start > START_SECONDS * 1000
        ]
        mutations = measure_mutations(visit)
        heap = visit.heap() / 2**20
        # By as many rows in each frame as a wheel that is turned fast.
        frames = visit.page.evaluate(SCROLL, [SCROLL_FRAMES, SCROLL_ROWS * ROW_PIXELS])
        painted = visit.page.evaluate(PAINTED)
        entry, styles = served_sizes(server)
    print(f"{count:,} {stream}, {name}: {options.ticks} ticks, {updates} updates of them", end="")
    print(f", others used {max(foreign, 0):.0%} of the machine")
    if foreign > FOREIGN_MAX:
        print("  the machine was busy: what is on the clock means little")
    return told(
        [
            Figure("script per update, median", statistics.median(script), "ms", budget(10)),
            Figure("script per update, p95", percentile(script, 0.95), "ms", budget(20)),
            Figure("main thread per update, median", statistics.median(task), "ms", budget(60)),
            Figure("main thread per update, p95", percentile(task, 0.95), "ms"),
            Figure("tasks over 50 ms, after the start", len(long_tasks), "", 0),
            Figure("the longest of them", max(long_tasks, default=0), "ms"),
            Figure("DOM mutations per tick", mutations, ""),
            Figure("effects run per tick", runs, ""),
            Figure("JavaScript heap", heap, "MiB", budget(25)),
            Figure("first contentful paint", painted, "ms", 500),
            Figure("frame while scrolling, median", statistics.median(frames), "ms"),
            Figure("frame while scrolling, p95", percentile(frames, 0.95), "ms", 34),
            Figure("scripts, as gzip", entry / 1024, "KiB", 40),
            Figure("styles, as gzip", styles / 1024, "KiB", 12),
        ]
    )


def heap_over_ticks(browser):
    """Prints by how much the heap has grown from one tick to a much later one."""
    with simulated(BUDGETED, HEAP_INTERVAL_MS) as server, Visit(
        browser, server, BUDGETED
    ) as visit:
        begin = visit.page.evaluate("__pulse.generation")
        sizes = []
        for tick in (HEAP_FROM_TICK, HEAP_FULL_TICK, HEAP_TO_TICK):
            visit.until(f"__pulse.generation >= {begin + tick}")
            sizes.append(visit.heap() / 2**20)
    before, full, after = sizes
    print(f"{BUDGETED:,} guests, simulator: a tick each {HEAP_INTERVAL_MS} ms")
    return told(
        [
            Figure(f"heap at tick {HEAP_FROM_TICK}", before, "MiB"),
            Figure(f"heap at tick {HEAP_FULL_TICK}", full, "MiB"),
            Figure(f"heap at tick {HEAP_TO_TICK}", after, "MiB"),
            Figure("grown by", (after / before - 1) * 100, "%", 5),
            Figure(f"since tick {HEAP_FULL_TICK}", (after / full - 1) * 100, "%"),
        ]
    )


def told(figures):
    for figure in figures:
        print(figure, flush=True)
    return [figure for figure in figures if not figure.is_met]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--guests", type=int, action="append")
    parser.add_argument("--hosts", type=int, action="append")
    parser.add_argument("--ticks", type=int, default=30)
    parser.add_argument("--no-heap", action="store_true")
    parser.add_argument("--require-budgets", action="store_true")
    options = parser.parse_args()
    # Who names a fleet wants no other.
    is_all = not (options.guests or options.hosts)
    sizes = options.guests or (SIZES if is_all else [])
    maps = options.hosts or ([HOSTS] if is_all else [])
    missed = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        for guests in sizes:
            missed += scenario(browser, "simulator", simulated, guests, options)
        if BUDGETED in sizes:
            missed += scenario(browser, "all of which change", all_changing, BUDGETED, options)
        for hosts in maps:
            missed += scenario(browser, "a map", mapped, hosts, options, stream="hosts")
        if not options.no_heap:
            missed += heap_over_ticks(browser)
    print(f"{len(missed)} budgets missed" if missed else "every budget met")
    return 1 if missed and options.require_budgets else 0


if __name__ == "__main__":
    sys.exit(main())
