"""Every visible cell reads what the server says, at every moment that is looked at."""

import pytest

from conftest import DESKTOP, NARROW, PHONE
from figures import EXPECTED, expected_ages

READ_CELLS = """() => ({
    now: Date.now(),
    generation: __pulse.generation,
    hosts: [
        ...document.querySelectorAll(
            '[data-testid=host]:not([hidden]), [data-testid=lone], [data-testid=drawer]'),
    ].map((host) => ({
        id: (host.dataset.testid === 'lone'
            ? document.querySelector('[data-testid=host]:not([hidden])') : host).dataset.id,
        isRow: host.dataset.testid === 'host',
        cells: [...host.querySelectorAll('[data-field]')]
            .filter((cell) => cell.getClientRects().length > 0)
            .map((cell) => ({
                field: cell.dataset.field,
                key: cell.closest('[data-key]')?.dataset.key ?? null,
                text: cell.textContent.replace(/\\s+/g, ' ').trim(),
            })),
    })),
})"""

# Every window has room for so many hosts.
FEW = 5

# What a row must at least show, by the width of the window.
ALWAYS = {"name", "os", "status", "cpu", "mem"}
WIDE = ALWAYS | {
    "disk", "seen", "load1", "load5", "load15", "fullest", "temp", "netIn", "netOut", "diskRead", "diskWrite",
    "uptime",
}


def check_cells(tab, server, at_least):
    states, shown = tab.same_moment(server, ["hosts"], READ_CELLS)
    hosts = {host["id"]: host for host in states["hosts"]["hosts"]}
    rows = {host["id"] for host in shown["hosts"]}
    # Of many only those near the window have a row.
    assert rows == set(hosts) if len(hosts) <= FEW else rows < set(hosts)
    wrong = []
    for row in shown["hosts"]:
        host = hosts[row["id"]]
        ages = expected_ages(host, shown["now"])
        if row["isRow"]:
            assert at_least <= {cell["field"] for cell in row["cells"]}
        for cell in row["cells"]:
            if cell["field"] in ages:
                right = cell["text"] in ages[cell["field"]]
                wanted = sorted(ages[cell["field"]])
            else:
                wanted = " ".join(EXPECTED[cell["field"]](host, cell["key"]).split())
                right = cell["text"] == wanted
            if not right:
                wrong.append((row["id"], cell, wanted))
    assert wrong == []
    return shown["generation"]


@pytest.mark.parametrize("source", ["server", "fleet"])
def test_every_visible_cell_reads_the_servers_value_now_and_three_ticks_later(
    visit, source, request
):
    tab = visit(request.getfixturevalue(source))
    shown_by = request.getfixturevalue(source)
    first = check_cells(tab, shown_by, WIDE)
    tab.after_ticks(3)
    assert check_cells(tab, shown_by, WIDE) > first


@pytest.mark.parametrize("source", ["server", "fleet"])
def test_cells_stay_right_when_the_window_becomes_smaller_and_larger_again(visit, source, request):
    shown_by = request.getfixturevalue(source)
    tab = visit(shown_by)
    for width, at_least in ((1100, ALWAYS), (800, ALWAYS), (390, ALWAYS), (1440, WIDE)):
        tab.page.set_viewport_size({"width": width, "height": 800})
        for _ in range(2):
            tab.after_ticks(1)
            check_cells(tab, shown_by, at_least)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def test_the_drawer_of_a_host_reads_the_servers_values(visit, fleet, viewport):
    tab = visit(fleet, viewport=viewport)
    details = {"kernel", "arch", "load", "mount", "filesystem-usage", "trend-mem", "boot"}
    links = tab.page.locator("[data-testid=host]:not([hidden]) .row-link").all()
    for link in links if viewport == DESKTOP else links[1::2]:
        link.click()
        for _ in range(2):
            tab.after_ticks(1)
            check_cells(tab, fleet, ALWAYS)
        shown = tab.page.get_by_test_id("drawer").locator("[data-field]")
        fields = shown.evaluate_all("all => all.map((each) => each.dataset.field)")
        assert details <= set(fields)
        # The lines of processor and memory say where a warning begins.
        assert tab.page.locator(".drawer .spark-limit").count() == 2
        tab.page.keyboard.press("Escape")
        tab.page.get_by_test_id("drawer").wait_for(state="detached")


def test_a_cell_changes_by_itself(visit, server):
    tab = visit(server)
    figures = "[...document.querySelectorAll('[data-field]')].map(e => e.textContent).join()"
    before = tab.page.evaluate(figures)
    tab.until(f"{figures} !== {before!r}".replace("\\u202f", "\u202f"))


def test_the_line_of_two_minutes_grows_to_the_value_shown(visit, fleet):
    tab = visit(fleet)
    points = """(document.querySelector('[data-status=online] .cell-trend .spark-line')
        .getAttribute('d').match(/[\\d.]+,[\\d.]+/g))"""
    tab.until(f"new Set({points}).size >= 5")
    last_y, cpu = tab.page.evaluate(
        f"""() => [{points}.at(-1).split(',')[1],
        document.querySelector('[data-status=online] [data-field=cpu]').textContent]"""
    )
    assert abs(float(last_y) - (19 - float(cpu.rstrip("\u202f %")) / 100 * 18)) < 0.2
