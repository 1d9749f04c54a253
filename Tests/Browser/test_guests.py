"""The tables of nodes and guests: every cell that can be seen reads what the server says."""

import re

import pytest

from conftest import DESKTOP, NARROW, PHONE
from figures import listed, stale_ages, stood, uptimes

READ_ROWS = """() => {
    const read = (kind) => [...document.querySelectorAll(`[data-testid=${kind}]`)]
        .filter((row) => !row.hidden)
        .map((row) => ({
            id: row.dataset.id,
            index: row.ariaRowIndex,
            stale: 'stale' in row.dataset,
            top: row.getBoundingClientRect().top,
            bottom: row.getBoundingClientRect().bottom,
            cells: Object.fromEntries([...row.querySelectorAll('[data-field]')]
                .filter((cell) => cell.getClientRects().length > 0)
                .map((cell) =>
                    [cell.dataset.field, cell.textContent.replace(/\\s+/g, ' ').trim()])),
        }));
    return {
        now: Date.now(),
        nodes: read('node'),
        guests: read('guest'),
        height: innerHeight,
        head: document.querySelector('.guests-head').getBoundingClientRect().bottom,
        rows: document.querySelector('.guest-rows').getBoundingClientRect().toJSON(),
    };
}"""

STREAMS = ("remotes", "nodes", "guests")
PHONE_CELLS = {"name", "type", "vmid", "node", "status", "cpu", "mem"}
ALL_CELLS = PHONE_CELLS | {"disk", "netIn", "netOut", "uptime"}


def compare(row, truth, wanted, remotes, server_ms):
    wrong = []
    for field, text in row["cells"].items():
        if field == "uptime":
            right = text in uptimes(truth, server_ms)
        elif field == "age":
            right = text in stale_ages(truth, remotes, server_ms)
        else:
            right = text == " ".join(wanted[field].split())
        if not right:
            wrong.append((row["id"], field, text, wanted.get(field, server_ms)))
    has_age = bool(stale_ages(truth, remotes, server_ms))
    if row["stale"] != truth["stale"] or ("age" in row["cells"]) != has_age:
        wrong.append((row["id"], "stale", row["stale"], truth["stale"]))
    return wrong


def check_rows(tab, server, at_least=ALL_CELLS):
    """Compares every row that exists; those in the window must all exist."""
    states, shown = tab.same_moment(server, STREAMS, READ_ROWS)
    truth = {stream: states[stream][stream] for stream in STREAMS}
    several = len(truth["remotes"]) > 1
    # The server's clock is the page's here.
    now = shown["now"]
    guests = {guest["id"]: guest for guest in truth["guests"]}
    nodes = {node["id"]: node for node in truth["nodes"]}
    assert len(shown["nodes"]) == min(len(nodes), len(shown["guests"]))
    wrong = []
    for row in shown["nodes"]:
        node = nodes[row["id"]]
        wrong += compare(row, node, stood(node, truth["guests"]), truth["remotes"], now)
    for row in shown["guests"]:
        assert at_least <= set(row["cells"])
        guest = guests[row["id"]]
        wrong += compare(row, guest, listed(guest, several), truth["remotes"], now)
    assert wrong == []
    check_window(shown)
    return shown


def check_window(shown):
    """No gap in the window, no position twice, and never more rows than a window needs."""
    rows = sorted(shown["guests"], key=lambda row: row["top"])
    indices = [int(row["index"]) for row in rows]
    assert indices == list(range(indices[0], indices[0] + len(indices)))
    for above, below in zip(rows, rows[1:]):
        assert abs(below["top"] - above["bottom"]) < 1
    first = max(shown["rows"]["top"], 0)
    last = min(shown["rows"]["bottom"], shown["height"])
    if first < last:
        assert rows[0]["top"] <= first + 1 and rows[-1]["bottom"] >= last - 1
    assert len(rows) < 80


def to(tab, where):
    """Scrolls and waits until rows are at rest."""
    tab.page.evaluate(f"scrollTo(0, {where})")
    # Only the next frame tells the page that it was scrolled.
    tab.after_frames()
    tab.page.evaluate("() => new Promise((done) => setTimeout(done, 250))")


HEIGHT = "document.documentElement.scrollHeight"
GUESTS = "document.querySelector('#guests').offsetTop - 60"


