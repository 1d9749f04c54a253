"""Which guests are shown, in what order, and who decides: filter, chips, sort, address, keys."""

import json
import re

import pytest

from conftest import DESKTOP, PHONE

TALL = {"width": 1440, "height": 6400}
IN_ORDER = """() => [...document.querySelectorAll('[data-testid=guest]')]
    .filter((row) => !row.hidden)
    .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
    .map((row) => row.dataset.id)"""
COLUMNS = ["Name", "Type", "ID", "Node", "Status", "CPU", "Memory", "Disk", "Net in", "Net out"]
LIVE = {"CPU", "Memory", "Disk", "Net in", "Net out"}


def head(tab, column):
    return tab.page.locator(".guests-head").get_by_role("columnheader", name=column, exact=True)


def share(part, whole):
    return None if part is None or not whole else part / whole


def natural(text):
    if text is None:
        return None
    parts = re.split(r"(\d+)", text.lower())
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part]


KEYS = {
    "Name": lambda guest: natural(guest["name"]),
    "Type": lambda guest: guest["type"],
    "ID": lambda guest: guest["vmid"],
    "Node": lambda guest: natural(f"{guest['remote']}/{guest['node']}"),
    "Status": lambda guest: guest["status"],
    "CPU": lambda guest: guest["cpu"],
    "Memory": lambda guest: share(guest["mem"], guest["memTotal"]),
    "Disk": lambda guest: share(guest["disk"], guest["diskTotal"]),
    "Net in": lambda guest: guest["netIn"],
    "Net out": lambda guest: guest["netOut"],
    "Uptime": lambda guest: None if guest["boot"] is None else -guest["boot"],
}


def ordered(guests, column, descending):
    """Unknown last; ties by memory where figures are sorted, then by name and number."""
    def sort(rows, key, reverse=False):
        known = sorted((row for row in rows if key(row) is not None), key=key, reverse=reverse)
        return known + [row for row in rows if key(row) is None]

    rows = sort(sorted(guests, key=KEYS["ID"]), KEYS["Name"])
    if column in LIVE:
        rows = sort(rows, KEYS["Memory"], True)
    return [row["id"] for row in sort(rows, KEYS[column], descending)]


def test_each_column_sorts_both_ways_as_the_test_does(visit, still):
    # One node of each remote, so that every row exists and few have to be drawn 24 times.
    tab = visit(still, viewport={"width": 1440, "height": 1700}, path="/?q=node:pve3")
    guests = [g for g in still.state("guests")["guests"] if g["node"] == "pve3"]
    assert len(guests) > 30
    assert tab.page.evaluate(IN_ORDER) == ordered(guests, "Name", False)
    for column in [*COLUMNS[1:], "Uptime", "Name"]:
        title = head(tab, column)
        for _ in range(2):
            title.get_by_role("button").click()
            direction = title.get_attribute("aria-sort")
            assert tab.page.locator(".guests [aria-sort]").count() == 1
            wanted = ordered(guests, column, direction == "descending")
            assert tab.page.evaluate(IN_ORDER) == wanted, (column, direction)


def test_figures_are_sorted_largest_first_and_names_from_a(visit, still):
    tab = visit(still)
    for column, first in (("CPU", "descending"), ("Node", "ascending"), ("Name", "ascending")):
        head(tab, column).get_by_role("button").click()
        assert head(tab, column).get_attribute("aria-sort") == first


def matching(guests, keep):
    return {guest["id"] for guest in guests if keep(guest)}


