"""Light and dark: whose choice it is, that it lasts, and that both can be read."""

import pytest

from conftest import PHONE

THEME = "document.documentElement.dataset.theme"

# What the theme was when the first element of the body came to be.
WATCH_FIRST_PAINT = """
new MutationObserver((_, observer) => {
    if (!document.body) return;
    window.themeAtFirst = document.documentElement.dataset.theme;
    observer.disconnect();
}).observe(document, { childList: true, subtree: true });
"""

# The contrast of each visible text with what is behind it, by the formula of WCAG 2.2.
FIND_FAINT_TEXT = """() => {
    const parse = (color) => {
        const parts = color.match(/[\\d.]+/g).map(Number);
        return { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
    };
    const mix = (over, under, alpha) => over.map((c, i) => c * alpha + under[i] * (1 - alpha));
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((c) => {
            c /= 255;
            return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a, b) => {
        const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
        return (high + 0.05) / (low + 0.05);
    };
    const behind = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const { rgb, alpha } = parse(getComputedStyle(each).backgroundColor);
            if (alpha === 1) return rgb;
        }
        return [255, 255, 255];
    };
    const opacity = (element) => {
        let value = 1;
        for (let each = element; each; each = each.parentElement) {
            value *= Number(getComputedStyle(each).opacity);
        }
        return value;
    };
    const faint = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        const box = element.getBoundingClientRect();
        if (!texts.currentNode.data.trim() || box.width < 2 || box.height < 2) continue;
        const style = getComputedStyle(element);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const dimmed = opacity(element);
        const under = behind(element);
        // What is dimmed as a whole fades into the surface below it.
        const row = element.closest('.host-row, .node-row, .guest-row, .tile, .list');
        const base = dimmed < 1 ? behind(row) : under;
        const text = mix(parse(style.color).rgb, base, dimmed);
        const ratio = contrast(text, mix(under, base, dimmed));
        const wanted = dimmed < 1 || large ? 3 : 4.5;
        if (ratio < wanted) faint.push([texts.currentNode.data, style.color, ratio.toFixed(2)]);
    }
    return faint;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_follows_the_system_also_when_it_changes(visit, server, scheme):
    tab = visit(server, color_scheme=scheme)
    assert tab.page.evaluate(THEME) == scheme
    other = "dark" if scheme == "light" else "light"
    tab.page.emulate_media(color_scheme=other)
    tab.until(f"{THEME} === '{other}'")


def test_the_toggle_lasts_over_a_reload_and_never_flashes(visit, server):
    tab = visit(server, color_scheme="dark", fresh=True)
    tab.page.get_by_role("button", name="Switch to the light theme").click()
    assert tab.page.evaluate(THEME) == "light"
    tab.page.add_init_script(WATCH_FIRST_PAINT)
    tab.page.reload(wait_until="commit")
    tab.until_live()
    assert tab.page.evaluate("themeAtFirst") == "light"
    assert tab.page.evaluate(THEME) == "light"
    tab.page.get_by_role("button", name="Switch to the dark theme").click()
    tab.page.reload(wait_until="commit")
    tab.until_live()
    assert tab.page.evaluate(THEME) == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_every_text_can_be_read(visit, fleet, scheme, viewport):
    tab = visit(fleet, color_scheme=scheme, viewport=viewport)
    tab.page.mouse.move(0, 0)
    assert tab.page.evaluate(FIND_FAINT_TEXT) == []
    tab.page.locator("[data-testid=host] .row-link").nth(2).click()
    tab.page.get_by_test_id("drawer").wait_for()
    tab.until("document.getAnimations().length === 0")
    assert tab.page.evaluate(FIND_FAINT_TEXT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_every_text_of_a_cluster_can_be_read(visit, cluster, scheme, viewport):
    tab = visit(cluster, color_scheme=scheme, viewport=viewport)
    tab.page.get_by_role("button", name="VM", exact=True).click()
    tab.page.mouse.move(0, 0)
    for part in ("#nodes", "#guests"):
        tab.page.evaluate(f"document.querySelector('{part}').scrollIntoView()")
        tab.after_ticks(1)
        assert tab.page.evaluate(FIND_FAINT_TEXT) == []
    tab.page.locator("[data-testid=guest][data-stale] .row-link").first.click()
    tab.page.get_by_test_id("staleness").wait_for()
    tab.until("document.getAnimations().length === 0")
    assert tab.page.evaluate(FIND_FAINT_TEXT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_without_a_server(visit, own_server, scheme):
    tab = visit(own_server, color_scheme=scheme, may_lose_server=True)
    own_server.stop()
    tab.until("__pulse.conn === 'offline'")
    assert tab.page.evaluate(FIND_FAINT_TEXT) == []