@pytest.mark.parametrize("source", ["polled", "cluster", "crowd"])
def test_every_cell_reads_the_servers_value_after_ticks_and_scrolling(visit, source, request):
    server = request.getfixturevalue(source)
    tab = visit(server, path="/?nview=table")
    for where in ("0", GUESTS, f"{HEIGHT} / 2", HEIGHT, f"{HEIGHT} - innerHeight - 700", GUESTS):
        to(tab, where)
        check_rows(tab, server)
        tab.after_ticks(1)
        check_rows(tab, server)


@pytest.mark.parametrize("source", ["polled", "crowd"])
def test_cells_stay_right_when_the_window_becomes_smaller_and_larger_again(visit, source, request):
    server = request.getfixturevalue(source)
    tab = visit(server, path="/?nview=table")
    to(tab, f"{HEIGHT} / 2")
    for width, height in ((1440, 500), (1440, 1400), (1000, 800), (390, 844), (1440, 900)):
        tab.page.set_viewport_size({"width": width, "height": height})
        at_least = ALL_CELLS if width == 1440 else {"name", "status", "cpu", "mem"}
        tab.after_ticks(1)
        check_rows(tab, server, at_least)
    tab.after_ticks(3)
    check_rows(tab, server)


@pytest.mark.parametrize("viewport", [PHONE, NARROW], ids=["phone", "narrow"])
def test_a_phone_reads_the_same_in_two_lines(visit, cluster, viewport):
    tab = visit(cluster, viewport=viewport, has_touch=True)
    for where in (GUESTS, HEIGHT):
        to(tab, where)
        shown = check_rows(tab, cluster, PHONE_CELLS)
        assert all(row["bottom"] - row["top"] == 68 for row in shown["guests"])
    assert all("guests" in row["cells"] for row in shown["nodes"])


def test_the_order_of_the_document_is_that_of_the_eye_once_scrolling_rests(visit, crowd):
    tab = visit(crowd)
    to(tab, f"{HEIGHT} / 3")
    to(tab, f"{HEIGHT} / 3 + 300")
    tops = [row["top"] for row in tab.page.evaluate(READ_ROWS)["guests"]]
    assert tops == sorted(tops)


def test_rows_that_come_change_and_go(visit, own_cluster):
    tab = visit(own_cluster, viewport={"width": 1440, "height": 2200})
    check_rows(tab, own_cluster)
    new = {
        **own_cluster.state("guests")["guests"][0],
        "h": 900, "id": "guest:site-0/900", "vmid": 900, "name": "aaa-new", "stale": False,
    }
    own_cluster.change("guests", set=[new, {"h": 1, "node": "pve2"}], gone=[4])
    tab.until("document.querySelector('[data-id=\"guest:site-0/900\"]')")
    shown = check_rows(tab, own_cluster)
    assert min(shown["guests"], key=lambda row: row["top"])["id"] == "guest:site-0/900"
    assert "guest:site-0/104" not in {row["id"] for row in shown["guests"]}
    assert tab.text("guest-count") == "40"
    effects = tab.page.evaluate("__pulse.effects")
    own_cluster.change("guests", gone=[900])
    tab.until("!document.querySelector('[data-id=\"guest:site-0/900\"]')")
    check_rows(tab, own_cluster)
    assert tab.page.evaluate("__pulse.effects") == effects


def test_the_summary_counts_what_is_well(visit, cluster):
    tab = visit(cluster)
    nodes = cluster.state("nodes")["nodes"]
    guests = cluster.state("guests")["guests"]
    online = sum(node["status"] == "online" for node in nodes)
    running = sum(guest["status"] == "running" for guest in guests)
    able = sum(not guest["template"] for guest in guests)
    assert tab.text("summary-nodes").split() == ["nodes", f"{online}/{len(nodes)}", "online"]
    assert tab.text("summary-guests").split() == ["guests", f"{running}/{able}", "running"]
    assert tab.text("summary-hosts").split() == ["hosts", "4/5", "online"]


def lines(tab):
    texts = tab.page.get_by_test_id("problems").locator("li").all_text_contents()
    return [" ".join(text.split()) for text in texts]


