"""What an update costs with many guests: not absolute figures, which depend on the machine."""

from statistics import median

from server import stand_in

# Times the page's own handler of each message about guests.
TIME_UPDATES = """
const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
window.costs = [];
Object.defineProperty(WebSocket.prototype, 'onmessage', {
    configurable: true,
    get() { return own.get.call(this); },
    set(handler) {
        own.set.call(this, handler && ((event) => {
            const start = performance.now();
            handler(event);
            const isGuests = /^{"type":"delta".{0,60}"stream":"guests"/.test(event.data);
            if (isGuests) costs.push(performance.now() - start);
        }));
    },
});
"""
# What changes by itself, by the second, is not counted.
COUNT_MUTATIONS = """() => {
    window.mutations = 0;
    const isTime = ({ target }) => (target.parentElement ?? target)
        .closest('[data-field=uptime], [data-field=age]') !== null;
    new MutationObserver((all) => (mutations += all.filter((each) => !isTime(each)).length))
        .observe(document.querySelector('.guest-rows'),
            { subtree: true, childList: true, characterData: true, attributes: true });
}"""
ROWS = "document.querySelectorAll('[data-testid=guest]').length"
GUESTS_IN_VIEW = "document.querySelector('#guests').scrollIntoView()"


def cost(visit, server, ticks=12):
    """The median of the milliseconds for an update, with the guests in view."""
    tab = visit(server)
    tab.page.add_init_script(TIME_UPDATES)
    tab.page.reload(wait_until="commit")
    tab.until_live()
    tab.until("document.querySelector('[data-testid=guest]')")
    tab.page.evaluate(GUESTS_IN_VIEW)
    tab.after_ticks(2)
    tab.page.evaluate("costs.length = 0")
    tab.until(f"costs.length >= {ticks}", 30)
    assert tab.page.evaluate(ROWS) < 80
    costs = tab.page.evaluate("costs")
    tab.page.close()
    return median(costs)


def test_an_update_of_5000_guests_costs_little_more_than_one_of_300(visit):
    costs = {}
    for guests in (300, 5000):
        server = stand_in("--guests", str(guests), "--changing", "0.2")
        try:
            costs[guests] = cost(visit, server)
        finally:
            server.stop()
    print(costs)
    assert costs[5000] < 3 * costs[300] + 1, costs


def test_the_number_of_rows_does_not_follow_the_number_of_guests(visit, cluster, crowd):
    few, many = visit(cluster), visit(crowd)
    assert many.page.evaluate(ROWS) == few.page.evaluate(ROWS) < 80
    many.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    many.after_ticks(1)
    assert many.page.evaluate(ROWS) == few.page.evaluate(ROWS)


def test_ticks_write_nothing_into_rows_that_stay_as_they_are(visit, still):
    tab = visit(still)
    tab.after_ticks(2)
    tab.page.evaluate(COUNT_MUTATIONS)
    tab.after_ticks(4)
    assert tab.page.evaluate("mutations") == 0


def test_scrolling_far_leaves_no_effects_behind(visit, crowd):
    tab = visit(crowd)
    tab.after_ticks(1)
    start = tab.page.evaluate("__pulse.effects")
    for part in (0.2, 0.9, 0.5, 0):
        tab.page.evaluate(f"scrollTo(0, document.documentElement.scrollHeight * {part})")
        tab.after_ticks(1)
    for height in (500, 1200, 900):
        tab.page.set_viewport_size({"width": 1440, "height": height})
        tab.after_ticks(1)
    assert tab.page.evaluate("__pulse.effects") == start
