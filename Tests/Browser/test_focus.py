"""The drawer has the server ask its resource alone, and shows what that says."""

import contextlib
import json
import time
import urllib.error

import pytest
from websockets.sync.client import connect

from conftest import DESKTOP, NARROW, PHONE, until_listed
from figures import UNKNOWN, load, percent, rate, share, size
from server import Simulated
from test_drawer import FIELDS, drawer, plain, until_closed
from test_layout import FIND_SMALL_TARGETS, FIND_UNNAMED, scrolls_sideways
from test_theme import FIND_FAINT_TEXT

# As many as the server lets all clients together look at.
LOOKS_MAX = 256
DEVICES = """(kind) => [...document.querySelectorAll(`.drawer [data-testid=${kind}] .device`)]
    .map((row) => [...row.querySelectorAll('[data-field]')].map((cell) =>
        cell.textContent.replace(/\\s+/g, ' ').trim()))"""
RATES = ("netIn", "netOut", "diskRead", "diskWrite")


@pytest.fixture(scope="module")
def own_polled(tmp_path_factory):
    """A server and a cluster that tests may restart and take guests from."""
    config = tmp_path_factory.mktemp("focus") / "config.json"
    own = Simulated(config, "--clusters", "1", "--nodes", "2", "--guests", "40")
    until_listed(own, 40)
    yield own
    own.stop()


def running(server, kind, at=0):
    return [
        guest
        for guest in server.state("guests")["guests"]
        if (guest["type"], guest["status"], guest["template"]) == (kind, "running", False)
    ][at]["id"]


def asked(server, resource):
    """What the resource says when it is asked alone; None while nobody has it asked."""
    try:
        state = server.state(f"resource/{resource}")
    except urllib.error.HTTPError as error:
        assert error.code == 404
        return None
    rows = state[f"resource/{resource}"]
    return (state["generation"], rows[0]) if rows else None


def until_asked(tab, server, resource):
    """Until the page has what the resource says alone."""
    tab.until(f"__pulse.detail?.[0] === {resource!r}")
    assert asked(server, resource) is not None


def until_forgotten(server, resource):
    """Until nobody has the resource asked; the server notices that with a tick."""
    deadline = time.monotonic() + 30
    while asked(server, resource) is not None:
        assert time.monotonic() < deadline, f"{resource} is still asked"
        time.sleep(0.05)


def until_granted(socket, resource):
    """Looks at a resource; who was looked at by the test before may be let go only with a tick."""
    deadline = time.monotonic() + 30
    while True:
        socket.send(json.dumps({"type": "focus", "resource": resource}))
        told = {"type": None}
        while told["type"] != "error" and told.get("stream") != f"resource/{resource}":
            told = json.loads(socket.recv(10))
        if told["type"] != "error":
            return
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def same_moment(tab, server, stream, resource):
    """A row, what the resource says alone, and what the drawer shows of both and of its devices."""
    devices = ", ".join(f"{kind}: ({DEVICES})('{kind}')" for kind in ("networks", "drives"))
    for _ in range(200):
        state, own = server.state(stream), asked(server, resource)
        at, detail, shown, listed = tab.page.evaluate(
            f"[__pulse.at('{stream}'), __pulse.detail?.[1], ({FIELDS})(), {{ {devices} }}]"
        )
        if own and (at, detail) == (state["generation"], own[0]) and own[1]["sampled"]:
            row = next(row for row in state[stream] if row["id"] == resource)
            return row, own[1], shown, listed
    raise AssertionError("the page never had the server's generations")


def is_own(row, own):
    """Whether the drawer shows what it says itself: a row may be older than it knows."""
    slack = 10_000 if own["error"] is None else 0
    return row["sampled"] is None or own["sampled"] >= row["sampled"] - slack


def newest(row, own, name):
    if is_own(row, own) and own[name] is not None and (name != "mem" or own["type"] != "qemu"):
        return own[name]
    return row[name]


@pytest.mark.parametrize("kind", ["qemu", "lxc"])
def test_a_guests_drawer_shows_what_it_says_alone(visit, polled, kind):
    guest = running(polled, kind)
    tab = visit(polled, path=f"/?open={guest}")
    until_asked(tab, polled, guest)
    # Rates need two answers.
    tab.until("document.querySelector('.drawer [data-field=trend-netIn]').textContent !== '–'")
    for _ in range(3):
        tab.after_ticks(2)
        row, own, shown, listed = same_moment(tab, polled, "guests", guest)
        wanted = {
            "trend-cpu": percent(newest(row, own, "cpu")),
            "trend-mem": percent(share(newest(row, own, "mem"), row["memTotal"])),
            **{f"trend-{name}": rate(newest(row, own, name)) for name in RATES},
        }
        if is_own(row, own):
            wanted |= {"swap": size(own["swap"]), "machine": own["machine"], "qemu": own["qemu"]}
            for devices in ("networks", "drives"):
                rows = [[name, rate(a), rate(b)] for name, a, b in own[devices] or []]
                assert listed[devices] == [[plain(t) for t in r] for r in rows]
        wanted = {name: plain(text) for name, text in wanted.items() if text not in (None, UNKNOWN)}
        assert {name: shown.get(name) for name in wanted} == wanted
    source = "document.querySelector('.drawer [data-testid=source]').textContent"
    tab.until(f"{source}.startsWith('Asked of Proxmox VE')")


def test_a_nodes_drawer_shows_what_it_says_alone(visit, polled):
    node = polled.state("nodes")["nodes"][0]["id"]
    tab = visit(polled, path=f"/?open={node}")
    until_asked(tab, polled, node)
    row, own, shown, _ = same_moment(tab, polled, "nodes", node)
    assert shown["trend-load1"] == load(newest(row, own, "load1"))
    assert shown["trend-iowait"] == plain(percent(newest(row, own, "iowait")))


