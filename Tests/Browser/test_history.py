"""Lines begin with what the server remembers, and go on with what the page sees."""

import json
import urllib.parse
import urllib.request

# How many points the lines of the first nodes have, the shortest first: other tests have others
# fail, which leaves holes.
POINTS = """[...document.querySelectorAll('[data-testid=node][data-id$="/pve1"] .spark-line')]
    .map((line) => new Set(line.getAttribute('d').match(/[\\d.]+,/g)).size).sort((a, b) => a - b)"""
SHOWN = """() => [...document.querySelectorAll('[data-testid=guest], [data-testid=node]')]
    .filter((row) => !row.hidden && row.dataset.id).map((row) => row.dataset.id)"""


def remembered(server, resource, metric="cpu"):
    query = urllib.parse.urlencode({"resource": resource, "metric": metric, "range": "2m"})
    with urllib.request.urlopen(f"{server.url}/api/history?{query}", timeout=30) as response:
        return json.load(response)["resources"][0]


def asked(tab):
    """The resources of each question."""
    return [said["resources"] for said in tab.sent if said["type"] == "history"]


# What a page has heard itself is a point for each tick.
IS_FILLED = f"{POINTS}[0] >= __pulse.rev + 10"


def visit_later(visit, server):
    """Visits a server once it has a past that a fresh page cannot have seen."""
    tab = visit(server)
    tab.until("document.querySelector('[data-testid=node] .spark-line[d^=M]')")
    # Each sample is of 2 s: four ticks of this server.
    for node in server.state("nodes")["nodes"]:
        while len(remembered(server, node["id"])["cpu"]) < 5:
            tab.after_ticks(2)
    tab.page.reload()
    tab.until_live()
    return tab


def test_lines_are_filled_at_once_and_stay(visit, polled):
    tab = visit_later(visit, polled)
    tab.until(IS_FILLED)
    before = tab.page.evaluate(POINTS)
    tab.after_ticks(3)
    after = tab.page.evaluate(POINTS)
    assert after[0] >= before[0]


def test_a_filled_line_shows_what_the_server_remembers(visit, polled):
    tab = visit_later(visit, polled)
    tab.until(IS_FILLED)
    kept = remembered(polled, "node:prod/pve1")["cpu"]
    path = tab.page.evaluate(
        "document.querySelector('[data-id=\"node:prod/pve1\"] .spark-line').getAttribute('d')"
    )
    heights = {float(point.split(",")[1]) for point in path.strip("M").split("L")}
    # Four ticks of the page to a sample; half a percent of the line's height to a step.
    for value in kept[-4:-1]:
        y = 19 - value / 100 * 18
        assert any(abs(height - y) <= 0.2 for height in heights), (value, sorted(heights))


def test_only_rows_in_view_are_asked_for_and_each_only_once(visit, crowd):
    tab = visit(crowd, path="/?nview=table")
    tab.until("document.querySelectorAll('[data-testid=node] .spark-line[d*=L]').length > 5")
    tab.page.evaluate("document.querySelector('#guests').scrollIntoView()")
    tab.until("document.querySelectorAll('[data-testid=guest] .spark-line[d*=L]').length > 5")
    tab.after_ticks(4)
    near = set(tab.page.evaluate(SHOWN))
    all_asked = [each for question in asked(tab) for each in question]
    assert len(all_asked) == len(set(all_asked)) < 200
    assert near <= set(all_asked)
    tab.sent.clear()
    tab.page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    first = json.dumps(sorted(each for each in near if each.startswith("guest:")))
    tab.until(f"!({SHOWN})().some((id) => {first}.includes(id))")
    tab.after_ticks(3)
    far = set(tab.page.evaluate(SHOWN))
    guests = {each for question in asked(tab) for each in question if each.startswith("guest:")}
    assert guests == {each for each in far if each.startswith("guest:")}


