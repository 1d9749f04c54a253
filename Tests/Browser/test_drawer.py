"""The drawer: what it says, how it is opened and closed, where the focus goes."""

import re

import pytest

from conftest import DESKTOP, NARROW, PHONE
from figures import UNKNOWN, age, around, load, moment, percent, rate, share
from test_view import IN_ORDER

FIELDS = """() => Object.fromEntries([...document.querySelectorAll('.drawer [data-field]')]
    .filter((cell) => cell.getClientRects().length > 0)
    .map((cell) => [cell.dataset.field, cell.textContent.replace(/\\s+/g, ' ').trim()]))"""
FOCUSED_ROW = "document.activeElement.closest('[data-id]')?.dataset.id"
AT_REST = "document.querySelector('[data-testid=drawer]') && document.getAnimations().length === 0"


def plain(text):
    return re.sub(r"\s+", " ", text).strip()


def drawer(tab):
    return tab.page.get_by_test_id("drawer")


def until_closed(tab):
    drawer(tab).wait_for(state="detached")


def expected_guest(guest):
    rates = ("netIn", "netOut", "diskRead", "diskWrite")
    return {
        "trend-cpu": percent(guest["cpu"]),
        "trend-mem": percent(share(guest["mem"], guest["memTotal"])),
        **{f"trend-{name}": rate(guest[name]) for name in rates},
        "vmid": str(guest["vmid"]),
        "status": guest["status"],
        "remote": guest["remote"],
        "node": guest["node"],
        "boot": moment(guest["boot"]),
    }


def expected_node(node):
    return {
        "trend-cpu": percent(node["cpu"]),
        "trend-mem": percent(share(node["mem"], node["memTotal"])),
        "trend-load1": load(node["load1"]),
        "trend-iowait": percent(node["iowait"]),
        "status": node["status"],
        "remote": node["remote"],
        "version": node["version"],
        "kernel": node["kernel"],
        "address": node["address"],
    }


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("stream, expected", [("guests", expected_guest), ("nodes", expected_node)])
def test_it_reads_what_the_server_says_now_and_later(visit, cluster, stream, expected, viewport):
    rows = cluster.state(stream)[stream]
    live = next(row for row in rows if not row["stale"] and row["status"] in ("running", "online"))
    stale = next(row for row in rows if row["stale"] and row["boot"])
    tab = visit(cluster, viewport=viewport, path=f"/?open={stale['id']}")
    for row in (stale, live):
        if row is live:
            tab.page.goto(f"{cluster.url}/?open={live['id']}")
            tab.until_live()
        for _ in range(2):
            tab.after_ticks(1)
            assert tab.text("drawer-title") == row["name"]
            states, shown = tab.same_moment(cluster, [stream], FIELDS)
            truth = next(r for r in states[stream][stream] if r["id"] == row["id"])
            wanted = {name: plain(text) for name, text in expected(truth).items()}
            wanted = {name: text for name, text in wanted.items() if text != UNKNOWN}
            assert {name: shown.get(name) for name in wanted} == wanted
        assert drawer(tab).get_by_test_id("staleness").count() == (row is stale)


def test_each_group_of_figures_says_how_old_it_is_and_whence(visit, cluster):
    guest = next(g for g in cluster.state("guests")["guests"] if g["remote"] == "site-1")
    tab = visit(cluster, path=f"/?open={guest['id']}")
    state = cluster.state("remotes")
    remote = next(each for each in state["remotes"] if each["name"] == "site-1")
    ages = [plain(text) for text in drawer(tab).get_by_test_id("group-age").all_text_contents()]
    times = {f"{age(time - remote['seen'])} ago" for time in around(state["ts"])}
    assert ages[0].startswith("sampled ") and ages[1].removeprefix("read ") in times
    why = plain(drawer(tab).get_by_test_id("staleness").inner_text())
    assert "site-1 fails for" in why and remote["error"] in why
    # 60 ticks, which are half a second each here.
    assert "Of the last 30 s lines other" in plain(drawer(tab).get_by_test_id("source").inner_text())
    storage = cluster.state("storage")["storage"][0]
    tab.page.goto(f"{cluster.url}/?open={storage['id']}")
    tab.until_live()
    assert "lines" not in drawer(tab).get_by_test_id("source").inner_text()


