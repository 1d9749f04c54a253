import json
import time

import pytest
from playwright.sync_api import sync_playwright

from server import Simulated, real_server, stand_in

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 700}


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            # Nobody looks, so nothing is gained by a process that draws, by one for each server, or
            # by what Debian adds to the browser.
            args=[
                "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                "--renderer-process-limit=1", "--disable-extensions",
            ],
        )


@pytest.fixture(scope="session")
def server():
    """A server that many tests share; none of them may stop it."""
    shared = real_server()
    yield shared
    assert shared.stop() == 0


def until_listed(server, guests):
    """Until all clusters have told of their guests."""
    deadline = time.monotonic() + 30
    while len(server.state("guests")["guests"]) < guests:
        assert time.monotonic() < deadline, "the clusters did not answer"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def polled(tmp_path_factory):
    """A server that polls two simulated clusters with 400 guests. A test that has something of
    them fail waits until all is well again."""
    config = tmp_path_factory.mktemp("polled") / "config.json"
    shared = Simulated(config, "--clusters", "2", "--nodes", "3", "--guests", "400")
    until_listed(shared, 400)
    yield shared
    assert shared.stop() == 0


@pytest.fixture
def servers():
    """Those of one test. They outlast its pages: one that goes first is missed by its page."""
    own = []
    yield own
    for server in own:
        server.stop()


@pytest.fixture
def own_server(servers):
    """A server that a test may stop, pause and start again."""
    servers.append(real_server())
    return servers[-1]


@pytest.fixture(scope="session")
def fleet():
    """Five hosts in every state, with hostile names."""
    shared = stand_in("--hostile")
    yield shared
    shared.stop()


@pytest.fixture(scope="session")
def cluster():
    """Three remotes, one of which fails, with 300 guests and hostile names."""
    shared = stand_in("--guests", "300", "--hostile")
    yield shared
    shared.stop()


@pytest.fixture(scope="session")
def still():
    """150 guests whose figures don't move."""
    shared = stand_in("--guests", "150", "--changing", "0")
    yield shared
    shared.stop()


@pytest.fixture(scope="session")
def crowd():
    """5,000 guests, most of which change in every tick."""
    shared = stand_in("--guests", "5000", "--nodes", "40")
    yield shared
    shared.stop()


@pytest.fixture(scope="module")
def many():
    """5,000 hosts, and no cluster beside them. They cost too much to go on for all tests."""
    shared = stand_in("--hosts", "5000")
    yield shared
    shared.stop()


@pytest.fixture
def started(servers):
    """Starts stand-ins for one test: started("--guests", "60")."""

    def start_one(*options, **settings):
        servers.append(stand_in(*options, **settings))
        return servers[-1]

    return start_one


@pytest.fixture
def own_cluster(started):
    """A small cluster that a test may change."""
    return started("--guests", "40", "--nodes", "2", "--remotes", "1", "--hosts", "1")


@pytest.fixture
def lone(started):
    """One host that is well, and that a test may stop: the machine of the tests may not be well."""
    return started("--hosts", "1")


# How often a server that goes on is asked until a page shows what it said.
TRIES = 200


