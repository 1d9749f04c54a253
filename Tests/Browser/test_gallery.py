"""The gallery of the page's parts, which only those see who work on them."""

import subprocess

import pytest

from conftest import DESKTOP, PHONE, Tab
from server import ROOT, stand_in
from test_layout import FIND_UNNAMED, scrolls_sideways
from test_theme import FIND_FAINT_TEXT


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    subprocess.run([str(ROOT / "script/web"), "--into", str(folder)], cwd=ROOT, check=True)
    shared = stand_in("--assets", str(folder), assets=[])
    yield shared
    shared.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_every_atom_is_shown_and_can_be_read_and_named(pages, gallery, viewport, scheme):
    key, page = pages.take(viewport=viewport, color_scheme=scheme, timezone_id="UTC")
    tab = Tab(page, gallery.url)
    page.goto(f"{gallery.url}/gallery.html")
    parts = "[...document.querySelectorAll('[data-part]')].map((part) => part.dataset.part)"
    atoms = {file.stem for file in (ROOT / "Dashboard/src/atoms").glob("*.tsx")}
    assert atoms <= set(page.evaluate(parts))
    assert page.evaluate(FIND_UNNAMED) == []
    assert not scrolls_sideways(tab)
    page.mouse.move(0, 0)
    for phase in ("stale", "live"):
        page.get_by_role("button", name=phase, exact=True).click()
        assert page.evaluate(FIND_FAINT_TEXT) == []
    tab.leave()
    pages.give(key, page)
    assert tab.errors == [] and tab.foreign == []


def test_the_gallery_is_not_shipped():
    shipped = [file.name for file in (ROOT / "Sources/CDashboard/generated").rglob("*")]
    assert not [name for name in shipped if "gallery" in name]