@pytest.mark.parametrize("stream", ["guests", "nodes"])
@pytest.mark.parametrize(
    "viewport, scheme",
    [(DESKTOP, "light"), (PHONE, "dark"), (NARROW, "light")],
    ids=["desk", "phone", "narrow"],
)
def test_what_it_says_can_be_read_named_and_tapped(visit, polled, stream, viewport, scheme):
    guest = running(polled, "qemu")
    resource = guest if stream == "guests" else polled.state("nodes")["nodes"][0]["id"]
    settings = {"viewport": viewport, "color_scheme": scheme, "has_touch": viewport != DESKTOP}
    tab = visit(polled, path=f"/?open={resource}", **settings)
    until_asked(tab, polled, resource)
    tab.until("document.getAnimations().length === 0")
    if stream == "guests":
        tab.until("document.querySelectorAll('.drawer .device').length >= 2")
    sheet = "document.querySelector('.drawer')"
    assert tab.page.evaluate(f"{sheet}.scrollWidth <= {sheet}.clientWidth")
    assert not scrolls_sideways(tab)
    assert tab.page.evaluate(FIND_UNNAMED) == []
    assert tab.page.evaluate(FIND_FAINT_TEXT) == []
    if viewport != DESKTOP:
        # The page behind it can't be tapped.
        within = FIND_SMALL_TARGETS.replace("document.query", f"{sheet}.query", 1)
        assert tab.page.evaluate(within) == []


def test_the_server_asks_for_what_is_open_and_no_longer(visit, polled):
    tab = visit(polled)
    rows = tab.page.locator("[data-testid=guest]")
    first, second = (rows.nth(at).get_attribute("data-id") for at in (0, 1))
    rows.nth(0).locator(".row-link").click()
    until_asked(tab, polled, first)
    rows.nth(1).locator(".row-link").click()
    until_asked(tab, polled, second)
    until_forgotten(polled, first)
    tab.hide(True)
    tab.until("__pulse.detail === null")
    until_forgotten(polled, second)
    tab.hide(False)
    until_asked(tab, polled, second)
    tab.page.keyboard.press("Escape")
    until_closed(tab)
    until_forgotten(polled, second)
    looks = [m for m in tab.sent if m["type"] in ("focus", "unfocus")]
    wanted = [("focus", first), ("focus", second), ("unfocus", None), ("focus", second)]
    assert [(m["type"], m.get("resource")) for m in looks] == [*wanted, ("unfocus", None)]


def test_what_is_stepped_through_is_not_asked(visit, polled):
    tab = visit(polled)
    tab.page.locator("[data-testid=guest] .row-link").first.click()
    tab.page.evaluate(
        """() => { for (let at = 0; at < 40; at++) document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', { key: ']', bubbles: true })); }"""
    )
    # The first may have been asked before the keys came.
    last = drawer(tab).get_attribute("data-id")
    until_asked(tab, polled, last)
    looks = [m["resource"] for m in tab.sent if m["type"] == "focus"]
    assert looks[-1] == last and len(looks) <= 2


def test_when_too_many_are_looked_at_the_list_has_to_do_until_there_is_room(visit, polled):
    guests = [guest["id"] for guest in polled.state("guests")["guests"]]
    with contextlib.ExitStack() as stack:
        url = polled.url.replace("http", "ws") + "/ws"
        # Nobody reads them, so that no answer to a ping would be heard.
        sockets = [
            stack.enter_context(connect(url, ping_interval=None)) for _ in range(LOOKS_MAX)
        ]
        for socket, guest in zip(sockets, guests):
            until_granted(socket, guest)
        last = guests[-1]
        tab = visit(polled, path=f"/?open={last}")
        source = "document.querySelector('.drawer [data-testid=source]').textContent"
        tab.until(f"{source}.includes('is not asked alone')")
        state = polled.state("guests")["guests"]
        row = next(guest for guest in state if guest["id"] == last)
        assert tab.text("drawer-title") == row["name"]
        assert drawer(tab).locator("[data-field=trend-cpu]").inner_text().endswith("%")
    until_asked(tab, polled, last)
    tab.until(f"!{source}.includes('is not asked alone')")


def test_after_a_restart_of_the_server_it_is_asked_again(visit, own_polled):
    guest = running(own_polled, "lxc")
    tab = visit(own_polled, path=f"/?open={guest}", may_lose_server=True)
    until_asked(tab, own_polled, guest)
    epoch = tab.page.evaluate("__pulse.epoch")
    Simulated.__mro__[1].stop(own_polled)
    tab.until("__pulse.conn === 'offline'")
    own_polled.start()
    tab.until(f"__pulse.conn === 'live' && __pulse.epoch !== {epoch!r}")
    until_asked(tab, own_polled, guest)
    assert drawer(tab).get_attribute("data-id") == guest


def test_a_guest_that_vanishes_is_let_go(visit, own_polled):
    guest = running(own_polled, "qemu")
    tab = visit(own_polled, path=f"/?open={guest}")
    until_asked(tab, own_polled, guest)
    remote, vmid = guest.removeprefix("guest:").split("/")
    own_polled.tell(f"/clusters/{remote}/guests/{vmid}/remove")
    drawer(tab).get_by_test_id("drawer-missing").wait_for()
    tab.until("__pulse.detail === null")
    assert [m for m in tab.sent if "focus" in m["type"]][-1] == {"type": "unfocus"}
    until_forgotten(own_polled, guest)