def test_enter_opens_escape_closes_and_the_focus_is_back_on_the_row(visit, cluster):
    tab = visit(cluster)
    for kind in ("node", "guest", "host"):
        row = tab.page.locator(f"[data-testid={kind}]").nth(1)
        row.locator(".row-link").focus()
        row_id = tab.page.evaluate(FOCUSED_ROW)
        tab.page.keyboard.press("Enter")
        assert drawer(tab).get_attribute("data-id") == row_id
        assert tab.page.evaluate("document.activeElement.closest('.drawer') !== null")
        tab.page.keyboard.press("Escape")
        until_closed(tab)
        assert tab.page.evaluate(FOCUSED_ROW) == row_id
        assert "open=" not in tab.page.url


def test_from_a_problem_the_focus_goes_back_to_that_problem(visit, cluster):
    tab = visit(cluster)
    tab.page.get_by_test_id("problems").get_by_role("link", name="pve2 (site-2)").focus()
    tab.page.keyboard.press("Enter")
    tab.until("document.activeElement.closest('.drawer')")
    tab.page.keyboard.press("Escape")
    until_closed(tab)
    assert tab.page.evaluate("document.activeElement.closest('.problems') !== null")
    assert tab.page.evaluate("document.activeElement.textContent") == "pve2 (site-2)"


def test_the_focus_stays_in_the_drawer_when_it_shows_another_resource(visit, own_cluster):
    tab = visit(own_cluster)
    tab.page.locator("[data-testid=guest] .row-link").nth(4).click()
    drawer(tab).locator(".way").focus()
    tab.page.keyboard.press("Enter")
    tab.until("document.querySelector('.drawer').dataset.id.startsWith('node:')")
    tab.until("document.activeElement.closest('.drawer')")
    tab.page.keyboard.press("Escape")
    until_closed(tab)
    tab.page.locator("[data-testid=guest] .row-link").nth(4).click()
    drawer(tab).locator(".way").focus()
    guest = tab.page.evaluate("document.querySelector('.drawer').dataset.id")
    handle = next(g["h"] for g in own_cluster.state("guests")["guests"] if g["id"] == guest)
    own_cluster.change("guests", gone=[handle])
    drawer(tab).get_by_test_id("drawer-missing").wait_for()
    tab.until("document.activeElement.closest('.drawer')")


def test_show_them_narrows_the_table_to_exactly_that_node(visit, started):
    own = started("--guests", "60", "--nodes", "12", "--remotes", "1")
    tab = visit(own, viewport={"width": 1440, "height": 2600})
    tab.page.locator("[data-id='node:site-0/pve1'] .row-link").click()
    drawer(tab).get_by_role("button", name="Show them").click()
    until_closed(tab)
    guests = own.state("guests")["guests"]
    wanted = {guest["id"] for guest in guests if guest["node"] == "pve1"}
    assert set(tab.page.evaluate(IN_ORDER)) == wanted and len(wanted) == 5
    tab.until("location.search === '?q=remote:%3Dsite-0+node:%3Dpve1'")


def test_what_is_changed_beside_the_drawer_stays_when_it_closes(visit, still):
    tab = visit(still, path="/?other")
    tab.page.locator("[data-testid=guest] .row-link").first.click()
    tab.until("location.search.includes('open=')")
    tab.page.locator(".guests-head .cell-id button").click()
    tab.page.keyboard.press("Escape")
    until_closed(tab)
    direction = "document.querySelector('.guests-head .cell-id').ariaSort"
    assert tab.page.evaluate(direction) == "ascending"
    tab.until("location.search === '?other&sort=id'")


