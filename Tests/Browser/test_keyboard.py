"""The keyboard: the focus in tables of rows, shortcuts, the list of keys; groups and columns."""

import pytest

from conftest import DESKTOP, PHONE
from test_view import IN_ORDER

FOCUSED = "document.activeElement.closest('[data-key]')?.dataset.key"
IN_WINDOW = """(() => { const box = document.activeElement.closest('[data-key]')
    .getBoundingClientRect(); return box.top >= 52 && box.bottom <= innerHeight; })()"""


def press(tab, *keys):
    for key in keys:
        tab.page.keyboard.press(key)



def test_a_table_is_one_stop_and_arrows_go_from_row_to_row(visit, still):
    tab = visit(still)
    order = tab.page.evaluate(IN_ORDER)
    tab.page.evaluate("document.querySelector('#guests').scrollIntoView()")
    tab.page.evaluate(
        "document.querySelector('.guests-head .cell-uptime button').focus({preventScroll: true})"
    )
    press(tab, "Tab")
    assert tab.page.evaluate(FOCUSED) == order[0]
    assert tab.page.evaluate("document.activeElement.matches(':focus-visible')")
    press(tab, "ArrowDown", "j", "ArrowDown", "k")
    assert tab.page.evaluate(FOCUSED) == order[2]
    press(tab, "Shift+Tab")
    assert tab.page.evaluate("document.activeElement.className") == "sort"
    press(tab, "Tab")
    assert tab.page.evaluate(FOCUSED) == order[2]
    press(tab, "Tab")
    assert tab.page.evaluate("document.activeElement.closest('.guest-rows')") is None


def test_the_focus_goes_to_the_ends_of_5000_rows_and_is_always_in_sight(visit, crowd):
    tab = visit(crowd)
    tab.page.locator("[data-testid=guest] .row-link").first.focus()
    first = tab.page.evaluate(FOCUSED)
    press(tab, "End")
    tab.until(f"{FOCUSED} && document.activeElement.closest('[data-key]').ariaRowIndex === '5001'")
    assert tab.page.evaluate(IN_WINDOW)
    press(tab, *["ArrowUp"] * 30)
    assert tab.page.evaluate("document.activeElement.closest('[data-key]').ariaRowIndex") == "4971"
    assert tab.page.evaluate(IN_WINDOW)
    press(tab, "Home")
    tab.until(f"{FOCUSED} === {first!r}")
    press(tab, *["PageDown"] * 4)
    tab.until("document.activeElement.closest('[data-key]')?.ariaRowIndex === '42'")


def test_the_focus_stays_with_its_guest_when_rows_move_and_when_they_leave(visit, crowd):
    tab = visit(crowd)
    tab.page.locator("[data-testid=guest] .row-link").nth(3).focus()
    guest = tab.page.evaluate(FOCUSED)
    tab.page.evaluate("document.querySelector('.guests-head .cell-id button').click()")
    tab.page.evaluate("document.querySelector('.guests-head .cell-id button').click()")
    tab.after_ticks(1)
    # It may have moved out of the window: the table keeps the focus for it.
    assert tab.page.evaluate("document.activeElement.closest('.guest-rows') !== null")
    press(tab, "ArrowDown", "ArrowUp")
    tab.until(f"{FOCUSED} === {guest!r}")
    tab.page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 3)")
    tab.until("document.activeElement.className.includes('rows')")
    press(tab, "ArrowDown", "ArrowUp")
    tab.until(f"{FOCUSED} === {guest!r}")
    press(tab, "Enter")
    assert tab.page.get_by_test_id("drawer").get_attribute("data-id") == guest
    press(tab, "]", "[", "]")
    assert tab.page.get_by_test_id("drawer").get_attribute("data-id") != guest
    following = tab.page.get_by_test_id("drawer").get_attribute("data-id")
    press(tab, "Escape")
    tab.until(f"{FOCUSED} === {following!r}")


