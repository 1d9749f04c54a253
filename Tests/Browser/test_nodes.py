"""What nodes look like beside rows: cards, and a map of hundreds. How many there are decides, and
whoever looks: then it is in the address."""

import time

import pytest
from playwright.sync_api import expect

from conftest import DESKTOP, NARROW, PHONE
from figures import share, stood
from server import stand_in
from test_layout import FIND_CUT, FIND_SMALL_TARGETS, FIND_UNNAMED, scrolls_sideways
from test_theme import FIND_FAINT_TEXT

NODES = 240
CELLS = """() => Object.fromEntries([...document.querySelectorAll('.map-cell')].map((cell) =>
    [cell.dataset.key, [cell.querySelector('.map-figure').textContent, cell.dataset.level,
        cell.dataset.worst ?? null, cell.dataset.stale !== undefined]]))"""
FILLED = """() => Object.fromEntries([...document.querySelectorAll('.map-cell')].map((cell) =>
    [cell.dataset.key, /^100% (\\d+)%$/.exec(getComputedStyle(cell).backgroundSize)[1]]))"""
FOCUSED = "document.activeElement.dataset.key ?? document.activeElement.closest('[data-key]')"
LIMITS = {"cpu": 80, "mem": 85, "disk": 90}
MARKS = {"offline": "✕", "unknown": "?"}


@pytest.fixture(scope="module")
def many():
    shared = stand_in(
        "--guests", "480", "--nodes", str(NODES), "--hosts", "1", "--changing", "0", "--hostile"
    )
    busy, hot = [row["h"] for row in shared.state("nodes")["nodes"] if not row["stale"]][2:4]
    shared.change("nodes", set=[{"h": busy, "cpu": 84.5}, {"h": hot, "cpu": 97.2}])
    deadline = time.monotonic() + 20
    while {node["cpu"] for node in shared.state("nodes")["nodes"]}.isdisjoint({97.2}):
        assert time.monotonic() < deadline, "the change was not told"
        time.sleep(0.05)
    yield shared
    shared.stop()


@pytest.fixture(scope="module")
def dozens():
    """More hosts than a table is for."""
    shared = stand_in("--hosts", "120")
    yield shared
    shared.stop()


def press(tab, *keys):
    for key in keys:
        tab.page.keyboard.press(key)


def boxes(tab, *selectors):
    """Where some elements are, all at one moment: what is above them may grow by a line."""
    return tab.page.evaluate(
        """(all) => all.map((each) =>
            document.querySelector(each).getBoundingClientRect().toJSON())""",
        list(selectors),
    )


def shares(node):
    return {
        "cpu": node["cpu"],
        "mem": share(node["mem"], node["memTotal"]),
        "disk": share(node["disk"], node["diskTotal"]),
    }


def level(value, figure):
    if value is None:
        return "unknown"
    crit = min(LIMITS[figure] + 10, 99)
    return "crit" if value >= crit else "warn" if value >= LIMITS[figure] else "ok"


def mapped(node, figure):
    """What a cell of the map must show."""
    if node["status"] != "online":
        return [MARKS[node["status"]], "unknown", None, node["stale"]]
    of = shares(node)
    levels = {level(value, name) for name, value in of.items()}
    worst = "crit" if "crit" in levels else "warn" if "warn" in levels else None
    text = "–" if of[figure] is None else str(int(min(100, max(0, of[figure])) + 0.5))
    return [text, level(of[figure], figure), worst, node["stale"]]


@pytest.mark.parametrize("figure", ["cpu", "mem"])
def test_the_map_shows_every_node_as_the_server_has_it(visit, many, figure):
    tab = visit(many, path="/?nview=map" + ("" if figure == "cpu" else f"&nfill={figure}"))
    tab.page.locator(".map-cell").first.wait_for()
    nodes = many.state("nodes")["nodes"]
    wanted = {node["id"]: mapped(node, figure) for node in nodes}
    assert tab.page.evaluate(CELLS) == wanted
    figures = {id: cell[0] for id, cell in wanted.items() if cell[0].isdigit()}
    assert tab.page.evaluate(FILLED).items() >= figures.items()
    assert len(wanted) == NODES
    # All states are among them.
    assert {cell[2] for cell in wanted.values()} == {None, "warn", "crit"}
    assert {cell[3] for cell in wanted.values()} == {True, False}
    assert "✕" in {cell[0] for cell in wanted.values()}


