"""The page and its files, out of the binary."""

import gzip
import re
import shutil
import subprocess

import pytest

PAGE = {"Accept": "text/html"}


@pytest.fixture
def asset(server):
    """The path of the page's program."""
    page = server.request("/", headers=PAGE).body.decode()
    return "/" + re.search(r'"(assets/app-[^"]+\.js)"', page)[1]


def test_the_page_is_html_and_revalidated(server):
    response = server.request("/", headers=PAGE)
    assert response.status == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["etag"].startswith('"')


def test_everything_that_the_page_names_is_there(server):
    page = server.request("/").body.decode()
    paths = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(paths) == 4
    for path in paths:
        # Relative, so that it may lie below a prefix.
        assert path.startswith("assets/")
        assert server.request(f"/{path}").status == 200, path


def test_a_file_with_its_hash_in_its_name_never_changes(server, asset):
    headers = server.request(asset).headers
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"] == "text/javascript; charset=utf-8"


def test_what_the_browser_has_is_not_sent_again(server, asset):
    for path in ("/", asset):
        tag = server.request(path).headers["etag"]
        for condition in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            response = server.request(path, headers={"If-None-Match": condition})
            assert (response.status, response.body) == (304, b""), (path, condition)
            assert response.headers["etag"] == tag
        assert server.request(path, headers={"If-None-Match": '"other"'}).status == 200


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0", None),
        ("br;q=0.2, gzip;q=0.9", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("zstd", None),
    ],
)
def test_the_best_accepted_encoding_is_chosen(server, asset, accepted, encoding):
    response = server.request(asset, headers={"Accept-Encoding": accepted})
    assert response.status == 200
    assert response.headers.get("content-encoding") == encoding
    assert "accept-encoding" in response.headers["vary"].lower()


def test_all_encodings_hold_the_same_bytes(server, asset):
    for path in ("/", asset):
        plain, zipped, brotli = (
            server.request(path, headers={"Accept-Encoding": encoding}).body
            for encoding in ("identity", "gzip", "br")
        )
        assert gzip.decompress(zipped) == plain
        if tool := shutil.which("brotli"):
            unpacked = subprocess.run([tool, "-dc"], input=brotli, capture_output=True, check=True)
            assert unpacked.stdout == plain


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing-0000000000.js",
        "/assets/",
        "/assets/../index.html",
        "/assets/..%2f..%2fetc/passwd",
        "/assets/../../../../etc/passwd",
        "/assets/%00",
    ],
)
def test_an_unknown_file_is_not_found(server, path):
    response = server.request(path, headers=PAGE)
    assert response.status in (400, 404)
    assert b"root:" not in response.body


def test_the_page_can_come_from_a_folder(start, tmp_path):
    (tmp_path / "index.html").write_text("<!doctype html><title>mine</title>")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "mine.js").write_text("1\n")
    server = start("--assets", str(tmp_path))
    assert b"<title>mine" in server.request("/").body
    assert server.request("/assets/mine.js").body == b"1\n"
    assert server.request("/assets/../index.html").status in (400, 404)
