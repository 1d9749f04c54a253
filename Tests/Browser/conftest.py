import pytest
from playwright.sync_api import sync_playwright

from server import real_server, stand_in

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 700}


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )


@pytest.fixture(scope="session")
def server():
    """A server that many tests share; none of them may stop it."""
    shared = real_server()
    yield shared
    assert shared.stop() == 0


@pytest.fixture
def own_server():
    """A server that a test may stop, pause and start again."""
    own = real_server()
    yield own
    own.stop()


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


@pytest.fixture
def own_cluster():
    """A small cluster that a test may change."""
    own = stand_in("--guests", "40", "--nodes", "2", "--remotes", "1", "--hosts", "1")
    yield own
    own.stop()


@pytest.fixture
def lone():
    """One host that is well, and that a test may stop: the machine of the tests may not be well."""
    own = stand_in("--hosts", "1")
    yield own
    own.stop()


class Tab:
    """One page in a context of its own, and what went wrong in it."""

    def __init__(self, context, url):
        self.url = url
        self.page = context.new_page()
        self.errors = []
        self.foreign = []
        self.sockets = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._on_request)
        self.page.on("websocket", lambda socket: self.sockets.append(socket))

    def _on_console(self, message):
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.text} ({message.location['url']})")

    def _on_request(self, request):
        if not request.url.startswith(self.url):
            self.foreign.append(request.url)

    def open_sockets(self):
        return [socket for socket in self.sockets if not socket.is_closed()]

    def until(self, condition, seconds=10):
        """Waits for a JavaScript condition; playwright's own way to wait needs `unsafe-eval`."""
        met = self.page.evaluate(
            f"""() => new Promise((done) => {{
                const end = performance.now() + {seconds * 1000};
                const look = () => {{
                    if ({condition}) done(true);
                    else if (performance.now() > end) done(false);
                    else setTimeout(look, 20);
                }};
                look();
            }})"""
        )
        assert met, f"not within {seconds} s: {condition}"

    def until_live(self, seconds=10):
        self.until("window.__pulse?.conn === 'live' && __pulse.rev > 0", seconds)

    def after_ticks(self, count):
        self.until(f"__pulse.rev >= {self.page.evaluate('__pulse.rev') + count}", 30)

    def text(self, test_id):
        return self.page.get_by_test_id(test_id).inner_text()


@pytest.fixture
def visit(browser):
    """Opens pages: visit(server, viewport=PHONE). Whatever they complain about fails the test."""
    contexts = []
    tabs = []

    def open_one(server, **settings):
        lost = settings.pop("may_lose_server", False)
        path = settings.pop("path", "")
        context = browser.new_context(
            **{"viewport": DESKTOP, "timezone_id": "UTC", "color_scheme": "dark", **settings}
        )
        contexts.append(context)
        tab = Tab(context, server.url)
        tab.may_lose_server = lost
        tabs.append(tab)
        tab.page.goto(server.url + path, wait_until="commit")
        tab.until_live()
        return tab

    yield open_one
    for context in contexts:
        context.close()
    for tab in tabs:
        errors = tab.errors
        if tab.may_lose_server:
            # A server that has gone refuses whatever the browser still wanted: its icon, at times.
            expected = ("WebSocket connection to", "net::ERR_CONNECTION_REFUSED")
            errors = [text for text in errors if not any(part in text for part in expected)]
        assert errors == []
        assert tab.foreign == []