def test_states_of_the_map_are_told_by_more_than_colour(visit, many):
    tab = visit(many, path="/?nview=map")
    style = lambda selector, name: tab.page.locator(selector).first.evaluate(
        f"(cell) => getComputedStyle(cell).{name}"
    )
    assert style("[data-worst=warn]", "borderTopStyle") == "dashed"
    assert style("[data-worst=crit]", "borderTopStyle") == "solid"
    assert "repeating" in style(".map-cell[data-stale][data-state=up]", "backgroundImage")
    names = tab.page.get_by_role("link", name="critical, CPU")
    assert names.count() > 0
    assert tab.page.evaluate(FIND_UNNAMED) == []
    assert tab.page.evaluate("document.querySelector('.map').offsetHeight") < 500
    assert tab.page.locator("img, #app script").count() == 0


def pressed(tab, of="nodes"):
    """The look that is said to be shown."""
    return tab.page.locator(f"#{of} .looks [aria-pressed=true]").inner_text()


def test_the_look_is_chosen_in_the_address_and_remembered(visit, many):
    tab = visit(many)
    looks = tab.page.get_by_role("group", name="Look of the nodes")
    assert pressed(tab) == "Map"
    tab.page.get_by_label("Colour the map by").select_option("disk")
    looks.get_by_role("button", name="Cards").click()
    tab.page.locator("[data-cards] [data-testid=node]").first.wait_for()
    assert tab.page.get_by_test_id("map").count() == 0
    tab.until("location.search === '?nfill=disk&nview=cards'")
    tab.page.reload(wait_until="commit")
    tab.until_live()
    tab.page.locator("[data-cards] [data-testid=node]").first.wait_for()
    # Whoever comes back without that address, too.
    tab.page.goto(many.url, wait_until="commit")
    tab.until_live()
    tab.page.locator("[data-cards] [data-testid=node]").first.wait_for()
    assert pressed(tab) == "Cards"
    tab.until("location.search === '?nview=cards'")
    # An address with a view shows what it showed to whoever sent it.
    tab.page.goto(f"{many.url}/?q=web", wait_until="commit")
    tab.until_live()
    tab.page.locator(".map-cell").first.wait_for()
    assert pressed(tab) == "Map"
    tab.page.goto(many.url, wait_until="commit")
    tab.until_live()
    tab.until("location.search === '?nview=cards'")
    # One that only names a resource, or is for a wall, has no view.
    tab.page.goto(f"{many.url}/?kiosk", wait_until="commit")
    tab.until_live()
    tab.page.locator("[data-cards] [data-testid=node]").first.wait_for()
    tab.page.goto(many.url, wait_until="commit")
    tab.until_live()
    looks.get_by_role("button", name="Table").click()
    tab.until("location.search === '?nview=table'")
    assert tab.page.locator("[data-cards]").count() == 0
    # What they look like by themselves is no choice.
    looks.get_by_role("button", name="Map").click()
    tab.until("location.search === ''")
    assert tab.page.locator(".map-cell").count() == NODES
    assert tab.page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("server, viewport, of, look", [
    ("own_cluster", DESKTOP, "nodes", "Cards"),
    ("own_cluster", PHONE, "nodes", "Table"),
    ("still", DESKTOP, "nodes", "Table"),
    ("many", DESKTOP, "nodes", "Map"),
    ("many", PHONE, "nodes", "Map"),
    ("dozens", DESKTOP, "hosts", "Map"),
])
def test_the_number_decides_what_they_look_like(visit, request, server, viewport, of, look):
    tab = visit(request.getfixturevalue(server), viewport=viewport)
    tab.until(f"document.querySelector('#{of} .looks')")
    assert pressed(tab, of) == look
    section = tab.page.locator(f"#{of}")
    assert section.get_by_test_id("map").count() == (look == "Map")
    assert section.locator("[data-cards]").count() == (look == "Cards")
    assert tab.page.evaluate("location.search") == ""


def test_a_node_that_comes_and_goes_turns_nothing_over(visit, started):
    fleet = started("--guests", "40", "--nodes", "8", "--remotes", "1", "--hosts", "1")
    tab = visit(fleet)
    row = fleet.state("nodes")["nodes"][0]
    fleet.change("nodes", set=[{**row, "h": 100, "id": "node:site-0/new", "name": "new"}])
    tab.page.locator("[data-cards] [data-id='node:site-0/new']").wait_for()
    fleet.change("nodes", gone=[row["h"], 100])
    tab.until("""document.querySelectorAll('[data-cards] .node-row:not([hidden])').length === 7""")
    assert pressed(tab) == "Cards"


def test_a_few_cards_share_the_width(visit, own_cluster):
    tab = visit(own_cluster)
    tab.until("document.querySelectorAll('[data-cards] .node-row:not([hidden])').length === 2")
    left, right = boxes(tab, ".node-row:nth-child(1)", ".node-row:nth-child(2)")
    assert left["top"] == right["top"]
    assert left["width"] + right["width"] > 1300