# Questions, and what they mean to the test.
QUERIES = [
    ("web", lambda g: "web" in (g["name"] or "")),
    ("WEB -pve1", lambda g: "web" in (g["name"] or "") and g["node"] != "pve1"),
    ("site-1/pve2", lambda g: (g["remote"], g["node"]) == ("site-1", "pve2")),
    ("107", lambda g: "107" in f"{g['vmid']} {g['name']}"),
    ("staging", lambda g: "staging" in g["tags"]),
    ("-tag:prod", lambda g: "prod" not in g["tags"]),
    ("tag:dev,staging status:running", lambda g: g["status"] == "running"
        and bool({"dev", "staging"} & set(g["tags"]))),
    ("type:ct", lambda g: g["type"] == "lxc"),
    ("lock:backup", lambda g: g["lock"] == "backup"),
    ("type:qemu", lambda g: g["type"] == "qemu"),
    ("cluster:=site-1", lambda g: g["remote"] == "site-1"),
    ("-node:pve1,pve2 -type:vm", lambda g: g["node"] not in ("pve1", "pve2")
        and g["type"] == "lxc"),
    ('name:"web-" status:"running"', lambda g: "web-" in (g["name"] or "")
        and g["status"] == "running"),
    ("cpu>80", lambda g: g["cpu"] > 80),
    ("-cpu>=50 cpu>0", lambda g: 0 < g["cpu"] < 50),
    ("mem>=90", lambda g: share(g["mem"], g["memTotal"]) >= 0.9),
    ("mem>4G", lambda g: g["mem"] > 4 * 2**30),
    ("disk<10", lambda g: g["disk"] is not None and g["disk"] / g["diskTotal"] < 0.1),
    ("net>5M", lambda g: None not in (g["netIn"], g["netOut"])
        and g["netIn"] + g["netOut"] > 5 * 2**20),
    ("out<100k status:running", lambda g: g["netOut"] is not None
        and g["netOut"] < 100 * 1024 and g["status"] == "running"),
    ("-tag:dev", lambda g: "dev" not in g["tags"]),
    ("type:vm,lxc web", lambda g: "web" in (g["name"] or "")),
]


def test_the_filter_finds_what_the_test_finds(visit, still):
    tab = visit(still, viewport=TALL)
    guests = still.state("guests")["guests"]
    for query, keep in QUERIES:
        tab.page.get_by_test_id("filter").fill(query)
        wanted = matching(guests, keep)
        assert 0 < len(wanted) < 150, query
        assert set(tab.page.evaluate(IN_ORDER)) == wanted, query
        assert tab.text("guest-count") == f"{len(wanted)} of 150", query


def test_a_field_that_does_not_exist_is_said_and_still_looked_for(visit, still):
    tab = visit(still)
    box = tab.page.get_by_test_id("filter")
    box.fill("nod:pve1")
    assert "There is no field “nod”" in tab.text("filter-hint")
    assert box.get_attribute("aria-invalid") == "true"
    box.fill("cpu>lots")
    assert "“lots” is nothing" in tab.text("filter-hint")
    assert tab.text("guest-count") == "150 of 150"
    box.fill("cpu>")
    assert tab.page.get_by_test_id("filter-hint").inner_text() == ""
    assert box.get_attribute("aria-invalid") == "false"


def test_rows_that_figures_choose_rest_while_the_pointer_is_on_them(visit, own_cluster):
    tab = visit(own_cluster, path="/?q=cpu>50&sort=-cpu", viewport={"width": 1440, "height": 1600})
    row = tab.page.locator("[data-testid=guest]").nth(1)
    row.hover()
    shown = tab.page.evaluate(IN_ORDER)
    guest = next(g for g in own_cluster.state("guests")["guests"] if g["id"] not in shown
                 and g["status"] == "running")
    own_cluster.change("guests", set=[{"h": guest["h"], "cpu": 100}])
    tab.after_ticks(3)
    assert tab.page.evaluate(IN_ORDER) == shown
    tab.page.mouse.move(5, 5)
    before = json.dumps(json.dumps(shown, separators=(",", ":")))
    tab.until(f"JSON.stringify(({IN_ORDER})()) !== {before}")


def test_chips_narrow_down_and_say_so(visit, still):
    tab = visit(still, viewport=TALL)
    guests = still.state("guests")["guests"]
    for name in ("Running", "CT"):
        chip = tab.page.get_by_role("button", name=name, exact=True)
        assert chip.get_attribute("aria-pressed") == "false"
        chip.click()
        assert chip.get_attribute("aria-pressed") == "true"
    wanted = matching(guests, lambda g: g["status"] == "running" and g["type"] == "lxc")
    assert set(tab.page.evaluate(IN_ORDER)) == wanted
    tab.page.get_by_role("button", name="Running", exact=True).click()
    tab.page.get_by_role("button", name="CT", exact=True).click()
    assert len(tab.page.evaluate(IN_ORDER)) == 150


def test_no_match_says_so_and_offers_the_way_back(visit, still):
    tab = visit(still)
    effects = tab.page.evaluate("__pulse.effects")
    tab.page.get_by_test_id("filter").fill("nothing-like-it")
    assert "No guest matches “nothing-like-it”" in tab.text("no-match")
    assert tab.text("guest-count") == "0 of 150"
    tab.page.get_by_role("button", name="Clear filter").click()
    assert tab.text("guest-count") == "150"
    assert tab.page.get_by_test_id("guest").count() > 0
    assert tab.page.evaluate("__pulse.effects") == effects