def test_every_key_of_the_list_works_and_none_while_typing_or_switched_off(visit, still):
    tab = visit(still)
    help_sheet = tab.page.get_by_test_id("help")
    press(tab, "?")
    assert help_sheet.is_visible()
    press(tab, "Escape")
    assert not help_sheet.is_visible()
    theme = tab.page.evaluate("document.documentElement.dataset.theme")
    press(tab, "t")
    assert tab.page.evaluate("document.documentElement.dataset.theme") != theme
    press(tab, "t", "j")
    assert tab.page.evaluate(FOCUSED).startswith("node:")
    press(tab, "/", *"t?jk[]/")
    assert tab.page.get_by_test_id("filter").input_value() == "t?jk[]/"
    assert not help_sheet.is_visible() and tab.page.get_by_test_id("drawer").count() == 0
    assert tab.page.evaluate("document.activeElement.dataset.testid") == "filter"
    press(tab, "Escape", "Escape", "?")
    help_sheet.get_by_role("checkbox").uncheck()
    press(tab, "Escape", "?", "/")
    assert not help_sheet.is_visible()
    tab.page.reload(wait_until="commit")
    tab.until_live()
    press(tab, "?")
    assert not help_sheet.is_visible()
    tab.page.get_by_role("button", name="Keys").click()
    help_sheet.get_by_role("checkbox").check()
    press(tab, "Escape", "?")
    assert help_sheet.is_visible()


# Each is pressed by a test, here or in test_palette.py.
LISTED = "Ctrl K|/|j|↓|k|↑|Home|End|← →|Enter|[|]|Escape|t|?".split("|")


def test_the_list_has_the_keys_that_are_tested(visit, still):
    tab = visit(still)
    press(tab, "?")
    assert tab.page.get_by_test_id("help").locator("kbd").all_text_contents() == LISTED


GROUPS = """() => [...document.querySelectorAll('.guest-row[data-group]')]
    .filter((row) => !row.hidden).sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
    .map((row) => row.querySelector('.group-cell').textContent.replace(/\\s+/g, ' ').trim())"""


def test_guests_can_be_grouped_and_groups_folded(visit, still):
    tab = visit(still, viewport={"width": 1440, "height": 6600})
    tab.page.get_by_label("View of the guests").click()
    tab.page.locator(".menu[open]").get_by_label("Group by").select_option("node")
    guests = still.state("guests")["guests"]
    wanted = []
    for place in sorted({f"{guest['remote']}/{guest['node']}" for guest in guests}):
        on = [g for g in guests if f"{g['remote']}/{g['node']}" == place and not g["template"]]
        running = sum(guest["status"] == "running" for guest in on)
        wanted.append(f"{place} {running} of {len(on)} running")
    assert tab.page.evaluate(GROUPS) == wanted
    count = tab.page.get_by_role("table", name="Guests").get_attribute("aria-rowcount")
    assert int(count) == 150 + len(wanted) + 1
    tab.page.locator(".guest-row[data-group] .group-toggle").first.click()
    assert tab.page.evaluate(FOCUSED).startswith("group:")
    folded = tab.page.get_by_role("table", name="Guests").get_attribute("aria-rowcount")
    assert int(folded) < int(count)
    press(tab, "ArrowRight")
    assert tab.page.get_by_role("table", name="Guests").get_attribute("aria-rowcount") == count
    press(tab, "ArrowLeft")
    assert tab.page.get_by_role("table", name="Guests").get_attribute("aria-rowcount") == folded
    tab.until("location.search === '?group=node'")


def test_columns_and_density_are_chosen_and_in_the_address(visit, still):
    tab = visit(still)
    menu = tab.page.get_by_label("View of the guests")
    menu.click()
    sheet = tab.page.locator(".menu[open]")
    sheet.get_by_label("Disk", exact=True).uncheck()
    assert tab.page.locator(".guests .cell-disk:visible").count() == 0
    sheet.get_by_label("Density of all tables").select_option("compact")
    press(tab, "Escape")
    row = tab.page.locator("[data-testid=guest]").first
    assert row.bounding_box()["height"] == 28
    tab.until("location.search.includes('density=compact')")
    tab.page.reload(wait_until="commit")
    tab.until_live()
    row.wait_for()
    assert row.bounding_box()["height"] == 28
    assert tab.page.locator(".guests .cell-disk:visible").count() == 0
    assert tab.page.locator(".nodes .cell-disk:visible").count() > 0