@pytest.mark.parametrize("viewport", [PHONE, NARROW], ids=["phone", "narrow"])
@pytest.mark.parametrize("server, of", [("many", "nodes"), ("dozens", "hosts")])
def test_the_menu_stands_beside_the_title_on_a_phone(visit, request, server, of, viewport):
    tab = visit(request.getfixturevalue(server), viewport=viewport, path="/?nview=map")
    tab.until(f"document.querySelector('#{of} .looks select')")
    title, menu, looks = boxes(
        tab, *(f"#{of} .page-title {part}" for part in ("h2", "summary", ".looks"))
    )
    assert menu["top"] <= title["top"] and title["bottom"] <= menu["bottom"]
    assert looks["top"] >= menu["bottom"]


def test_the_focus_is_at_the_choice_when_another_look_took_it_away(visit, many):
    tab = visit(many)
    tab.page.get_by_label("View of the nodes").focus()
    for look in ("table", "map", "cards"):
        tab.page.locator("#nodes .row-stop").focus()
        press(tab, "ArrowDown", "Control+k")
        tab.page.keyboard.type(f"nodes as {look}")
        press(tab, "Enter")
        tab.until(
            "document.activeElement.matches('#nodes .looks [aria-pressed=true]')"
            f" && document.activeElement.textContent.toLowerCase() === {look!r}"
        )


def test_hosts_have_a_map_of_the_same_kind(visit, dozens):
    tab = visit(dozens)
    tab.page.get_by_label("Colour the map by").select_option("temp")
    tab.until("location.search === '?hfill=temp'")
    hosts = {host["id"]: host for host in dozens.state()["hosts"]}
    cells = tab.page.evaluate(CELLS)
    assert cells.keys() == hosts.keys()
    for host, (figure, level_shown, worst, stale) in cells.items():
        row = hosts[host]
        if row["status"] == "offline":
            assert (figure, level_shown, worst) == ("✕", "unknown", None)
        elif row["temp"] is None:
            assert (figure, level_shown) == ("–", "unknown")
        else:
            assert figure.isdigit() and level_shown in ("ok", "warn", "crit")
        assert not stale
    assert {cell[0] for cell in cells.values()} >= {"✕", "–"}
    first = tab.page.locator(".map-cell").first
    first.hover()
    assert "Temperature" in tab.text("map-caption")
    tab.page.get_by_label("View of the hosts").click()
    tab.page.locator(".menu[open]").get_by_label("Group by").select_option("status")
    heads = tab.page.locator(".map-part h3").all_inner_texts()
    assert {head.split()[0] for head in heads} == {"online", "offline"}
    press(tab, "Escape")
    first.click()
    tab.page.get_by_test_id("drawer").wait_for()