class Tab:
    """One page, and what went wrong in it."""

    def __init__(self, page, url):
        self.url = url
        self.page = page
        self.errors = []
        self.foreign = []
        self.sockets = []
        self.sent = []
        self.listeners = {
            "console": self._on_console,
            "pageerror": lambda error: self.errors.append(str(error)),
            "request": self._on_request,
            "websocket": self._on_socket,
        }
        for event, listener in self.listeners.items():
            page.on(event, listener)

    def leave(self):
        """Ends the page's connection; afterwards nothing more is heard of it."""
        self.page.goto("about:blank")
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)

    def _on_console(self, message):
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.text} ({message.location['url']})")

    def _on_request(self, request):
        if not request.url.startswith(self.url):
            self.foreign.append(request.url)

    def _on_socket(self, socket):
        self.sockets.append(socket)
        socket.on("framesent", lambda text: self.sent.append(json.loads(text)))

    def open_sockets(self):
        return [socket for socket in self.sockets if not socket.is_closed()]

    def until(self, condition, seconds=30):
        """Waits for a JavaScript condition; playwright's own way to wait needs `unsafe-eval`.

        Only what never comes takes that long.
        """
        met = self.page.evaluate(
            f"""() => new Promise((done) => {{
                const end = performance.now() + {seconds * 1000};
                const look = () => {{
                    if ({condition}) done(true);
                    else if (performance.now() > end) done(false);
                    else setTimeout(look, 10);
                }};
                look();
            }})"""
        )
        assert met, f"not within {seconds} s: {condition}"

    def until_live(self):
        self.until("window.__pulse?.conn === 'live' && __pulse.rev > 0")

    def after_ticks(self, count):
        self.until(f"__pulse.rev >= {self.page.evaluate('__pulse.rev') + count}")

    def same_moment(self, server, streams, read):
        """What the server says of some streams, and what `read` finds on the page meanwhile."""
        at = f"[__pulse.epoch, ...{list(streams)}.map((stream) => __pulse.at(stream))]"
        for _ in range(TRIES):
            with server.held() as is_held:
                states = {stream: server.state(stream) for stream in streams}
                wanted = [states[streams[0]]["epoch"]]
                wanted += [states[stream]["generation"] for stream in streams]
                if is_held:
                    self.until(f"String({at}) === String({wanted})")
                there, shown = self.page.evaluate(f"[{at}, ({read})()]")
            if there == wanted:
                return states, shown
        raise AssertionError("the page never had the server's generations")

    def after_frames(self):
        """Until a window of another size is laid out, and what follows that is painted."""
        self.page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def hide(self, hidden):
        """Has the page believe that it is in a tab that nobody looks at, or in one that is."""
        self.page.evaluate(
            """(hidden) => {
                Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
                document.dispatchEvent(new Event('visibilitychange'));
            }""",
            hidden,
        )

    def text(self, test_id):
        return self.page.get_by_test_id(test_id).inner_text()


class Pages:
    """Pages to use again: a context and a process of its own for each test would take a second.

    So a page's window and colours are set once it is there, and need no page of their own.
    """

    def __init__(self, browser):
        self.browser = browser
        self.free = {}

    def take(self, *, viewport, color_scheme, **settings):
        """A page with these settings that nobody uses."""
        key = json.dumps(settings, sort_keys=True)
        free = self.free.setdefault(key, [])
        page = free.pop() if free else self.browser.new_context(**settings).new_page()
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme, media="screen")
        return key, page

    def give(self, key, page):
        """Takes a page back as it was given, but for what its origin has stored."""
        page.mouse.move(0, 0)
        self.free[key].append(page)


@pytest.fixture(scope="session")
def pages(browser):
    return Pages(browser)


@pytest.fixture
def visit(browser, pages, servers):
    """Opens pages: visit(server, viewport=PHONE). Whatever they complain about fails the test.

    With `fresh=True` a page is nobody else's: for tests that put scripts into it.
    """
    taken = []

    def open_one(server, *, path="", may_lose_server=False, fresh=False, **settings):
        settings = {
            "viewport": DESKTOP, "timezone_id": "UTC", "color_scheme": "dark", **settings
        }
        key, page = (
            (None, browser.new_context(**settings).new_page()) if fresh else pages.take(**settings)
        )
        tab = Tab(page, server.url)
        tab.may_lose_server = may_lose_server
        taken.append((key, tab))
        page.goto(server.url + path, wait_until="commit")
        tab.until_live()
        return tab

    yield open_one
    for key, tab in taken:
        tab.page.evaluate("location.origin === 'null' || localStorage.clear()")
        tab.leave()
        if key is None:
            tab.page.context.close()
        else:
            pages.give(key, tab.page)
    for _, tab in taken:
        errors = tab.errors
        if tab.may_lose_server:
            # A server that has gone refuses whatever the browser still wanted: its icon, at times.
            expected = ("WebSocket connection to", "net::ERR_CONNECTION_REFUSED")
            errors = [text for text in errors if not any(part in text for part in expected)]
        assert errors == []
        assert tab.foreign == []
