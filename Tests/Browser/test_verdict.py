"""The first lines of the page: is anything wrong? They are the server's words."""

import re

from test_layout import scrolls_sideways

WELL = ("--guests", "10", "--nodes", "1", "--remotes", "1", "--hosts", "1")
PROBLEMS = "[...document.querySelectorAll('[data-testid=problems] li')]"


def shown(tab):
    """Identity, severity and words of each problem on the page."""
    return tab.page.evaluate(
        f"""{PROBLEMS}.map((line) => [line.dataset.id, line.dataset.severity,
            line.querySelector('[data-field=words]').textContent.replace('\u202f', ' ')])"""
    )


def worst(server):
    """The same of what the server's summary names."""
    entries = server.state("summary")["summary"][0]["worst"]
    return [[resource, severity, words] for severity, resource, _, words, *_ in entries]


def test_the_page_says_what_the_server_says(visit, polled):
    tab = visit(polled)
    polled.tell("/clusters/lab/nodes/pve2/kill")
    try:
        # Before it is offline it only tells nothing new.
        tab.until(f"{PROBLEMS}.some((line) => line.textContent.includes('pve2 (lab) is off'))")
        # The words may change between two looks.
        for _ in range(20):
            told, seen = worst(polled)[:5], shown(tab)
            if told == seen:
                break
            tab.after_ticks(1)
        assert told == seen
        counts = polled.state("summary")["summary"][0]
        assert counts["nodesOnline"] < counts["nodes"]
        online = f"{counts['nodesOnline']}/{counts['nodes']}"
        strip = "document.querySelector('[data-testid=summary-nodes] strong').textContent"
        tab.until(f"{strip} === {online!r}")
    finally:
        polled.tell("/clusters/lab/nodes/pve2/start")
    tab.until(f"!{PROBLEMS}.some((line) => line.dataset.id === 'node:lab/pve2')")


def test_all_problems_are_asked_for_only_when_somebody_wants_them(visit, cluster):
    tab = visit(cluster)
    about = lambda: [said for said in tab.sent if said.get("stream") == "problems"]
    assert about() == [] and len(shown(tab)) == 5
    count = len(cluster.state("problems")["problems"])
    assert 10 < count < 100
    tab.page.get_by_test_id("more-problems").click()
    tab.until(f"{PROBLEMS}.length > 10")
    assert about() == [{"type": "subscribe", "stream": "problems"}]
    # Figures move meanwhile, and one may come or go between two looks.
    kinds = lambda all: sorted([each, re.sub(r"\d+", "n", words)] for each, _, words in all)
    for _ in range(20):
        rows = cluster.state("problems")["problems"]
        told = kinds([row["resource"], row["severity"], row["words"]] for row in rows)
        if kinds(shown(tab)) == told:
            break
        tab.after_ticks(1)
    assert kinds(shown(tab)) == told
    tab.page.get_by_test_id("more-problems").click()
    tab.until(f"{PROBLEMS}.length === 5")
    assert about()[1:] == [{"type": "unsubscribe", "stream": "problems"}]


def test_a_problem_that_was_there_at_the_start_may_be_older(visit, started):
    server = started("--hosts", "2")
    line = "document.querySelector('[data-id=\"host:1\"] [data-field=for]').textContent"
    tab = visit(server)
    tab.until(f"/^for .* or longer$/.test({line})")
    row = next(r for r in server.state("problems")["problems"] if r["resource"] == "host:1")
    assert row["older"]
    # However wide the page is, it is on one line.
    lines = line.replace(".textContent", ".getClientRects().length")
    for width in range(320, 480, 8):
        tab.page.set_viewport_size({"width": width, "height": 700})
        assert tab.page.evaluate(lines) == 1
        assert not scrolls_sideways(tab)


def test_what_is_wrong_does_not_age_while_nobody_knows(visit, started):
    server = started("--hosts", "2")
    tab = visit(server, may_lose_server=True)
    said = "document.querySelector('.verdict').textContent"
    duration = "document.querySelector('[data-id=\"host:1\"] [data-field=for]').textContent"
    tab.until("document.querySelector('[data-id=\"host:1\"]')")
    server.stop()
    seconds = f"Number(/^As it was (\\d+)/.exec({said})?.[1])"
    tab.until(f"{seconds} >= 2")
    first, before = tab.page.evaluate(f"[{seconds}, {duration}]")
    assert re.fullmatch(r"for \d+\ss or longer", before)
    tab.until(f"{seconds} >= {first + 3}")
    # The two are rounded down apart.
    after = int(re.search(r"\d+", tab.page.evaluate(duration))[0])
    assert abs(after - int(re.search(r"\d+", before)[0])) <= 1


def test_a_remote_that_has_not_answered_yet_is_not_said_to_be_well(visit, started):
    server = started(*WELL)
    tab = visit(server)
    calm = "document.querySelector('[data-testid=calm]')?.textContent ?? ''"
    tab.until(f"{calm} === 'Nothing is wrong with 1 node, 9 guests, 1 host.'")
    server.change("remotes", set=[{"h": 0, "status": "connecting"}])
    tab.until(f"({calm}).endsWith('1 remote has not answered yet.')")