def test_the_map_is_one_stop_and_arrows_walk_it(visit, many):
    tab = visit(many, path="/?nview=map")
    tab.page.get_by_label("View of the nodes").focus()
    press(tab, "Tab")
    ids = tab.page.evaluate("[...document.querySelectorAll('.map-cell')].map((c) => c.dataset.key)")
    assert tab.page.evaluate(FOCUSED) == ids[0]
    at = """['top', 'left'].map((side) => document.activeElement.getBoundingClientRect()[side]
        - document.querySelector('.map').getBoundingClientRect()[side])"""
    press(tab, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert tab.page.evaluate(FOCUSED) == ids[1]
    before = tab.page.evaluate(at)
    press(tab, "ArrowDown")
    below = tab.page.evaluate(at)
    assert below[0] > before[0] and below[1] == before[1]
    press(tab, "ArrowUp")
    assert tab.page.evaluate(FOCUSED) == ids[1]
    assert tab.text("map-caption").startswith("pve2 on ")
    press(tab, "End")
    assert tab.page.evaluate(FOCUSED) == ids[-1]
    press(tab, "Home", "ArrowRight", "Enter")
    assert tab.page.get_by_test_id("drawer").get_attribute("data-id") == ids[1]
    press(tab, "Escape")
    tab.until(f"({FOCUSED}) === {ids[1]!r}")
    press(tab, "Tab")
    assert tab.page.evaluate("document.activeElement.closest('.map')") is None


def test_a_node_of_the_map_changes_goes_and_comes(visit, started):
    fleet = started("--guests", "40", "--nodes", "6", "--remotes", "1", "--hosts", "1",
                    "--changing", "0")
    tab = visit(fleet, path="/?nview=map")
    node = next(n for n in fleet.state("nodes")["nodes"] if n["status"] == "online")
    cell = f"[data-key='{node['id']}'] .map-figure"
    figure = f'document.querySelector("{cell}")?.textContent'
    fleet.change("nodes", set=[{"h": node["h"], "cpu": 91.4}])
    tab.until(f"{figure} === '91'")
    link = tab.page.locator(f"[data-key='{node['id']}']")
    border = lambda: link.evaluate("(cell) => getComputedStyle(cell).borderTopStyle")
    called = lambda words: expect(link).to_have_accessible_name(
        f"{node['name']}, {words}", timeout=30_000
    )
    called("online, critical, CPU 91")
    assert border() == "solid"
    fleet.change("nodes", set=[{"h": node["h"], "cpu": 82.6}])
    tab.until(f"{figure} === '83'")
    called("online, warning, CPU 83")
    assert border() == "dashed"
    fleet.change("nodes", set=[{"h": node["h"], "stale": True}])
    called("online, warning, figures are old, CPU 83")
    fleet.change("nodes", set=[{"h": node["h"], "stale": False}])
    called("online, warning, CPU 83")
    seen = []
    for status, mark in MARKS.items():
        fleet.change("nodes", set=[{"h": node["h"], "status": status}])
        tab.until(f"{figure} === {mark!r}")
        called(status)
        seen.append(border())
    # What is down and what nobody knows differ by more than colour.
    assert seen == ["solid", "dotted"]
    fleet.change("nodes", gone=[node["h"]])
    tab.until(f"{figure} === undefined")


@pytest.mark.parametrize("viewport", [PHONE, NARROW], ids=["phone", "narrow"])
@pytest.mark.parametrize("look", ["map", "cards"])
def test_a_phone_has_all_looks(visit, many, viewport, look):
    tab = visit(many, viewport=viewport, has_touch=True, path=f"/?nview={look}")
    first = tab.page.locator(".map-cell, [data-testid=node] .row-link").first
    first.wait_for()
    assert not scrolls_sideways(tab)
    assert tab.page.evaluate(FIND_SMALL_TARGETS) == []
    first.tap()
    tab.page.get_by_test_id("drawer").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("look", ["map", "cards"])
def test_every_text_of_the_looks_can_be_read(visit, many, scheme, look):
    tab = visit(many, color_scheme=scheme, path=f"/?nview={look}")
    tab.page.locator(".map-cell, [data-cards] [data-testid=node]").first.wait_for()
    assert tab.page.evaluate(FIND_FAINT_TEXT) == []


CARDS = """() => Object.fromEntries([...document.querySelectorAll('.node-row')]
    .filter((row) => !row.hidden).map((row) => [row.dataset.id, Object.fromEntries(
        ['name', 'remote', 'status', 'cpu', 'mem', 'disk', 'load1', 'guests'].map((field) =>
            [field, row.querySelector(`[data-field=${field}]`).textContent
                .replace(/\\s/g, ' ')]))]))"""
IN_PLACE = """() => { const rows = [...document.querySelectorAll('.node-row')]
    .filter((row) => !row.hidden).sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
    .map((row) => row.getBoundingClientRect());
    return rows.every((box, at) => at === 0 || box.top > rows[at - 1].top + 100
        || (Math.abs(box.top - rows[at - 1].top) < 1 && box.left > rows[at - 1].left)); }"""


@pytest.mark.parametrize("place", [0, 0.5])
def test_cards_show_what_the_server_has_also_after_a_scroll(visit, many, place):
    tab = visit(many, path="/?nview=cards")
    tab.page.locator("[data-cards] [data-testid=node]").first.wait_for()
    tab.page.evaluate(
        f"scrollTo(0, document.querySelector('.node-rows').offsetHeight * {place})"
    )
    tab.after_ticks(1)
    guests = many.state("guests")["guests"]
    wanted = {node["id"]: stood(node, guests) for node in many.state("nodes")["nodes"]}
    shown = tab.page.evaluate(CARDS)
    assert len(shown) >= 30
    assert shown == {each: wanted[each] for each in shown}
    assert tab.page.evaluate(IN_PLACE)
    tab.page.set_viewport_size({"width": 800, "height": 900})
    tab.after_ticks(1)
    shown = tab.page.evaluate(CARDS)
    assert shown == {each: wanted[each] for each in shown}
    assert tab.page.evaluate(IN_PLACE)


def test_no_width_of_cards_cuts_a_figure(visit, many):
    tab = visit(many, path="/?nview=cards")
    tab.page.locator("[data-cards] [data-testid=node]").first.wait_for()
    for width in (320, 390, 700, 768, 1024, 1073, 1280, 1440, 1920):
        tab.page.set_viewport_size({"width": width, "height": 900})
        tab.after_frames()
        assert tab.page.evaluate(FIND_CUT) == [], width


def test_arrows_walk_the_cards(visit, many):
    tab = visit(many, path="/?nview=cards")
    tab.page.locator("[data-testid=node] .row-link").first.focus()
    index = "Number(document.activeElement.closest('[data-key]')?.ariaRowIndex)"
    press(tab, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert tab.page.evaluate(index) == 3
    press(tab, "ArrowDown")
    assert tab.page.evaluate(index) == 7
    press(tab, "End")
    tab.until(f"{index} === {NODES + 1}")
