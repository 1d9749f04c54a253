"""The page on small screens, with hostile names, for the keyboard and for assistive technology."""

import pytest

from conftest import DESKTOP, NARROW, PHONE

SMALL = pytest.mark.parametrize("viewport", [PHONE, NARROW], ids=["phone", "narrow"])

FIND_SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input, select')]
    .map((target) => [target.textContent,
        // A tap anywhere in a row opens it, but not in the head of a group.
        (target.closest(':is(.node-row, .guest-row, .host-row):not([data-group])') ?? target)
            .getBoundingClientRect()])
    .filter(([, box]) => box.width > 0 && (box.width < 44 || box.height < 44))
    .map(([text, box]) => [text, box.width, box.height])"""

FIND_UNNAMED = """() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const name = (element) =>
        element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent
            ?? element.textContent;
    const ids = all('[id]').map((element) => element.id);
    return [
        ...all('a, button, input, select, [role=meter], [role=img], [role=table]')
            .filter((element) => element.getClientRects().length > 0 && !name(element).trim()),
        ...all('[role=meter]').filter((element) => !element.getAttribute('aria-valuetext')),
        ...all('svg').filter((each) => !each.ariaHidden && each.getAttribute('role') !== 'img'),
        ...all('[role=row]').filter((row) => !row.closest('[role=table]')),
        ...all('[role=cell], [role=columnheader]').filter((cell) => !cell.closest('[role=row]')),
        ...all('[aria-controls]').filter(
            (element) => !document.getElementById(element.getAttribute('aria-controls')),
        ),
    ].map((element) => element.outerHTML.slice(0, 120))
        .concat(ids.filter((id, index) => ids.indexOf(id) !== index));
}"""


def scrolls_sideways(tab):
    return tab.page.evaluate("document.documentElement.scrollWidth > innerWidth")


@SMALL
@pytest.mark.parametrize("source", ["server", "fleet"])
def test_a_phone_never_scrolls_sideways_and_can_be_tapped(visit, source, request, viewport):
    tab = visit(request.getfixturevalue(source), viewport=viewport, has_touch=True)
    assert not scrolls_sideways(tab)
    assert tab.page.evaluate(FIND_SMALL_TARGETS) == []
    tab.page.locator("[data-testid=host]:not([hidden])").last.tap()
    tab.page.get_by_test_id("drawer").wait_for()
    assert not scrolls_sideways(tab)
    assert tab.page.evaluate(FIND_SMALL_TARGETS) == []


@SMALL
@pytest.mark.parametrize("source", ["cluster", "crowd"])
@pytest.mark.parametrize("path", ["", "/?group=node&ngroup=remote"], ids=["plain", "grouped"])
def test_nor_does_a_cluster(visit, source, request, viewport, path):
    tab = visit(request.getfixturevalue(source), viewport=viewport, has_touch=True, path=path)
    for part in ("0", "document.querySelector('#guests').offsetTop - 60"):
        tab.page.evaluate(f"scrollTo(0, {part})")
        tab.after_ticks(1)
        assert not scrolls_sideways(tab)
        assert tab.page.evaluate(FIND_SMALL_TARGETS) == []


@SMALL
def test_the_way_back_can_be_tapped_too(visit, own_server, viewport):
    tab = visit(own_server, viewport=viewport, may_lose_server=True)
    own_server.stop()
    tab.until("__pulse.conn === 'offline'")
    assert not scrolls_sideways(tab)
    assert tab.page.evaluate(FIND_SMALL_TARGETS) == []


OVERLAPPING = """() => [...document.querySelectorAll('.host-row')].flatMap((row) =>
    [row, ...row.children]
        .filter((part) => part.scrollWidth > Math.ceil(part.getBoundingClientRect().width))
        .map((part) => [part.className, part.clientWidth, part.scrollWidth]))"""


def test_no_width_scrolls_sideways_or_lets_cells_overlap(visit, fleet):
    tab = visit(fleet)
    for width in (768, 1089, 1090, 1323, 1324, 1423, 1424, 1920):
        tab.page.set_viewport_size({"width": width, "height": 800})
        tab.after_frames()
        assert not scrolls_sideways(tab), width
        assert tab.page.evaluate(OVERLAPPING) == [], width


RUN_OVER = """() => [...document.querySelectorAll('.node-row, .guest-row')].flatMap((row) =>
    [row, ...row.querySelectorAll('.bar-text, .stale-age, .badge, .cell-id, .cell-type,'
        + '.cell-in, .cell-out, .cell-uptime, .cell-load, .cell-guests')]
    .filter((part) => part.getClientRects().length > 0)
    .filter((part) => part.scrollWidth > Math.ceil(part.getBoundingClientRect().width)
        || part.getBoundingClientRect().right
            > Math.ceil((part.closest('[role=cell]') ?? row).getBoundingClientRect().right))
    .map((part) =>
        [part.className, part.textContent, part.clientWidth, part.scrollWidth]))"""


def test_no_width_lets_the_cells_of_a_cluster_run_over(visit, cluster):
    """Names and places may be cut; figures must fit."""
    tab = visit(cluster)
    for width in (768, 899, 900, 1151, 1152, 1323, 1324, 1440, 1920):
        tab.page.set_viewport_size({"width": width, "height": 2400})
        tab.after_frames()
        assert not scrolls_sideways(tab), width
        assert tab.page.evaluate(RUN_OVER) == [], width


FIND_CUT = """() => [...document.querySelectorAll('.node-row, .guest-row, .host-row')]
    .filter((row) => !row.hidden)
    .flatMap((row) => [...row.querySelectorAll('.bar-text, .stale-age, .badge, .cell-guests')]
        .filter((part) => part.getClientRects().length > 0)
        .filter((part) => part.scrollWidth > Math.ceil(part.getBoundingClientRect().width)
            || part.getBoundingClientRect().right
                > Math.ceil(part.closest('[role=cell]').getBoundingClientRect().right))
        .map((part) => [row.dataset.id, part.className, part.textContent]))"""


@SMALL
def test_a_phone_cuts_no_figure_and_no_age(visit, cluster, viewport):
    tab = visit(cluster, viewport={**viewport, "height": 3200})
    tab.until("document.querySelector('.stale-age:not([hidden])')")
    assert tab.page.evaluate(FIND_CUT) == []


HEADS_AND_CELLS = """() => ['node', 'host', 'guest'].flatMap((kind) => {
    const row = document.querySelector(`[data-testid=${kind}]:not([hidden])`);
    const lefts = (cells) => cells.filter((cell) => cell.getClientRects().length > 0)
        .map((cell) => [/cell-\\w+/.exec(cell.className)[0],
            Math.round(cell.getBoundingClientRect().left)])
        .sort((a, b) => a[1] - b[1]);
    const heads = [...document.querySelectorAll(`.${kind}s-head [role=columnheader]`)];
    const cells = [...row.querySelectorAll('[role=cell]:not(.group-cell)')];
    return [[kind, JSON.stringify(lefts(heads)), JSON.stringify(lefts(cells))]];
})"""


@pytest.mark.parametrize("remotes", [1, 3])
@pytest.mark.parametrize("width", [800, 1440])
def test_every_cell_stands_below_its_head_and_none_without_one(visit, started, remotes, width):
    # Two thousand guests to a node.
    options = ("--guests", "6000", "--nodes", "3", "--remotes", str(remotes), "--hosts", "3")
    size = {"width": width, "height": 900}
    tab = visit(started(*options), viewport=size, path="/?nview=table")
    tab.until("document.querySelector('[data-testid=guest]:not([hidden])')")
    tab.after_ticks(1)
    for kind, heads, cells in tab.page.evaluate(HEADS_AND_CELLS):
        assert heads == cells, kind
    assert tab.page.evaluate(FIND_CUT) == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def test_hostile_names_of_guests_are_text(visit, cluster, viewport):
    tab = visit(cluster, viewport=viewport)
    tab.page.on("dialog", lambda dialog: tab.errors.append(f"dialog: {dialog.message}"))
    tab.page.evaluate("document.querySelector('#guests').scrollIntoView()")
    for name in [guest["name"] for guest in cluster.state("guests")["guests"][:5]]:
        tab.page.get_by_test_id("filter").fill(name.split()[-1])
        assert name in tab.page.locator("[data-testid=guest] [data-field=name]").all_text_contents()
    assert tab.page.locator("img, #app script").count() == 0
    assert not scrolls_sideways(tab)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def test_a_drawer_of_a_hostile_name_is_whole(visit, cluster, viewport):
    # Markup, from right to left, and 200 letters.
    for guest in cluster.state("guests")["guests"][:3]:
        tab = visit(cluster, viewport=viewport, path=f"/?open={guest['id']}")
        tab.page.on("dialog", lambda dialog: tab.errors.append(f"dialog: {dialog.message}"))
        title = tab.page.get_by_test_id("drawer-title")
        assert title.text_content() == guest["name"]
        assert title.bounding_box()["height"] < 100
        assert tab.page.evaluate(
            "document.querySelector('.drawer').scrollWidth <= "
            "document.querySelector('.drawer').clientWidth"
        )
        assert not scrolls_sideways(tab)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def test_hostile_names_are_text(visit, fleet, viewport):
    tab = visit(fleet, viewport=viewport)
    tab.page.on("dialog", lambda dialog: tab.errors.append(f"dialog: {dialog.message}"))
    rows = tab.page.locator("[data-testid=host]:not([hidden])")
    shown = set(rows.locator("[data-field=name]").all_text_contents())
    assert shown == {host["name"] for host in fleet.state()["hosts"]}
    assert tab.page.locator("img, #app script").count() == 0
    assert not scrolls_sideways(tab)
    tab.after_ticks(2)


def test_everything_has_a_name_and_a_place(visit, server):
    tab = visit(server)
    assert tab.page.evaluate(FIND_UNNAMED) == []
    assert tab.page.locator("html").get_attribute("lang") == "en"
    assert tab.page.locator("h1").count() == 1


def test_the_fleet_has_names_and_places_too(visit, fleet):
    tab = visit(fleet)
    assert tab.page.evaluate(FIND_UNNAMED) == []
    tab.page.locator("[data-testid=host] .row-link").first.click()
    tab.page.get_by_test_id("drawer").wait_for()
    assert tab.page.evaluate(FIND_UNNAMED) == []


def test_a_cluster_has_names_and_places(visit, cluster):
    tab = visit(cluster)
    tab.page.evaluate("document.querySelector('#guests').scrollIntoView()")
    tab.after_ticks(1)
    assert tab.page.evaluate(FIND_UNNAMED) == []
    table = tab.page.get_by_role("table", name="Guests")
    assert table.get_attribute("aria-rowcount") == "301"
    assert tab.page.get_by_role("table", name="Nodes").get_attribute("aria-rowcount") == "13"


def test_a_machine_on_its_own_shows_its_details_at_once(visit, server):
    # A server that has just started has not looked at its own machine yet.
    visit(server).page.locator(".lone .details").wait_for(state="visible")


def test_states_are_told_by_words_and_shapes(visit, fleet):
    tab = visit(fleet)
    row = tab.page.locator("[data-testid=host][data-status=offline]")
    assert row.locator("[data-field=status]").inner_text() == "offline"
    assert row.locator(".badge-off").is_visible()
    assert not row.locator(".badge-on").is_visible()
    assert row.locator(".cell-mem").evaluate("e => getComputedStyle(e).opacity") == "0.6"
    assert tab.text("counts") == "4 of 5 online\n1 offline"


def test_without_hosts_the_page_says_what_comes_next(visit, started):
    tab = visit(started("--hosts", "0"))
    assert "No host has reported yet" in tab.text("empty")
    assert tab.text("calm") == "Nothing is watched yet."


def test_the_cards_of_a_host_stand_in_even_rows(visit, server):
    tab = visit(server, viewport=DESKTOP)
    tab.page.locator(".details .tile").nth(3).wait_for()
    tops = tab.page.eval_on_selector_all(
        ".details .tile", "tiles => tiles.map((tile) => tile.getBoundingClientRect().top)"
    )
    assert len(tops) == 4 and len(set(tops)) == 1


def test_the_tab_key_goes_through_the_page_in_its_order(visit, cluster):
    tab = visit(cluster)
    steps = []
    for _ in range(60):
        tab.page.keyboard.press("Tab")
        step = tab.page.evaluate(
            """() => {
                const [before, at] = [window.before ?? null, document.activeElement];
                window.before = at;
                window.first ??= at;
                // Behind the last it begins anew.
                if (at === document.body || (before && at === first)) return null;
                const follows = !before
                    || before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING;
                const { width } = at.getBoundingClientRect();
                return [at.className, Boolean(follows), width > 0];
            }"""
        )
        if step is None:
            break
        steps.append(step)
    else:
        raise AssertionError("the end of the page was not reached")
    assert [step for step in steps if not (step[1] and step[2])] == []
    assert len(steps) > 25