def tops(tab):
    """Of the rows in the window, in their order."""
    return tab.page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=guest]')]
            .filter((row) => !row.hidden).map((row) => row.getBoundingClientRect().top)
            .sort((a, b) => a - b)"""
    )


@pytest.mark.parametrize("density, height", [("roomy", 40), ("compact", 28), ("normal", 32)])
def test_rows_stand_as_densely_as_was_chosen_at_once(visit, still, density, height):
    other = "compact" if density == "roomy" else "roomy"
    tab = visit(still, path=f"/?density={other}")
    tab.page.get_by_label("View of the guests").click()
    choice = tab.page.locator(".menu[open]").get_by_label("Density of all tables")
    choice.select_option(density)
    at = tops(tab)
    assert {round(below - above) for above, below in zip(at, at[1:])} == {height}
    assert len(at) * height >= 900


def test_a_density_chosen_elsewhere_is_followed_when_a_phone_becomes_a_desk(visit, still):
    tab = visit(still, viewport=PHONE, path="/?density=compact")
    tab.page.set_viewport_size(DESKTOP)
    tab.until("document.querySelector('[data-testid=guest]').offsetHeight === 28")
    tab.page.get_by_label("View of the guests").click()
    choice = tab.page.locator(".menu[open]").get_by_label("Density of all tables")
    choice.select_option("roomy")
    at = tops(tab)
    assert {round(below - above) for above, below in zip(at, at[1:])} == {40}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_nodes_are_sorted_and_grouped_like_guests(visit, still, viewport):
    tab = visit(still, viewport=viewport, path="/?nsort=-name&ngroup=remote")
    nodes = still.state("nodes")["nodes"]
    wanted = []
    for remote in sorted({node["remote"] for node in nodes}):
        of = [node for node in nodes if node["remote"] == remote]
        wanted.append(f"group:{remote}")
        wanted += [n["id"] for n in sorted(of, key=lambda n: n["name"], reverse=True)]
    shown = tab.page.evaluate(
        """() => [...document.querySelectorAll('.node-row')].filter((row) => !row.hidden)
            .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map((row) => row.dataset.key)"""
    )
    assert shown == wanted[: len(shown)] and len(shown) > 10
    assert tab.page.locator(".node-row[data-group] .cell-guests:visible").count() == 0


def test_a_row_says_how_old_it_is_to_who_points_at_it_or_goes_to_it(visit, cluster):
    tab = visit(cluster)
    row = tab.page.locator("[data-testid=node]").first
    row.hover()
    said = r"^Sampled \d+\s(s|min) ago, read \d+\s(s|min) ago from site-0$"
    tab.until(f"/{said}/.test(document.querySelector('[data-testid=node]').title)")
    row.locator(".row-link").focus()
    tab.until(f"/{said}/.test(document.activeElement.ariaDescription)")


def test_a_row_that_shows_another_guest_says_nothing_of_the_one_before(visit, crowd):
    tab = visit(crowd)
    tab.page.evaluate("document.querySelector('#guests').scrollIntoView()")
    rows = tab.page.locator("[data-testid=guest]")
    for place in range(3):
        rows.nth(place + 6).hover()
        rows.nth(place + 6).locator(".row-link").focus()
    titles = "[...document.querySelectorAll('[data-testid=guest]')].filter((r) => r.title).length"
    said = """[...document.querySelectorAll('[data-testid=guest] .row-link')]
        .filter((link) => link.ariaDescription).length"""
    assert tab.page.evaluate(titles) == 3 and tab.page.evaluate(said) == 3
    tab.page.mouse.move(5, 5)
    tab.page.evaluate("document.activeElement.blur()")
    tab.page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    tab.until(f"{titles} === 0 && {said} === 0")


def test_a_kiosk_has_nothing_to_press_and_still_shows_everything(visit, cluster):
    tab = visit(cluster, path="/?kiosk")
    assert tab.page.locator("button:visible:not(.sort)").count() == 0
    assert tab.page.locator("input:visible, select:visible").count() == 0
    assert tab.page.get_by_test_id("node").count() > 5
    before = tab.page.url
    for selector in (".problems a", ".brand", "[data-testid=node] .row-link", ".nodes-head .sort",
                     "[data-testid=node] .cell-mem", "[data-testid=host] .cell-cpu"):
        tab.page.locator(selector).first.click(force=True)
    tab.after_ticks(1)
    assert tab.page.get_by_test_id("drawer").count() == 0
    assert tab.page.url == before
    press(tab, "?")
    assert not tab.page.get_by_test_id("help").is_visible()
    assert not tab.page.evaluate("document.documentElement.scrollWidth > innerWidth")