def test_a_hole_is_filled_once_the_server_is_back(visit, started):
    server = started("--guests", "20", "--nodes", "1", "--remotes", "1", "--hosts", "1")
    tab = visit(server, may_lose_server=True)
    tab.until(f"{POINTS}[0] >= 50")
    server.stop()
    tab.until("/[3-9]/.test(document.querySelector('[data-testid=age]').textContent)")
    server.start()
    tab.until("__pulse.conn === 'live'")
    # By itself the hole would be gone after 30 s.
    tab.until(f"{POINTS}[0] >= 58", 15)


DRAWN = "document.querySelector('.drawer .spark-line')?.getAttribute('d')"


def questions(tab, span):
    return [said for said in tab.sent if said["type"] == "history" and said["range"] == span]


def test_the_drawer_charts_what_the_server_remembers(visit, polled):
    tab = visit(polled, path="/?open=node:lab/pve1")
    tab.until(f"{DRAWN}?.includes('M')")
    asked_for = next(q for q in questions(tab, "15m") if q["resources"] == ["node:lab/pve1"])
    assert asked_for["metrics"] == ["cpu", "mem", "load1", "iowait"]
    assert tab.page.locator(".drawer .spark").first.get_attribute("viewBox") == "0 0 178 20"
    label = tab.page.locator(".drawer .spark").first.get_attribute("aria-label")
    assert label.startswith("CPU, last 15\u202fmin: ")
    age = tab.text("newest-sample")
    assert age.startswith("to ") and age.endswith(" ago")
    tab.page.locator(".drawer [data-span='24h']").click()
    tab.until("new URLSearchParams(location.search).get('span') === '24h'")
    tab.until("document.querySelector('.drawer .spark').getAttribute('viewBox') === '0 0 574 20'")
    assert questions(tab, "24h")
    tab.page.reload()
    tab.until_live()
    tab.until("document.querySelector('[data-span=\"24h\"]').ariaPressed === 'true'")


def test_rates_are_charted_at_once_and_the_pointer_reads_their_time(visit, cluster):
    guests = cluster.state("guests")["guests"]
    guest = next(g for g in guests if g["status"] == "running" and not g["stale"] and g["netIn"])
    tab = visit(cluster, path=f"/?open={guest['id']}")
    lines = "[...document.querySelectorAll('.drawer .spark-line')].map((l) => l.getAttribute('d'))"
    tab.until(f"{lines}.length === 6 && {lines}.every((d) => d.split('L').length > 80)")
    trace = tab.page.locator(".drawer .trace-line").first
    box = trace.bounding_box()
    tab.page.mouse.move(box["x"] + 1, box["y"] + 5)
    tab.until("/ 1[45]\\smin ago$/.test(document.querySelector('.drawer .trace-head').firstChild.textContent)")


def test_another_resource_in_the_drawer_is_asked_for_and_a_closed_one_is_not(visit, still):
    tab = visit(still)
    # Those of the remote that fails have no past here.
    rows = tab.page.locator("[data-testid=guest]:has(.spark-line[d^=M]) .row-link")
    opened = []
    for index in range(2):
        rows.nth(index).click()
        tab.page.get_by_test_id("drawer").wait_for()
        opened.append(tab.page.get_by_test_id("drawer").get_attribute("data-id"))
        tab.until(f"{DRAWN}?.includes('M')")
        tab.page.keyboard.press("Escape")
        tab.page.get_by_test_id("drawer").wait_for(state="detached")
    assert [said["resources"] for said in questions(tab, "15m")] == [[id] for id in opened]


def test_charts_are_asked_for_at_once_when_a_hidden_tab_comes_back(visit, cluster):
    guest = next(g for g in cluster.state("guests")["guests"] if g["status"] == "running")
    tab = visit(cluster, path=f"/?open={guest['id']}&span=24h")
    tab.until(f"{DRAWN}?.includes('M')")
    before = len(questions(tab, "24h"))
    tab.hide(True)
    tab.hide(False)
    # The server's next word comes after what the page has sent.
    tab.after_ticks(1)
    assert len(questions(tab, "24h")) == before + 1
