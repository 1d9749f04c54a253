"""What changed in the last 15 minutes, as the server tells of it."""

from conftest import PHONE
from test_layout import FIND_SMALL_TARGETS, scrolls_sideways

LINES = "[...document.querySelectorAll('[data-testid=changes] li')]"
NODE = "node:lab/pve2"


# What the page says has happened to the node, the newest first.
OWN = f"{LINES}.filter(l => l.dataset.id === '{NODE}')"


def newest_is(kind):
    """Whether that is the last of it: other tests have the same node come and go."""
    return f"{OWN}[0]?.dataset.kind === '{kind}'"


def test_a_fresh_server_has_nothing_to_tell(own_server, visit):
    # In this order: the page, which still wants its icon, goes before the server does.
    tab = visit(own_server)
    tab.until("document.querySelector('[data-testid=no-changes]')")
    assert tab.text("no-changes") == "Nothing that pulse has seen."


def test_a_server_that_knows_of_no_events_is_not_said_to_have_had_none(visit, still):
    tab = visit(still)
    tab.after_ticks(2)
    assert tab.page.query_selector("[data-testid=changes]") is None


def test_what_happens_is_told_with_its_age_and_opens(visit, polled):
    tab = visit(polled)
    # What is listed for the first time has neither appeared nor been lost.
    tab.until(f"document.querySelector('[data-testid=nodes] [data-id=\"{NODE}\"]')")
    polled.tell("/clusters/lab/nodes/pve2/kill")
    try:
        tab.until(newest_is("lost"))
        words = tab.page.evaluate(f"{OWN}[0].textContent")
        assert words.startswith("pve2") and "went offline" in words and "ago" in words, words
    finally:
        polled.tell("/clusters/lab/nodes/pve2/start")
    # Its guests start, too, and so it is not among the few that are shown unasked.
    more = "document.querySelector('[data-testid=more-changes]')"
    tab.until(more)
    tab.page.evaluate(f"{more}.click()")
    tab.until(newest_is("back"))
    assert "lost" in tab.page.evaluate(f"{OWN}.map(l => l.dataset.kind)")
    tab.page.evaluate(f"{OWN}[0].querySelector('a').click()")
    tab.until(f"new URLSearchParams(location.search).get('open') === '{NODE}'")


def test_what_happened_can_be_tapped_on_a_phone(visit, polled):
    tab = visit(polled, viewport=PHONE)
    tab.until(f"document.querySelector('[data-testid=nodes] [data-id=\"{NODE}\"]')")
    polled.tell("/clusters/lab/nodes/pve2/kill")
    try:
        tab.until(newest_is("lost"))
        assert not tab.page.evaluate(FIND_SMALL_TARGETS) and not scrolls_sideways(tab)
    finally:
        polled.tell("/clusters/lab/nodes/pve2/start")
    row = f"document.querySelector('[data-testid=nodes] [data-id=\"{NODE}\"]')"
    tab.until(f"{row}.dataset.status === 'online' && !('stale' in {row}.dataset)")
