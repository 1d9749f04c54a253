"""The table of hosts, of which there may be thousands."""

import json

import pytest

from conftest import DESKTOP, PHONE
from test_values import ALWAYS, WIDE, check_cells

COUNT = 5000
ROWS = """[...document.querySelectorAll('[data-testid=host]:not([hidden])')]
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)"""
NAMES = f"{ROWS}.map((row) => row.querySelector('[data-field=name]').textContent)"
# As many as a window needs, and some beyond its edges.
ROWS_MAX = 45
END = "document.querySelector('#hosts').getBoundingClientRect().bottom + scrollY - innerHeight"


def positions(tab):
    return tab.page.evaluate(f"{ROWS}.map((row) => Number(row.ariaRowIndex))")


def names(tab):
    return tab.page.evaluate(NAMES)


def test_of_thousands_only_those_near_the_window_have_a_row(visit, many):
    tab = visit(many)
    tab.until(f"{ROWS}.length > 5")
    for where, first, last in (("0", 2, None), (END, None, COUNT + 1), ("0", 2, None)):
        tab.page.evaluate(f"scrollTo(0, {where})")
        tab.after_ticks(2)
        there = positions(tab)
        assert len(there) <= ROWS_MAX
        assert there == list(range(there[0], there[0] + len(there)))
        assert first in (None, there[0]) and last in (None, there[-1])
    table = tab.page.get_by_role("table", name="Hosts")
    assert table.get_attribute("aria-rowcount") == str(COUNT + 1)


@pytest.mark.parametrize(
    "viewport, at_least", [(DESKTOP, WIDE), (PHONE, ALWAYS)], ids=["desk", "phone"]
)
def test_cells_stay_right_when_hosts_are_scrolled(visit, started, viewport, at_least):
    some = started("--hosts", "120")
    tab = visit(some, viewport=viewport, path="/?hview=table")
    tab.until(f"{ROWS}.length > 5")
    for where in ("0", END, f"({END}) / 2"):
        tab.page.evaluate(f"scrollTo(0, {where})")
        tab.after_ticks(2)
        check_cells(tab, some, at_least)


def test_only_the_past_of_what_is_shown_is_asked_for(visit, many):
    tab = visit(many)
    tab.until("document.querySelectorAll('[data-testid=host] .spark-line[d*=L]').length > 5")
    tab.after_ticks(2)
    asked = [said for said in tab.sent if said["type"] == "history"]
    assert len(asked) <= 2
    resources = [each for question in asked for each in question["resources"]]
    assert len(resources) == len(set(resources)) <= ROWS_MAX


@pytest.mark.parametrize("head, key, largest_first", [
    ("name", lambda host: host["name"], False),
    ("uptime", lambda host: -host["boot"], True),
])
def test_a_click_on_a_head_sorts_by_it_and_the_address_says_so(
    visit, fleet, head, key, largest_first
):
    tab = visit(fleet)
    button = tab.page.locator(f".hosts-head .cell-{head} button")
    button.click()
    # By name it is sorted already, so that a click turns that round.
    down = largest_first or head == "name"
    hosts = sorted(fleet.state()["hosts"], key=lambda host: host["id"])
    if head == "uptime":
        hosts.sort(key=key, reverse=down)
        order = [host["name"] for host in hosts]
        tab.until(f"JSON.stringify({NAMES}) === JSON.stringify({json.dumps(order)})")
    sort = f"{'-' if down else ''}{head}"
    tab.until(f"new URLSearchParams(location.search).get('hsort') === '{sort}'")
    aria = f"document.querySelector('.hosts-head .cell-{head}').ariaSort"
    assert tab.page.evaluate(aria) == ("descending" if down else "ascending")
    before = names(tab)
    tab.page.reload()
    tab.until_live()
    tab.until(f"{ROWS}.length === 5")
    assert names(tab) == before
    button.click()
    tab.until(f"JSON.stringify({NAMES}) === JSON.stringify({json.dumps(before[::-1])})")
