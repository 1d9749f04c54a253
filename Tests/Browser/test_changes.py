"""What comes, goes, moves and fails while somebody looks, and what is lost on the way."""

import pytest

from figures import percent
from test_guests import check_rows
from test_view import IN_ORDER

TALL = {"width": 1440, "height": 2200}

# The rows that are written to. Lines grow by themselves, and times change by the second.
WATCH_ROWS = """() => {
    window.touched = new Set();
    const isOwn = ({ target, attributeName }) => attributeName === 'd'
        || (target.parentElement ?? target)
            .closest('[data-field=uptime], [data-field=age]') !== null;
    new MutationObserver((all) => {
        for (const each of all.filter((one) => !isOwn(one))) {
            const element = each.target.closest ? each.target : each.target.parentElement;
            touched.add(element.closest('[data-id]')?.dataset.id ?? 'the table');
        }
    }).observe(document.querySelector('.guest-rows'),
        { subtree: true, childList: true, characterData: true, attributes: true });
}"""


def test_a_tick_that_changes_one_cell_writes_to_its_row_only(visit, still):
    tab = visit(still)
    tab.after_ticks(2)
    guest = tab.page.evaluate(IN_ORDER)[3]
    truth = next(each for each in still.state("guests")["guests"] if each["id"] == guest)
    other = 91.5 if truth["cpu"] < 50 else 3.5
    tab.page.evaluate(WATCH_ROWS)
    still.change("guests", set=[{"h": truth["h"], "cpu": other}])
    cell = f"document.querySelector('[data-id=\"{guest}\"] [data-field=cpu]').textContent"
    tab.until(f"{cell}.replace(/\\s/g, ' ') === {percent(other)!r}")
    tab.after_ticks(2)
    assert tab.page.evaluate("[...touched]") == [guest]


def test_a_lost_delta_is_made_up_for_by_a_snapshot(visit, own_cluster):
    tab = visit(own_cluster, viewport=TALL)
    tab.after_ticks(1)
    tab.sent.clear()
    own_cluster.change("guests", set=[{"h": 0, "name": "aaa-unheard"}], gone=[5], lost=True)
    tab.until("document.querySelector('.guest-rows').textContent.includes('aaa-unheard')")
    asked = [said for said in tab.sent if said["type"] != "history"]
    assert asked == [{"type": "subscribe", "stream": "guests"}]
    shown = check_rows(tab, own_cluster)
    assert len(shown["guests"]) == 39


def test_a_guest_that_is_renamed_or_migrated_moves_to_its_place(visit, own_cluster):
    tab = visit(own_cluster, viewport=TALL, path="/?group=node")
    # The heads of groups are rows without a guest.
    order = f"({IN_ORDER})().filter(Boolean)"
    before = tab.page.evaluate(order)
    guest = next(g for g in own_cluster.state("guests")["guests"] if g["id"] == before[2])
    assert guest["node"] == "pve1"
    own_cluster.change("guests", set=[{"h": guest["h"], "name": "zzz-last"}])
    tab.until("document.querySelector('.guest-rows').textContent.includes('zzz-last')")
    guests = own_cluster.state("guests")["guests"]
    named = [each for each in guests if each["node"] == "pve1" and each["name"]]
    assert tab.page.evaluate(order)[len(named) - 1] == guest["id"]
    own_cluster.change("guests", set=[{"h": guest["h"], "node": "pve2"}])
    cell = f"document.querySelector('[data-id=\"{guest['id']}\"] .cell-node')?.textContent"
    tab.until(f"{cell} === 'pve2'")
    after = tab.page.evaluate(order)
    # One of that node's guests has no name, and comes behind all that have.
    assert sorted(after) == sorted(before) and after[-2] == guest["id"]


STALE = """[...document.querySelectorAll('[data-testid=%s]')].filter((row) => !row.hidden)
    .map((row) => [row.dataset.id, 'stale' in row.dataset])"""


def stale_rows(tab, kind):
    return {row for row, stale in tab.page.evaluate(STALE % kind) if stale}


