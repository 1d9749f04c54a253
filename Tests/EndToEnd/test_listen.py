"""Where the server listens: both families, unix sockets, and what a service manager has opened."""

import http.client
import os
import signal
import socket
import stat
import subprocess

import pytest

from server import BINARY, PATIENCE, Server, run

LOCALHOST = {"Host": "localhost"}


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the file of a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


def status(connection, path):
    try:
        connection.request("GET", path, headers=LOCALHOST)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def over_unix(path, target="/healthz"):
    return status(UnixConnection(path), target)


def over_tcp(address, port, target="/healthz"):
    return status(http.client.HTTPConnection(address, port, timeout=PATIENCE), target)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "pulse.sock"


def test_a_unix_socket_serves_beside_an_address(start, path):
    server = start("--listen", f"unix:{path}")
    assert server.wait_for_line(f"listening on unix:{path}$")
    assert over_unix(path) == 200
    assert over_tcp("127.0.0.1", server.port) == 200
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert server.stop() == 0
    assert not path.exists()


def test_who_comes_over_a_unix_socket_is_not_local(start, path):
    """A proxy that does not say for whom it asks would let everybody in."""
    server = start("--listen", f"unix:{path}")
    assert over_tcp("127.0.0.1", server.port, "/api/state") == 200
    assert over_unix(path, "/api/state") == 403
    assert over_unix(path, "/") == 403


def test_a_unix_socket_speaks_no_tls(io, path):
    server = Server("--io", io, "--tls-self-signed", listen=f"unix:{path}", listening_on=f"unix:{path}")
    try:
        assert over_unix(path) == 200
    finally:
        assert server.stop() == 0


def test_the_socket_of_a_dead_server_is_replaced(start, path):
    first = start("--listen", f"unix:{path}")
    first.stop(signal.SIGKILL)
    assert path.exists()
    start("--listen", f"unix:{path}").wait_for_line("listening on unix:")
    assert over_unix(path) == 200


def test_the_socket_of_a_live_server_is_in_use(start, path):
    start("--listen", f"unix:{path}").wait_for_line("listening on unix:")
    refused = run("serve", "--listen", f"unix:{path}")
    assert refused.returncode == 1
    assert "another program listens there" in refused.stderr
    assert over_unix(path) == 200


def test_a_file_that_is_no_socket_stays(path):
    path.write_text("mine")
    refused = run("serve", "--listen", f"unix:{path}")
    assert refused.returncode == 1
    assert "no socket" in refused.stderr
    assert path.read_text() == "mine"


def test_a_server_leaves_the_socket_that_is_not_its_own(start, path):
    server = start("--listen", f"unix:{path}")
    server.wait_for_line("listening on unix:")
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        assert server.stop() == 0
        assert path.exists()


@pytest.mark.parametrize("address", ["unix:", "unix:pulse.sock", "unix:/tmp/", "unix:/" + "x" * 107])
def test_a_path_that_cannot_be_is_wrong_usage(address):
    assert run("serve", "--listen", address).returncode == 2


def test_a_folder_that_is_missing_is_said(tmp_path):
    refused = run("serve", "--listen", f"unix:{tmp_path}/none/pulse.sock")
    assert refused.returncode == 1
    assert "folder does not exist" in refused.stderr


def test_every_address_takes_both_families(start):
    server = start(listen="[::]:0", listening_on=r"\[::\]")
    assert over_tcp("127.0.0.1", server.port) == 200
    assert over_tcp("::1", server.port) == 200
    # A client of IPv4 stands there as ::ffff:127.0.0.1, which is loopback too.
    assert over_tcp("127.0.0.1", server.port, "/api/state") == 200


def activated(command, listeners, process=None):
    """Starts a program as systemd does: its sockets from descriptor 3 on, and two variables."""
    # Duplicates, high up: a number that is already the wanted one would not be inherited.
    copies = [os.dup(listener.fileno()) for listener in listeners]
    moves = "".join(f" {3 + index}<&{copy}" for index, copy in enumerate(copies))
    script = f"export LISTEN_PID={process or '$$'} LISTEN_FDS={len(copies)}; exec \"$@\"{moves}"
    started = subprocess.Popen(
        ["bash", "-c", script, "bash", *command],
        stderr=subprocess.PIPE, text=True, pass_fds=copies,
    )  # fmt: skip
    for copy in copies:
        os.close(copy)
    return started


def test_inherited_sockets_take_the_place_of_configured_ones(io, path):
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(path))
        unix.listen()
        port = tcp.getsockname()[1]
        with socket.create_server(("127.0.0.1", 0)) as taken:
            configured = f"127.0.0.1:{taken.getsockname()[1]}"
            command = [BINARY, "serve", "--io", io]
            server = activated([*command, "--listen", configured], [tcp, unix])
            try:
                said = [server.stderr.readline() for _ in range(4)]
                assert f"listening on http://127.0.0.1:{port}\n" in "".join(said), said
                assert over_tcp("127.0.0.1", port) == 200
                assert over_unix(path) == 200
            finally:
                server.send_signal(signal.SIGTERM)
                rest = server.communicate(timeout=PATIENCE)[1]
            assert server.returncode == 0, rest
            # The manager listens on, and who comes meanwhile waits for the next server.
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
            tcp.accept()[0].close()
        # The file is the manager's, which will start the server again when somebody connects.
        assert path.exists()


def test_sockets_that_are_meant_for_another_process_are_left_alone(io):
    with socket.create_server(("127.0.0.1", 0)) as tcp:
        command = [BINARY, "serve", "--io", io]
        server = activated([*command, "--listen", "127.0.0.1:0"], [tcp], process=1)
        try:
            said = next(line for line in server.stderr if "listening on" in line)
            assert "listening on http://127.0.0.1:" in said
            assert f":{tcp.getsockname()[1]}\n" not in said
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=PATIENCE)
        assert server.returncode == 0


def test_an_inherited_socket_that_does_not_listen_is_an_error(io):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        server = activated([BINARY, "serve", "--io", io], [mute])
        said = server.communicate(timeout=PATIENCE)[1]
        assert server.returncode == 1
        assert "cannot listen" in said