def test_the_five_worst_are_named_with_words_and_ages_and_open_the_drawer(visit, cluster):
    tab = visit(cluster)
    # The second node of each remote is offline; what site-1 knew of its own is not news.
    assert len(lines(tab)) == 5
    refused = r"Critical: site-1 does not answer: 192.0.2.2:8006 refuses the connection for \d+ min"
    assert re.fullmatch(refused, lines(tab)[0])
    assert lines(tab)[1].startswith("Critical: pve2 (site-0) is offline for ")
    assert lines(tab)[2].startswith("Critical: pve2 (site-2) is offline for ")
    tab.page.get_by_test_id("more-problems").click()
    # Ten are there at once; all are asked for only now.
    lacks = "Warning: site-2 answers in part: the token lacks VM.Audit on /vms: guests are not listed"
    for words in (lacks, "local (site-0/pve3) is 97 % full"):
        tab.until(
            f"""[...document.querySelectorAll('.problems li')].some(
                (line) => line.textContent.replace(/\\s+/g, ' ').includes({words!r}))"""
        )
    assert not any("(site-1" in line for line in lines(tab))
    tab.page.get_by_test_id("problems").get_by_role("link", name="pve2 (site-0)").click()
    assert tab.text("drawer-title") == "pve2"


def test_problems_that_are_too_many_to_list_are_counted(visit, started):
    tab = visit(started("--hosts", "200"))
    tab.page.get_by_test_id("more-problems").click()
    tab.until("document.querySelectorAll('.problems li').length === 100")
    assert re.fullmatch(r"\d+ more are not listed\.", tab.text("unlisted-problems"))


def test_one_calm_line_when_all_is_well_and_when_it_was(visit, lone):
    tab = visit(lone, may_lose_server=True)
    assert tab.text("calm") == "Nothing is wrong with 1 host."
    tab.after_ticks(1)
    lone.stop()
    tab.until("/was wrong .* ago/.test(document.querySelector('.calm').textContent)")


def test_a_remote_that_fails_keeps_its_rows_and_recovers(visit, own_cluster):
    tab = visit(own_cluster, viewport={"width": 1440, "height": 2200})
    tab.page.get_by_test_id("problems").wait_for()
    assert "503 from the proxy" not in tab.text("problems")
    remote = own_cluster.state("remotes")["remotes"][0]
    guests = own_cluster.state("guests")["guests"]
    stuck = {"status": "failing", "error": "503 from the proxy", "failingSince": remote["seen"]}
    own_cluster.change("remotes", set=[{"h": 0, **stuck}])
    own_cluster.change("guests", set=[{"h": guest["h"], "stale": True} for guest in guests])
    said = "document.querySelector('.problems')?.textContent.includes('503 from the proxy')"
    tab.until(said)
    tab.after_ticks(2)
    shown = check_rows(tab, own_cluster)
    assert len(shown["guests"]) == len(guests) and all(row["stale"] for row in shown["guests"])
    own_cluster.change("remotes", set=[{"h": 0, **remote}])
    own_cluster.change("guests", set=[{"h": guest["h"], "stale": False} for guest in guests])
    tab.until(f"!{said}")
    tab.after_ticks(2)
    assert not any(row["stale"] for row in check_rows(tab, own_cluster)["guests"])


def test_stale_rows_are_dimmed_and_say_their_age(visit, cluster):
    tab = visit(cluster)
    to(tab, GUESTS)
    opacity = "e => [...e.querySelectorAll('.measured')].map(c => getComputedStyle(c).opacity)"
    stale = tab.page.locator("[data-testid=guest][data-stale]").first
    live = tab.page.locator("[data-testid=guest][data-status=running]:not([data-stale])").first
    assert set(stale.evaluate(opacity)) == {"0.6"}
    assert set(live.evaluate(opacity)) == {"1"}
    assert stale.locator("[data-field=age]").is_visible()
    assert not live.locator("[data-field=age]").is_visible()


def test_lines_grow_to_the_value_shown(visit, cluster):
    tab = visit(cluster, viewport=DESKTOP)
    points = """document.querySelector('[data-testid=node]:not([data-stale]) .spark-line')
        .getAttribute('d').match(/[\\d.]+,[\\d.]+/g)"""
    tab.until(f"new Set({points}).size >= 5")
    last_y, cpu = tab.page.evaluate(
        f"""() => [{points}.at(-1).split(',')[1], document.querySelector(
        '[data-testid=node]:not([data-stale]) [data-field=cpu]').textContent]"""
    )
    assert abs(float(last_y) - (19 - float(cpu.rstrip("\u202f %")) / 100 * 18)) < 0.2
