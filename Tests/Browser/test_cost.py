"""What an update costs with many guests, counted: milliseconds are for script/bench browser."""

import pytest

from server import ROOT

# What changes by itself, by the second, is not counted.
COUNT_MUTATIONS = """() => {
    window.mutations = 0;
    const isTime = ({ target }) => (target.parentElement ?? target)
        .closest('[data-field=uptime], [data-field=age]') !== null;
    new MutationObserver((all) => (mutations += all.filter((each) => !isTime(each)).length))
        .observe(document.querySelector('.guest-rows'),
            { subtree: true, childList: true, characterData: true, attributes: true });
}"""
ROWS = "document.querySelectorAll('[data-testid=guest]').length"
GUESTS_IN_VIEW = "document.querySelector('#guests').scrollIntoView()"
# A row writes its text, its bars and its line; more would be work for nobody.
MUTATIONS_PER_ROW_MAX = 16
# Each row of the tables has one effect; the rest of the page has these few for each stream's tick.
RUNS_BESIDE_ROWS_MAX = 120
# What two looks at one heap differ by.
NOISE_BYTES = 3 << 18


@pytest.mark.parametrize("guests", [500, 5000, 20_000])
def test_a_tick_costs_what_is_seen_and_not_what_there_is(visit, started, guests):
    tab = visit(started("--guests", str(guests), "--nodes", "12", "--hosts", "1"))
    tab.until("document.querySelector('[data-testid=guest]')")
    tab.page.evaluate(GUESTS_IN_VIEW)
    tab.after_ticks(2)
    tab.page.evaluate(COUNT_MUTATIONS)
    tick, rows, before = "__pulse.at('guests')", ROWS, "__pulse.runs"
    tick, rows, before = tab.page.evaluate(f"[{tick}, {rows}, {before}]")
    tab.after_ticks(6)
    ticks, mutations, runs = tab.page.evaluate(
        f"[__pulse.at('guests') - {tick}, mutations, __pulse.runs - {before}]"
    )
    print(f"{guests} guests: {mutations / ticks} mutations, {runs / ticks} runs in a tick")
    assert rows < 50 and ticks > 0
    assert mutations / ticks < MUTATIONS_PER_ROW_MAX * rows
    # A tick moves three streams that rows watch, and each second the ages.
    assert runs / ticks < 4 * rows + RUNS_BESIDE_ROWS_MAX


def heap(tab, session):
    """The bytes in use once what nobody needs is gone; the least of some looks, since a message
    may be in hand at any of them."""
    looks = []
    for _ in range(5):
        tab.after_ticks(3)
        session.send("HeapProfiler.collectGarbage")
        looks.append(session.send("Runtime.getHeapUsage")["usedSize"])
    return min(looks)


def test_a_thousand_ticks_leave_nothing_behind(visit, started):
    # Of 500 guests all change in each.
    tab = visit(started("--guests", "500", "--hosts", "2", interval_ms=12), fresh=True)
    session = tab.page.context.new_cdp_session(tab.page)
    after = "__pulse.at('guests') >= {}"
    # By then the lines are as long as they become, and what runs often is compiled.
    tab.until(after.format(300), 300)
    start, effects = heap(tab, session), tab.page.evaluate("__pulse.effects")
    tick = tab.page.evaluate("__pulse.at('guests')")
    tab.until(after.format(tick + 1000), 600)
    end = heap(tab, session)
    print(f"{start / 2**20:.2f} MiB, and {end / 2**20:.2f} after 1,000 ticks")
    # Heaps of one page differ by some 0.4 MiB; a KiB that each tick leaves would be one MiB.
    assert end < start + NOISE_BYTES
    # A problem may come or go; each has its own few.
    assert abs(tab.page.evaluate("__pulse.effects") - effects) < 60


def test_the_page_is_small():
    size = lambda kind: sum(
        file.stat().st_size
        for file in (ROOT / "Sources/CDashboard/generated/assets").glob(f"*.{kind}.gz")
    )
    assert size("js") <= 40 * 1024
    assert size("css") <= 12 * 1024