def test_the_view_is_in_the_address_and_survives_a_reload(visit, still):
    tab = visit(still, viewport=TALL, path="/?q=web+status:running&sort=-cpu")
    guests = [
        guest for guest in still.state("guests")["guests"]
        if "web" in (guest["name"] or "") and guest["status"] == "running"
    ]
    assert tab.page.evaluate(IN_ORDER) == ordered(guests, "CPU", True)
    assert tab.page.get_by_test_id("filter").input_value() == "web status:running"
    tab.page.get_by_test_id("filter").fill("db")
    tab.page.locator(".guests-head .cell-mem button").click()
    tab.until("location.search === '?q=db&sort=-mem'")
    shown = tab.page.evaluate(IN_ORDER)
    tab.page.reload(wait_until="commit")
    tab.until_live()
    tab.until("document.querySelector('[data-testid=guest]')")
    assert tab.page.evaluate(IN_ORDER) == shown
    tab.page.get_by_test_id("filter").fill("")
    tab.page.locator(".guests-head .cell-name button").click()
    tab.until("location.search === ''")


def test_a_nonsense_address_is_the_plain_view(visit, still):
    tab = visit(still, path="/?sort=-nonsense&q=&other=1")
    assert head(tab, "Name").get_attribute("aria-sort") == "ascending"
    assert tab.text("guest-count") == "150"


def test_the_keyboard_finds_filters_sorts_and_clears(visit, still):
    tab = visit(still)
    keyboard = tab.page.keyboard
    is_at = "document.activeElement.dataset.testid === 'filter'"
    keyboard.press("/")
    assert tab.page.evaluate(is_at)
    keyboard.type("web/")
    assert tab.page.get_by_test_id("filter").input_value() == "web/"
    keyboard.press("Escape")
    assert tab.page.get_by_test_id("filter").input_value() == ""
    assert tab.text("guest-count") == "150" and tab.page.evaluate(is_at)
    keyboard.press("Escape")
    assert not tab.page.evaluate(is_at)
    keyboard.press("/")
    keyboard.type("web")
    keyboard.press("Tab")
    keyboard.press("Space")
    assert tab.page.get_by_test_id("filter").input_value() == "web status:running"
    for _ in range(5):
        keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.className") == "sort"
    assert tab.page.evaluate("document.activeElement.matches(':focus-visible')")
    keyboard.press("Enter")
    assert head(tab, "Name").get_attribute("aria-sort") == "descending"


def test_rows_rest_while_the_pointer_is_on_them_and_move_within_five_seconds_after(visit, crowd):
    tab = visit(crowd, path="/?sort=-cpu")
    tab.page.evaluate("document.querySelector('#guests').scrollIntoView()")
    tab.page.locator("[data-testid=guest]").nth(12).hover()
    before = tab.page.evaluate(IN_ORDER)
    tab.after_ticks(13)
    assert tab.page.evaluate(IN_ORDER) == before
    tab.page.mouse.move(5, 5)
    same = f"JSON.stringify(({IN_ORDER})()) === {repr(str(before).replace(chr(39), chr(34)))}"
    tab.until(f"!({same.replace(', ', ',')})")


def test_a_phone_sorts_by_a_choice(visit, still):
    tab = visit(still, viewport=PHONE, has_touch=True)
    tab.page.get_by_label("Sort by").select_option("-cpu")
    wanted = ordered(still.state("guests")["guests"], "CPU", True)
    shown = tab.page.evaluate(IN_ORDER)
    assert shown == wanted[: len(shown)]


def test_without_remotes_the_page_says_how_to_configure_one(visit, fleet):
    tab = visit(fleet, viewport=DESKTOP)
    assert "No Proxmox server is configured" in tab.text("no-guests")
    assert '"remotes"' in tab.text("no-guests")


def test_a_server_that_knows_hosts_only_is_asked_for_hosts_only(visit, started):
    tab = visit(started("--hosts-only"))
    assert tab.page.locator("[data-testid=host]:not([hidden])").count() == 5
    assert tab.page.locator("#guests, #nodes").count() == 0


def test_a_demo_says_so(visit, still, started):
    assert visit(still).page.get_by_test_id("demo").count() == 0
    assert visit(started("--demo", "--guests", "10")).text("demo") == "Demo: invented data"
