"""Below the prefix of a reverse proxy the page finds its files, its stream and its own address."""

import sys

import pytest

from server import ROOT, real_server

sys.path.append(str(ROOT / "Tests/EndToEnd"))
from plain_proxy import PlainProxy  # noqa: E402


@pytest.mark.parametrize("strips", [True, False], ids=["stripped", "left"])
@pytest.mark.parametrize("path", ["/", "/settings/nodes"])
def test_the_page_lives_below_a_prefix(browser, strips, path):
    options = () if strips else ("--base-path", "/tools/pulse")
    server = real_server("--demo", *options)
    server.address = "127.0.0.1"
    proxy = PlainProxy(server, "/tools/pulse", strips)
    page = browser.new_context().new_page()
    wrong = []
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on(
        "response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None
    )
    try:
        page.goto(f"http://{proxy.host}/tools/pulse{path}?q=web")
        page.get_by_test_id("demo").wait_for()
        page.get_by_test_id("guest").first.wait_for()
        assert not wrong
        assert page.locator("a.brand").get_attribute("href") == "/tools/pulse/"
        page.locator("a.brand").click()
        page.wait_for_url(f"http://{proxy.host}/tools/pulse/")
        page.get_by_test_id("demo").wait_for()
        assert not wrong
        assert all(asked.startswith("/tools/pulse/") for asked in proxy.paths)
    finally:
        page.context.close()
        proxy.stop()
        assert server.stop() == 0