def test_closing_twice_at_once_stays_on_the_page(visit, still):
    tab = visit(still, path="/?q=web")
    tab.page.evaluate("window.mark = true")
    for _ in range(2):
        tab.page.locator("[data-testid=guest] .row-link").first.click()
        tab.until("location.search.includes('open=')")
        tab.page.evaluate(
            """() => { const close = document.querySelector('[data-testid=drawer-close]');
                close.click(); close.click(); close.click(); }"""
        )
        until_closed(tab)
        tab.until("location.search === '?q=web'")
    assert tab.page.evaluate("mark")


def test_a_double_click_or_a_selection_does_not_leave_the_page(visit, still):
    tab = visit(still, path="/?q=web")
    tab.page.evaluate("window.mark = true")
    name = tab.page.locator("[data-testid=guest] .row-link").nth(1)
    name.dblclick()
    drawer(tab).wait_for()
    tab.after_ticks(1)
    assert tab.page.evaluate("window.mark")
    tab.page.keyboard.press("Escape")
    until_closed(tab)
    tab.page.evaluate("getSelection().selectAllChildren(document.querySelector('main'))")
    name.focus()
    tab.page.keyboard.press("Enter")
    drawer(tab).wait_for()
    assert tab.page.evaluate("window.mark")
    assert tab.page.get_by_test_id("filter").input_value() == "web"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_escape_in_the_list_of_keys_leaves_the_drawer_open(visit, still, viewport):
    tab = visit(still, viewport=viewport)
    tab.page.locator("[data-testid=guest] .row-link").first.click()
    tab.until(AT_REST)
    tab.page.keyboard.press("?")
    box = tab.page.get_by_test_id("help").get_by_role("checkbox")
    box.uncheck()
    box.check()
    tab.page.keyboard.press("Escape")
    tab.until("!document.querySelector('dialog').open")
    assert drawer(tab).is_visible()
    tab.page.keyboard.press("Escape")
    until_closed(tab)


@pytest.mark.parametrize("named", ["constructor:x", "__proto__", "nonsense"])
def test_an_address_that_names_nothing_says_so(visit, still, named):
    tab = visit(still, path=f"/?open={named}")
    assert named in drawer(tab).get_by_test_id("drawer-missing").inner_text()


def test_an_address_that_opens_nothing_opens_no_drawer(visit, still):
    assert drawer(visit(still, path="/?open=")).count() == 0


def test_the_tab_key_stays_in_the_drawer(visit, cluster):
    tab = visit(cluster)
    tab.page.locator("[data-testid=node] .row-link").first.click()
    tab.until(AT_REST)
    seen = set()
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 12:
        tab.page.keyboard.press(key)
        assert tab.page.evaluate("document.activeElement.closest('.drawer') !== null")
        seen.add(tab.page.evaluate("document.activeElement.textContent"))
        assert tab.page.evaluate("document.activeElement.matches(':focus-visible')")
    assert len(seen) >= 3


def test_the_address_opens_it_and_the_way_back_closes_it(visit, cluster):
    tab = visit(cluster, path="/?q=web")
    first, second = tab.page.locator("[data-testid=guest]").all()[:2]
    first.locator(".cell-cpu").click()
    tab.until("location.search.includes('open=guest:')")
    address = tab.page.url
    second.locator(".cell-cpu").click()
    tab.until(f"location.href !== {address!r}")
    tab.page.go_back()
    until_closed(tab)
    assert tab.page.url.endswith("/?q=web")
    tab.page.go_forward()
    drawer(tab).wait_for()
    shared = visit(cluster, path=address.removeprefix(cluster.url))
    assert drawer(shared).is_visible()
    shared.page.get_by_test_id("drawer-close").click()
    until_closed(shared)
    assert shared.page.url.endswith("/?q=web")


