import ctypes
import os

import pytest

from echo import Echo
from server import BINARY, Server

IO_URING_SETUP = 425

# Undocumented in --help: quick ticks, so that the tests are quick.
QUICK = ("--interval", "200ms")


def why_no_uring():
    """Asks the kernel itself, so that a broken server is not taken for a kernel that refuses."""
    parameters = ctypes.create_string_buffer(120)
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.syscall(IO_URING_SETUP, 1, parameters)
    if descriptor < 0:
        return os.strerror(ctypes.get_errno())
    os.close(descriptor)
    return None


WHY_NO_URING = why_no_uring()


@pytest.fixture(scope="session", autouse=True)
def binary():
    assert os.access(BINARY, os.X_OK), f"{BINARY} is missing: swift build -c release"


@pytest.fixture(scope="session", params=["uring", "epoll"])
def io(request):
    """The name of a backend: every test that asks for it runs on both."""
    if request.param == "uring" and WHY_NO_URING:
        pytest.skip(f"the kernel refuses io_uring: {WHY_NO_URING}")
    return request.param


@pytest.fixture(scope="session")
def server(io):
    """A server with quick ticks that many tests share; none of them may stop it."""
    shared = Server("--io", io, *QUICK)
    shared.wait_until_ready()
    yield shared
    assert shared.process.poll() is None, "the server died:\n" + shared.log
    assert shared.stop() == 0


@pytest.fixture(scope="module")
def echo(io):
    """The HTTP and WebSocket service with an echo behind it, which the tests of a file share."""
    shared = Echo("--io", io)
    yield shared
    assert shared.process.poll() is None, "the echo died:\n" + shared.log
    assert shared.stop() == 0


@pytest.fixture
def start(io):
    """Starts servers of a test's own: start("--interval", "2s")."""
    servers = []

    def start_one(*options, **settings):
        servers.append(Server("--io", io, *options, **settings))
        return servers[-1]

    yield start_one
    for one in servers:
        one.stop()