def test_a_node_that_dies_keeps_its_rows_with_their_age_and_the_others_stay_live(visit, polled):
    tab = visit(polled, viewport={"width": 1440, "height": 900}, path="/?q=node:%3Dpve2")
    tab.until("document.querySelector('.node-row[data-id=\"node:lab/pve2\"]')")
    tab.until("document.querySelector('[data-testid=guest]')")
    tab.until(f"!({STALE % 'guest'}).some(([, stale]) => stale)")
    figures = "document.querySelector('.node-row[data-id=\"node:lab/pve2\"] [data-field=mem]').textContent"
    polled.tell("/clusters/lab/nodes/pve2/kill")
    try:
        tab.until("document.querySelector('.node-row[data-id=\"node:lab/pve2\"]').dataset.status"
                  " === 'offline'")
        tab.until("document.querySelector('.problems')?.textContent.includes('pve2 (lab)')")
        kept = tab.page.evaluate(figures)
        assert " of " in kept
        tab.after_ticks(2)
        assert tab.page.evaluate(figures) == kept
        check_rows(tab, polled)
        assert stale_rows(tab, "node") == {"node:lab/pve2"}
        guests = stale_rows(tab, "guest")
        assert guests and all(each.startswith("guest:lab/") for each in guests)
    finally:
        polled.tell("/clusters/lab/nodes/pve2/start")
    tab.until(f"!({STALE % 'node'}).some(([, stale]) => stale)")
    tab.until(f"!({STALE % 'guest'}).some(([, stale]) => stale)")
    check_rows(tab, polled)


def test_a_cluster_that_does_not_answer_keeps_its_rows_and_comes_back_by_itself(visit, polled):
    tab = visit(polled)
    count = tab.text("guest-count")
    polled.tell("/clusters/prod/kill")
    try:
        tab.until("document.querySelector('.problems')?.textContent.includes('prod')")
        tab.until(f"({STALE % 'node'}).some(([id, stale]) => stale && id.includes('prod'))")
        check_rows(tab, polled)
        assert tab.text("guest-count") == count
        assert all("/prod/" in f"/{each.split(':')[1]}" for each in stale_rows(tab, "node"))
    finally:
        polled.tell("/clusters/prod/start")
    tab.until(f"!({STALE % 'node'}).some(([, stale]) => stale)", 60)
    check_rows(tab, polled)


@pytest.mark.parametrize("way", ["sort", "filter"])
def test_the_focus_is_back_on_its_row_though_that_has_moved(visit, still, way):
    tab = visit(still)
    row = tab.page.locator("[data-testid=guest] .row-link").nth(2)
    row.focus()
    guest = tab.page.evaluate("document.activeElement.closest('[data-id]').dataset.id")
    tab.page.keyboard.press("Enter")
    tab.page.get_by_test_id("drawer").wait_for()
    if way == "sort":
        tab.page.evaluate("document.querySelector('.guests-head .cell-name button').click()")
    else:
        name = row.inner_text()
        tab.page.get_by_test_id("filter").fill(name)
    tab.page.get_by_test_id("drawer-close").focus()
    tab.page.keyboard.press("Escape")
    tab.page.get_by_test_id("drawer").wait_for(state="detached")
    tab.until(f"document.activeElement.closest('[data-id]')?.dataset.id === {guest!r}")


def test_a_line_has_a_point_for_each_tick_and_says_what_it_shows(visit, started):
    tab = visit(started("--hosts", "5", "--forgetful"), path="/?open=host:0&span=2m")
    state = """() => [__pulse.generation, document.querySelector('.drawer .spark-line')
        .getAttribute('d').match(/[\\d.]+,[\\d.]+/g).length]"""
    tab.until(f"({state})()[1] > 2")
    (first, few), _ = tab.page.evaluate(state), tab.after_ticks(4)
    later, more = tab.page.evaluate(state)
    # A tick that a busy machine left out has its place in the line, and no generation.
    assert more - few >= later - first > 3
    said = tab.page.locator(".drawer .spark").first.get_attribute("aria-label").split(": ")
    assert said[0] == "CPU, last 30\u202fs"
    now, most = said[1].split(", max ")
    assert float(now.rstrip("\u202f%")) <= float(most.rstrip("\u202f%")) <= 100