def test_it_says_so_when_the_guest_is_removed_and_comes_back(visit, own_cluster):
    tab = visit(own_cluster)
    guest = own_cluster.state("guests")["guests"][4]
    tab.page.goto(f"{own_cluster.url}/?open={guest['id']}")
    tab.until("document.querySelector('.drawer .group')")
    own_cluster.change("guests", gone=[guest["h"]])
    drawer(tab).get_by_test_id("drawer-missing").wait_for()
    assert guest["id"] in drawer(tab).inner_text()
    own_cluster.change("guests", set=[{**guest, "h": 901, "name": "again"}])
    tab.until("document.querySelector('.drawer .group')")
    assert tab.text("drawer-title") == "again"


def test_on_a_phone_it_is_the_whole_page(visit, cluster):
    tab = visit(cluster, viewport=PHONE, has_touch=True)
    tab.page.locator("[data-testid=node]").first.tap()
    tab.until(AT_REST)
    box = drawer(tab).bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    assert tab.page.evaluate("document.querySelector('main').inert")
    tab.page.get_by_test_id("drawer-close").tap()
    until_closed(tab)
    assert not tab.page.evaluate("document.querySelector('main').inert")


def test_what_a_chart_is_called_stays_on_one_line(visit, started):
    own = started("--guests", "4", "--nodes", "1", "--remotes", "1", "--changing", "0")
    guest = next(g for g in own.state("guests")["guests"] if g["status"] == "running")
    # The widest figures that there are.
    most = {"cpu": 100, "mem": 999 << 30, "memTotal": 999 << 30, "cpus": 128}
    rates = dict.fromkeys(("netIn", "netOut", "diskRead", "diskWrite"), 999 << 20)
    own.change("guests", set=[{"h": guest["h"], **most, **rates}])
    tab = visit(own, path=f"/?open={guest['id']}")
    heads = "[...document.querySelectorAll('.drawer .trace-head > .sub')]"
    tab.until(f"{heads}.some((head) => head.textContent === '999 of 999\u202fGiB')")
    tab.until(f"{heads}.filter((head) => head.textContent.includes('max')).length === 4")
    for width in (1440, 768, 430, 390, 360, 320):
        tab.page.set_viewport_size({"width": width, "height": 844})
        tab.after_frames()
        assert tab.text("drawer").count("\n999\u202fMiB/s") == 4
        heights = tab.page.evaluate(f"{heads}.map((head) => head.offsetHeight)")
        assert len(heights) == 6 and max(heights) < 24, width


def test_opening_and_closing_leaves_no_effects_behind(visit, cluster):
    tab = visit(cluster)
    start = tab.page.evaluate("__pulse.effects")
    for kind in ("guest", "node", "host"):
        tab.page.locator(f"[data-testid={kind}] .row-link").first.click()
        tab.after_ticks(1)
        tab.page.keyboard.press("Escape")
        until_closed(tab)
    assert tab.page.evaluate("__pulse.effects") == start


def test_no_figure_is_above_the_largest_of_its_line(visit, still):
    state = still.state("guests")["guests"]
    guest = next(g for g in state if g["status"] == "running" and not g["stale"] and g["netIn"])
    tab = visit(still, path=f"/?open={guest['id']}&span=15m")
    heads = "[...document.querySelectorAll('.drawer .trace-head')].map((head) => head.innerText)"
    tab.until(f"{heads}.filter((head) => head.includes('max')).length === 4")
    # More than it has ever had: the line has no sample of that yet, and may get one at any time.
    most = 50 * guest["netIn"] + 7 * 2**20
    still.change("guests", set=[{"h": guest["h"], "netIn": most}])
    plain_heads = f"{heads}.map((head) => head.replace(/\\s+/g, ' '))"
    tab.until(f"(window.head ??= {plain_heads}.find((head) => head.endsWith('{rate(most)}')))")
    largest = re.search(r"max ([\d.]+) MiB/s", tab.page.evaluate("window.head"))
    assert float(largest[1]) >= float(rate(most).split()[0])