def test_the_number_of_rows_does_not_follow_the_number_of_guests(visit, cluster, crowd):
    few, many = visit(cluster), visit(crowd)
    assert many.page.evaluate(ROWS) == few.page.evaluate(ROWS) < 80
    many.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    many.after_ticks(1)
    assert many.page.evaluate(ROWS) == few.page.evaluate(ROWS)


def test_ticks_write_nothing_into_rows_that_stay_as_they_are(visit, still):
    tab = visit(still)
    tab.after_ticks(2)
    tab.page.evaluate(COUNT_MUTATIONS)
    tab.after_ticks(4)
    assert tab.page.evaluate("mutations") == 0


# Whatever is written anywhere on the page, as the rows in which it was. Times go by themselves, lines
# move on with the time of their stream, and a host always has news: a page that hears nothing at all
# is stale.
WATCH_ROWS = """() => {
    window.touched = new Set();
    const isTime = ({ target }) => (target.parentElement ?? target)
        .closest('[data-field=uptime], [data-field=age], [data-field=for], [data-testid=age], '
            + '.spark, #hosts') !== null;
    const rowOf = ({ target }) => (target.parentElement ?? target)
        .closest('[data-id]')?.dataset.id ?? target.parentElement?.outerHTML ?? target.nodeName;
    new MutationObserver((all) =>
        all.filter((each) => !isTime(each)).forEach((each) => touched.add(rowOf(each))))
        .observe(document.body,
            { subtree: true, childList: true, characterData: true, attributes: true });
}"""


@pytest.fixture
def resting(started):
    """Nothing moves in it but what a test changes."""
    return started("--guests", "60", "--nodes", "6", "--hosts", "1", "--changing", "0")


@pytest.mark.parametrize("look", ["table", "cards", "map"])
def test_a_tick_without_news_touches_nothing_on_the_whole_page(visit, resting, look):
    tab = visit(resting, path=f"/?nview={look}")
    tab.until("document.querySelector('[data-testid=guest]')")
    tab.after_ticks(3)
    tab.page.evaluate(WATCH_ROWS)
    tab.after_ticks(6)
    touched = tab.page.evaluate("[...touched]")
    assert touched == []


@pytest.mark.parametrize("stream", ["nodes", "guests"])
def test_a_figure_touches_its_own_row_only(visit, resting, stream):
    tab = visit(resting, viewport={"width": 1440, "height": 2400})
    tab.until("document.querySelector('[data-testid=guest]')")
    up = ("online", "running")
    row = next(
        row for row in resting.state(stream)[stream] if row["status"] in up and not row["stale"]
    )
    tab.page.locator(f"[data-id='{row['id']}']").wait_for()
    tab.after_ticks(3)
    tab.page.evaluate(WATCH_ROWS)
    runs = tab.page.evaluate("__pulse.runs")
    resting.change(stream, set=[{"h": row["h"], "cpu": 12.3}])
    cell = f"[data-id='{row['id']}'] [data-field=cpu]"
    tab.until(f"""document.querySelector("{cell}").textContent.startsWith('12')""")
    touched = set(tab.page.evaluate("[...touched]"))
    print(f"{tab.page.evaluate('__pulse.runs') - runs} effects ran")
    assert touched == {row["id"]}


def test_scrolling_far_leaves_no_effects_behind(visit, crowd):
    tab = visit(crowd)
    tab.after_ticks(1)
    start = tab.page.evaluate("__pulse.effects")
    for part in (0.2, 0.9, 0.5, 0):
        tab.page.evaluate(f"scrollTo(0, document.documentElement.scrollHeight * {part})")
        tab.after_ticks(1)
    for height in (500, 1200, 900):
        tab.page.set_viewport_size({"width": 1440, "height": height})
        tab.after_ticks(1)
    assert tab.page.evaluate("__pulse.effects") == start
