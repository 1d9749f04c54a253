"""What the page says when the server stops, hangs and comes back."""

from conftest import DESKTOP, PHONE
from test_values import ALWAYS, WIDE, check_cells

HOSTS = "[data-testid=host]:not([hidden])"
FIGURES = """() => [...document.querySelectorAll('.measured [data-field]')]
    .filter((cell) => !['uptime', 'boot'].includes(cell.dataset.field))
    .map((cell) => cell.textContent)"""
OPACITIES = """() => [...new Set([...document.querySelectorAll('.measured')]
    .map((part) => getComputedStyle(part).opacity))]"""


# A busy machine may delay any one look at the clock: the best of so many has to do.
LOOKS_MAX = 10


def test_live_within_three_seconds_of_navigation(visit, server):
    tab = visit(server)
    times, before = [], 0
    while min(times, default=9999) >= 3000:
        assert len(times) < LOOKS_MAX, times
        before = len(tab.sockets)
        tab.page.reload(wait_until="commit")
        tab.until_live()
        times.append(tab.page.evaluate("performance.now()"))
    assert tab.page.locator("html").get_attribute("data-conn") == "live"
    assert "Live" in tab.text("connection")
    assert len(tab.sockets) == before + 1


def test_the_first_paint_is_there_within_a_second(visit, server):
    tab = visit(server)
    paints = []
    while min(paints, default=9999) >= 1000:
        assert len(paints) < LOOKS_MAX, paints
        tab.page.reload(wait_until="commit")
        tab.until("performance.getEntriesByName('first-contentful-paint').length")
        paints.append(
            tab.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        )


def test_offline_keeps_the_figures_dimmed_and_recovers_by_itself(visit, own_server):
    tab = visit(own_server, may_lose_server=True)
    tab.after_ticks(2)
    assert tab.page.evaluate(OPACITIES) == ["1"]
    assert own_server.stop() == 0
    tab.until("__pulse.conn === 'offline'")
    kept = tab.page.evaluate(FIGURES)
    assert kept and "Offline" in tab.text("connection")
    assert "No connection" in tab.text("strip")
    assert tab.page.evaluate(OPACITIES) == ["0.6"]
    assert tab.page.title() == "Offline · pulse"
    tab.until("parseInt(document.querySelector('[data-testid=age]').textContent) >= 2")
    assert tab.page.evaluate(FIGURES) == kept

    before = tab.page.evaluate("__pulse.epoch")
    own_server.start()
    tab.until("__pulse.conn === 'live'")
    tab.after_ticks(2)
    assert tab.page.evaluate("__pulse.epoch") != before
    assert len(tab.open_sockets()) == 1
    assert tab.page.get_by_test_id("strip").count() == 0
    assert tab.page.locator(HOSTS).count() == len(own_server.state()["hosts"])
    check_cells(tab, own_server, WIDE)


def test_nothing_moves_when_the_server_goes(visit, started):
    server = started("--guests", "30", "--nodes", "2", "--changing", "0")
    for viewport in (DESKTOP, PHONE):
        tab = visit(server, viewport=viewport, may_lose_server=True)
        tab.until("document.querySelectorAll('.problems li').length === 5")
        # A line more or less of what is wrong would move it, too.
        tops = """() => { const [summary, list] = ['.summary', '.problems'].map((each) =>
            document.querySelector(each).getBoundingClientRect()); return list.top - summary.top; }"""
        before = tab.page.evaluate(tops)
        server.stop()
        tab.until("document.querySelector('.verdict').textContent.startsWith('As it was')")
        assert tab.page.evaluate(tops) == before
        said, above, below = tab.page.evaluate(
            """['.verdict > .sub', '.summary', '.problems'].map((each) =>
                document.querySelector(each).getBoundingClientRect().toJSON())"""
        )
        assert above["bottom"] <= said["top"] and said["bottom"] <= below["top"]
        server.start()


def test_retry_now_does_not_wait(visit, own_server):
    tab = visit(own_server, may_lose_server=True)
    own_server.stop()
    # Until the waits are so long that the server is back before the next attempt.
    tab.until("/in ([6-9]|\\d\\d)/.test(document.querySelector('.strip')?.textContent)")
    own_server.start()
    # At once, before anything else happens.
    retry = tab.page.get_by_role("button", name="Retry now")
    said = "document.querySelector('.strip').textContent"
    assert "Trying now" in retry.evaluate(f"(button) => {{ button.click(); return {said}; }}")
    tab.until("__pulse.conn === 'live'")
    assert len(tab.open_sockets()) == 1


def test_a_paused_server_is_stale_with_its_age_and_live_again_afterwards(visit, own_server):
    tab = visit(own_server)
    tab.after_ticks(2)
    own_server.pause()
    try:
        tab.until("__pulse.conn === 'stale'")
        assert "Stale" in tab.text("connection")
        assert "silent" in tab.text("strip")
        assert tab.page.evaluate(OPACITIES) == ["0.6"]
        tab.until("parseInt(document.querySelector('[data-testid=age]').textContent) >= 3")
    finally:
        own_server.resume()
    tab.until("__pulse.conn === 'live'")
    tab.after_ticks(2)
    check_cells(tab, own_server, ALWAYS)
    assert len(tab.sockets) == 1


def restart_as(server, version):
    server.stop()
    server.options = ("--hosts", "1", "--interval", "500", "--version", version)
    server.start()


def test_a_kiosk_fetches_the_page_of_a_new_version_and_nothing_else_does(visit, lone):
    kiosk = visit(lone, path="/?kiosk", may_lose_server=True)
    desk = visit(lone, may_lose_server=True)
    for tab in (kiosk, desk):
        tab.page.evaluate("window.mark = true")
    # By then nothing is asked for any more that a server could take with it.
    desk.after_ticks(1)
    epoch = desk.page.evaluate("__pulse.epoch")
    restart_as(lone, "fake")
    for tab in (kiosk, desk):
        tab.until(f"__pulse.conn === 'live' && __pulse.epoch !== {epoch!r}")
    assert kiosk.page.evaluate("window.mark")
    epoch = desk.page.evaluate("__pulse.epoch")
    with kiosk.page.expect_navigation():
        restart_as(lone, "another")
    kiosk.until_live()
    assert not kiosk.page.evaluate("window.mark")
    assert kiosk.page.url.endswith("/?kiosk")
    desk.until(f"__pulse.conn === 'live' && __pulse.epoch !== {epoch!r}")
    assert desk.page.evaluate("window.mark")


def test_ticks_leave_no_effects_behind(visit, cluster):
    # Whose first line always has its five lines, however the figures move.
    tab = visit(cluster)
    tab.after_ticks(1)
    start = tab.page.evaluate("__pulse.effects")
    for _ in range(3):
        tab.page.locator("[data-testid=host] .row-link").first.click()
        tab.page.get_by_test_id("drawer-close").click()
        tab.page.get_by_test_id("drawer").wait_for(state="detached")
        tab.after_ticks(1)
    assert tab.page.evaluate("__pulse.effects") == start
    assert len(tab.sockets) == 1


def test_screen_readers_are_not_told_of_ticks(visit, server):
    tab = visit(server)
    tab.page.evaluate(
        """() => {
            window.told = 0;
            for (const region of document.querySelectorAll('[role=status], [aria-live]')) {
                new MutationObserver((all) => (told += all.length))
                    .observe(region, { subtree: true, childList: true, characterData: true });
            }
        }"""
    )
    tab.after_ticks(4)
    assert tab.page.evaluate("told") == 0
