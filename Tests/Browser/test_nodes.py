"""What nodes look like beside rows: cards, and a map of hundreds. Which, is in the address."""

import time

import pytest

from conftest import NARROW, PHONE
from figures import share, stood
from server import stand_in
from test_layout import FIND_CUT, FIND_SMALL_TARGETS, FIND_UNNAMED, scrolls_sideways
from test_theme import FIND_FAINT_TEXT

NODES = 240
CELLS = """() => Object.fromEntries([...document.querySelectorAll('.map-cell')].map((cell) =>
    [cell.dataset.key, [cell.querySelector('.map-figure').textContent, cell.dataset.level,
        cell.dataset.worst ?? null, cell.dataset.stale !== undefined]]))"""
FOCUSED = "document.activeElement.dataset.key ?? document.activeElement.closest('[data-key]')"
LIMITS = {"cpu": 80, "mem": 85, "disk": 90}


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


def press(tab, *keys):
    for key in keys:
        tab.page.keyboard.press(key)


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
        return ["✕", "unknown", None, node["stale"]]
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
    assert len(wanted) == NODES
    # All states are among them.
    assert {cell[2] for cell in wanted.values()} == {None, "warn", "crit"}
    assert {cell[3] for cell in wanted.values()} == {True, False}
    assert "✕" in {cell[0] for cell in wanted.values()}


def test_states_of_the_map_are_told_by_more_than_colour(visit, many):
    tab = visit(many, path="/?nview=map")
    style = lambda selector, name, part="": tab.page.locator(selector).first.evaluate(
        f"(cell) => getComputedStyle(cell, {part!r} || null).{name}"
    )
    assert style("[data-worst=warn]", "borderTopStyle", "::after") == "dashed"
    assert style("[data-worst=crit]", "borderTopStyle", "::after") == "solid"
    assert "gradient" in style("[data-stale] .map-fill", "backgroundImage")
    names = tab.page.get_by_role("link", name="critical, CPU")
    assert names.count() > 0
    assert tab.page.evaluate(FIND_UNNAMED) == []
    assert tab.page.evaluate("document.querySelector('.map').offsetHeight") < 500
    assert tab.page.locator("img, #app script").count() == 0


def test_the_look_is_chosen_and_in_the_address(visit, many):
    tab = visit(many)
    looks = tab.page.get_by_role("group", name="Look of the nodes")
    looks.get_by_role("button", name="Map").click()
    tab.page.get_by_label("Colour the map by").select_option("disk")
    tab.until("location.search === '?nview=map&nfill=disk'")
    tab.page.reload(wait_until="commit")
    tab.until_live()
    assert tab.page.locator(".map-cell").count() == NODES
    assert looks.get_by_role("button", name="Map").get_attribute("aria-pressed") == "true"
    looks.get_by_role("button", name="Cards").click()
    tab.page.locator("[data-cards] [data-testid=node]").first.wait_for()
    assert tab.page.get_by_test_id("map").count() == 0
    looks.get_by_role("button", name="Table").click()
    tab.until("location.search === '?nfill=disk'")
    assert tab.page.locator("[data-cards]").count() == 0


def test_the_map_is_one_stop_and_arrows_walk_it(visit, many):
    tab = visit(many, path="/?nview=map")
    tab.page.get_by_label("View of the nodes").focus()
    press(tab, "Tab")
    ids = tab.page.evaluate("[...document.querySelectorAll('.map-cell')].map((c) => c.dataset.key)")
    assert tab.page.evaluate(FOCUSED) == ids[0]
    top = "document.activeElement.getBoundingClientRect().top"
    left = "document.activeElement.getBoundingClientRect().left"
    press(tab, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert tab.page.evaluate(FOCUSED) == ids[1]
    before = tab.page.evaluate(f"[{top}, {left}]")
    press(tab, "ArrowDown")
    below = tab.page.evaluate(f"[{top}, {left}]")
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
    fleet.change("nodes", set=[{"h": node["h"], "status": "offline"}])
    tab.until(f"{figure} === '✕'")
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
        tab.after_ticks(1)
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
