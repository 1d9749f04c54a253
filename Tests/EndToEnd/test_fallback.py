"""Where io_uring is refused, as in many containers, epoll takes its place and the log says why."""

import platform
import re

import pytest

from server import NO_URING, Server, run
from stream import Stream, Table

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the seccomp filter is for x86-64"
)

ERRORS = {1: "EPERM|Operation not permitted", 38: "ENOSYS|Function not implemented"}


@pytest.mark.parametrize("errno", ERRORS)
@pytest.mark.parametrize("options", [(), ("--io", "auto")], ids=["default", "auto"])
def test_auto_runs_on_epoll_and_one_line_says_why(errno, options):
    server = Server(
        "--interval", "200ms", *options, wrapper=NO_URING, env={"URING_ERRNO": str(errno)}
    )
    try:
        with Stream(server) as stream:
            Table.of(stream, "hosts").follow(stream, count=3)
    finally:
        assert server.stop() == 0
    reasons = [line for line in server.lines if "running on epoll" in line]
    assert len(reasons) == 1, server.log
    assert "io_uring" in reasons[0]
    assert re.search(ERRORS[errno], reasons[0])


@pytest.mark.parametrize(
    "call, errno, words",
    [
        ("setup", 22, "older than Linux 6.0"),
        ("setup", 12, "locked memory"),
        ("register", 1, "not permitted"),
        ("register", 22, "provided-buffer rings"),
        ("enter", 1, "not permitted"),
    ],
)
def test_a_kernel_that_has_half_of_it_runs_on_epoll_too(call, errno, words):
    server = Server(
        "--interval", "200ms", wrapper=NO_URING,
        env={"URING_CALL": call, "URING_ERRNO": str(errno)},
    )  # fmt: skip
    assert server.request("/healthz").status == 200
    assert server.stop() == 0
    reasons = [line for line in server.lines if "running on epoll" in line]
    assert len(reasons) == 1, server.log
    assert words in reasons[0] and f"io_uring_{call}" in reasons[0]


@pytest.mark.parametrize("errno", ERRORS)
def test_uring_alone_fails_and_says_why(errno):
    result = run(
        "serve", "--listen", "127.0.0.1:0", "--io", "uring",
        wrapper=NO_URING, env={"URING_ERRNO": str(errno)},
    )  # fmt: skip
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert "io_uring" in last and re.search(ERRORS[errno], last)


def test_epoll_does_not_even_ask():
    server = Server("--io", "epoll", wrapper=NO_URING, env={"URING_ERRNO": "1"})
    assert server.request("/healthz").status == 200
    assert server.stop() == 0
    assert not re.search(ERRORS[1], server.log)
