"""Several threads serve one port, and no client can tell which one it is on."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed

from raw import TEXT, RawWebSocket, frame
from server import PATIENCE, Server, run
from stream import Stream, Table
from test_ingest import PATHS, REPORT, TOKEN, post, row_of

# So many connections that each of two threads gets some: all on one is a chance of 2^-31.
MANY = 32


@pytest.fixture(params=[1, 2], ids=["1 thread", "2 threads"])
def threads(request):
    return request.param


@pytest.fixture
def serve(start, threads):
    def serve_one(*options, **settings):
        return start("--interval", "200ms", "--threads", str(threads), *options, **settings)

    return serve_one


@pytest.fixture
def streams(request):
    """Opens streams that are closed behind the test."""
    opened = []

    def open_some(server, count=MANY):
        opened.extend(Stream(server) for _ in range(count))
        return opened[-count:]

    yield open_some
    for stream in opened:
        stream.socket.close()


def each(streams, work):
    """Does the same with every stream at once, so that none falls behind while another is read."""
    with concurrent.futures.ThreadPoolExecutor(len(streams)) as pool:
        return list(pool.map(work, streams))


def listeners(port):
    """The sockets that listen on a port of 127.0.0.1."""
    lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    return sum(1 for entry in fields if entry[1] == f"0100007F:{port:04X}" and entry[3] == "0A")


def test_each_thread_has_its_listener(serve, threads):
    server = serve()
    assert listeners(server.port) == threads
    version = server.request("/api/version").json
    assert version["threads"] == threads
    assert version["io"] in ("io_uring", "epoll")
    assert re.search(rf"starts .*threads={threads}\b", server.log)


def test_without_the_option_there_is_a_thread_for_each_usable_processor():
    processor = min(os.sched_getaffinity(0))
    server = Server(wrapper=["taskset", "-c", str(processor)])
    try:
        assert server.request("/api/version").json["threads"] == 1
    finally:
        assert server.stop() == 0


def test_every_client_gets_the_same_deltas_without_a_gap(serve, streams):
    server = serve()

    opened = streams(server)
    # All have their snapshots before the first one begins to count.
    tables = dict(zip(opened, each(opened, lambda stream: Table.of(stream, "hosts"))))
    newest = max(table.generation for table in tables.values())
    common = range(newest + 1, newest + 11)

    def follow(stream):
        table, deltas = tables[stream], {}
        while table.generation < common[-1]:
            deltas |= {delta["generation"]: delta for delta in table.follow(stream)}
        return deltas

    seen = each(opened, follow)
    for generation in common:
        assert all(deltas[generation] == seen[0][generation] for deltas in seen)


def test_who_comes_back_to_any_thread_resumes_by_deltas(serve, streams):
    server = serve()
    # Before that which is resumed: what is kept of it has an end.
    opened = streams(server)
    watcher = Stream(server)
    table = Table.of(watcher, "hosts")
    # Only one thread has a watcher so far; the others have to ask for what it has.
    table.follow(watcher, count=5)
    has = {"epoch": table.epoch, "generation": table.generation - 3}

    def resume(stream):
        stream.subscribe("hosts", **has)
        resumed = Table()
        resumed.generation, resumed.rows = has["generation"], dict(table.rows)
        resumed.follow(stream, count=6)
        return resumed.generation

    for generation in each(opened, resume):
        assert generation == has["generation"] + 6
    watcher.socket.close()


def test_streams_are_left_and_taken_up_again(serve, streams):
    server = serve()

    def come_and_go(stream):
        for _ in range(3):
            table = Table.of(stream, "hosts")
            table.follow(stream, count=2)
            stream.send(type="unsubscribe", stream="hosts")
            assert stream.still_open()
        stream.subscribe("hosts", epoch=table.epoch, generation=table.generation)
        message = stream.receive_until("delta", "snapshot")
        table.apply(message)
        table.follow(stream, count=2)

    each(streams(server, MANY // 2), come_and_go)


@pytest.fixture
def configuration(tmp_path):
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    file = tmp_path / "pulse.json"
    file.write_text(json.dumps({"agentTokens": [f"sha256:{digest}"]}))
    return str(file)


def test_reports_on_any_connection_reach_dashboards_on_all(serve, streams, configuration):
    server = serve("--config", configuration)
    server.wait_until_ready()

    def report(number):
        body = json.loads(json.dumps(REPORT))
        body["agent"]["id"] = f"agent-{number}"
        body["host"]["displayName"] = f"host-{number}"
        answer = post(server, body, path=PATHS[number % 2])
        assert (answer.status, answer.json["agentId"]) == (200, f"agent-{number}")

    names = {f"host-{number}" for number in range(MANY)}

    def wait_for_all(stream):
        table = Table.of(stream, "hosts")
        deadline = time.monotonic() + PATIENCE
        while not names <= {row["name"] for row in table.rows.values()}:
            assert time.monotonic() < deadline
            table.follow(stream)

    dashboards = streams(server, 16)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(each, dashboards, wait_for_all)]
        list(pool.map(report, range(MANY)))
        for future in waiting:
            future.result()
    assert row_of(server, f"agent-{MANY - 1}")["name"] == f"host-{MANY - 1}"


def test_clients_that_do_not_read_hold_up_no_thread(serve, streams):
    server = serve()
    deaf = [RawWebSocket(server, receive_buffer=2048) for _ in range(16)]
    for raw in deaf:
        raw.send(frame(TEXT, b'{"type":"subscribe","stream":"hosts"}') * 20)

    def follow(stream):
        table = Table.of(stream, "hosts")
        table.follow(stream, count=20)

    each(streams(server, 16), follow)
    for raw in deaf:
        raw.connection.close()


def test_a_signal_tells_the_clients_of_every_thread(serve, streams):
    server = serve()
    opened = streams(server)
    for stream in opened[::2]:
        stream.subscribe("hosts")
    started = time.monotonic()
    server.process.send_signal(signal.SIGTERM)

    def close_code(stream):
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                stream.receive()
        return closed.value.rcvd and closed.value.rcvd.code

    assert set(each(opened, close_code)) == {1001}
    assert server.stop() == 0
    assert time.monotonic() - started < 10


def test_a_second_signal_ends_every_thread_at_once(serve):
    server = serve()
    script = re.search(r"assets/app-[\w.-]+\.js", server.request("/").body.decode())[0]
    ask = f"GET /{script} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 100
    # Nobody reads these answers, so that after one signal they would take nine seconds.
    deaf = [server.dial(receive_buffer=2048) for _ in range(16)]
    for connection in deaf:
        connection.sendall(ask)
        assert connection.recv(1) == b"H"
    started = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.wait_for_line("stopping")
    server.process.send_signal(signal.SIGTERM)
    assert server.stop() == 0
    assert time.monotonic() - started < 8.5
    for connection in deaf:
        connection.close()


def is_refused(server):
    with server.dial() as connection:
        try:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = connection.recv(100)
            return answer == b"" or answer.startswith(b"HTTP/1.1 503 ")
        except (ConnectionResetError, BrokenPipeError):
            return True


def test_connections_above_the_limit_are_closed_and_places_are_given_again(serve, streams):
    server = serve("--max-connections", "10")
    kept = streams(server, 10)
    for _ in range(5):
        assert is_refused(server)
    refused = server.wait_for_line(r"connections are refused.*limit=10")
    assert refused, server.log
    assert server.wait_for_line(r"no connection is refused any more.*refused=\d+"), server.log
    for stream in kept:
        assert stream.still_open()
    for stream in kept[:3]:
        stream.socket.close()
    deadline = time.monotonic() + PATIENCE
    while is_refused(server):
        assert time.monotonic() < deadline, "no place was given again"
        time.sleep(0.02)
    for stream in kept[3:]:
        assert stream.still_open()
        stream.socket.close()


def test_a_port_that_another_program_would_share_is_in_use(io, threads):
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        address = f"127.0.0.1:{stranger.getsockname()[1]}"
        result = run("serve", "--io", io, "--threads", str(threads), "--listen", address)
    assert result.returncode == 1
    assert address in result.stderr and "in use" in result.stderr


def test_a_second_server_does_not_join_the_first(serve, io, threads):
    address = f"127.0.0.1:{serve().port}"
    result = run("serve", "--io", io, "--threads", str(threads), "--listen", address)
    assert result.returncode == 1
    assert "in use" in result.stderr


@pytest.mark.parametrize(
    "option",
    ["--threads=0", "--threads=65", "--threads=x", "--threads=-1", "--max-connections=0"],
)
def test_a_wrong_number_is_wrong_usage(option):
    result = run("serve", option)
    assert result.returncode == 2
    assert option.partition("=")[0] in result.stderr
