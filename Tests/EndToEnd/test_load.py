"""`pulse load` against the real server, and against a second client written in Python."""

import hashlib
import http.server
import json
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from remotes import until
from server import BINARY, PATIENCE, run
from stream import Stream
from test_metrics import metrics

ONE_LINE = r"\A[^\n]+\n?\Z"
TOKEN = "load-agents-not-a-real-token"


class Load:
    """One running `pulse load`."""

    scheme = "ws"

    def __init__(self, server, *options, io="auto"):
        self.process = subprocess.Popen(
            [BINARY, "load", f"{self.scheme}://{server.host}", "--io", io, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, patience=60):
        """Returns the exit code, standard output and standard error."""
        try:
            out, err = self.process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise AssertionError("the load does not end") from None
        return self.process.returncode, out, err


def load(server, *options, io="auto", code=0):
    """Runs a load to its end; returns the report."""
    result, out, err = Load(server, "--json", *options, io=io).end()
    assert result == code, out + err
    return json.loads(out)


class Counter(threading.Thread):
    """A dashboard that notes each delta and heartbeat: its tick, and how late it came."""

    def __init__(self, server, streams=None):
        super().__init__(daemon=True)
        self.stream = Stream(server)
        self.streams = streams or self.stream.hello["streams"]
        for name in self.streams:
            self.stream.subscribe(name)
        self.notes = []
        self.ends = threading.Event()
        self.start()

    def run(self):
        while not self.ends.is_set():
            try:
                message = self.stream.receive(0.2)
            except TimeoutError:
                continue
            now = time.time() * 1000
            if message["type"] in ("delta", "heartbeat"):
                self.notes.append((message["ts"], now - message["ts"]))

    def of(self, report):
        """What came of the ticks that a load has measured, once all of that is here."""
        last = report["lastTick"]
        until(lambda: self.notes and self.notes[-1][0] > last, what="a later tick")
        self.ends.set()
        self.join(PATIENCE)
        self.stream.socket.close()
        return [note for note in self.notes if report["firstTick"] <= note[0] <= last]


def assert_same_count(report, notes, clients):
    """Each client of the load was sent as much, but for what comes late of the last tick; and who
    came at another time may have its first heartbeat at another."""
    slack = 1 + sum(tick == report["lastTick"] for tick, _ in notes)
    assert report["latency"]["count"] == pytest.approx(clients * len(notes), abs=clients * slack)


@pytest.fixture
def demo(start):
    server = start("--demo", "--interval", "200ms")
    server.wait_until_ready()
    return server


def test_it_counts_what_another_client_counts(demo, io):
    counter = Counter(demo)
    report = load(demo, "--clients", "20", "--duration", "8s", "--ramp", "1s", io=io)
    notes = counter.of(report)
    assert len(notes) >= 10
    assert_same_count(report, notes, 20)
    # Within reason: the two do not get a busy machine's processor at the same time.
    late = sorted(late for _, late in notes)[len(notes) // 2]
    assert 0 < report["latency"]["p50"] / 1000 < 2 * late + 50
    assert report["openAtEnd"] == 20 and report["errors"] == []
    assert report["missed"] == 0 and report["behind"] == 0
    assert report["server"]["pid"] == demo.process.pid
    assert report["server"]["cpuMicroseconds"] > 0
    assert report["server"]["residentBytes"] > 1 << 20
    assert 0 <= report["idlePercent"] <= 100
    assert report["replayedClients"] == 1
    assert [outcome["stream"] for outcome in report["replays"]] == counter.streams
    assert all(outcome["equal"] == 1 for outcome in report["replays"])
    guests = next(outcome for outcome in report["replays"] if outcome["stream"] == "guests")
    assert guests["rows"] == 300


def test_nobody_is_replayed_where_that_is_not_wanted(server):
    report = load(server, "--clients", "3", "--duration", "1s", "--ramp", "0s", "--no-replay")
    assert report["opened"] == 3 and report["holds"]
    assert report["replayedClients"] == 0 and report["replays"] == []


def test_one_stream_alone(demo, io):
    counter = Counter(demo, ["guests"])
    report = load(
        demo, "--clients", "5", "--duration", "5s", "--ramp", "200ms", "--stream", "guests", io=io
    )
    assert report["streams"] == ["guests"]
    assert_same_count(report, counter.of(report), 5)


def test_stalled_and_reconnecting_clients_take_nothing_from_the_others(demo, io):
    report = load(
        demo,
        *("--clients", "20", "--duration", "12s", "--ramp", "500ms"),
        *("--stalled", "3", "--reconnect", "5", "--require", "missed=0", "--require", "errors=0"),
        io=io,
    )
    assert report["opened"] >= 25
    assert report["resumedByDeltas"] > 0
    assert report["holds"]


def test_agents_report_and_dashboards_see_them(start, io, tmp_path):
    secret = tmp_path / "token"
    secret.write_text(TOKEN + "\n")
    config = tmp_path / "pulse.json"
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    config.write_text(json.dumps({"agentTokens": [f"sha256:{digest}"]}))
    server = start("--config", str(config), "--interval", "200ms")
    server.wait_until_ready()
    report = load(
        server,
        *("--clients", "5", "--duration", "4s", "--ramp", "200ms"),
        *("--agents", "20", "--agent-interval", "1s", "--agent-token-file", str(secret)),
        io=io,
    )
    agents = report["agents"]
    assert agents["refused"] == [] and agents["lost"] == 0
    assert agents["connections"] == 20
    # Each was to report once a second from the begin on, and may be about to.
    seconds = sum(report[f"{phase}Milliseconds"] for phase in ("ramp", "settle", "measured")) / 1000
    assert agents["accepted"] + agents["late"] == pytest.approx(20 * seconds, abs=25)
    # On a busy machine an answer may take longer than until the next report; most do not.
    assert agents["accepted"] > agents["late"]
    hosts = next(outcome for outcome in report["replays"] if outcome["stream"] == "hosts")
    assert hosts["rows"] == 21 and hosts["equal"] == 1


def test_agents_without_a_token_are_refused(demo):
    report = load(demo, "--clients", "0", "--agents", "3", "--duration", "1s", "--ramp", "0s", code=1)
    assert [answer["status"] for answer in report["agents"]["refused"]] == [401]
    assert report["agents"]["accepted"] == 0


@pytest.mark.parametrize(
    ("requirement", "code"),
    [("p99<20s", 0), ("p50<1us", 1), ("messages>1", 0), ("spread>1h", 2), ("open=3", 0), ("open>3", 1)],
)
def test_a_requirement_decides_the_exit_code(server, requirement, code):
    short = ("--clients", "3", "--duration", "1s", "--ramp", "100ms")
    result, out, err = Load(server, *short, "--require", "errors=0", "--require", requirement).end()
    assert result == code, out + err
    if code != 2:
        assert f"required     {requirement}: {'holds' if code == 0 else 'FAILS'}" in out
        assert "delivery     p50 " in out


def until_open(server, count):
    """Waits until a server has so many dashboards."""
    until(lambda: metrics(server)["pulse_server_websockets"] == count, what=f"{count} dashboards")


def test_a_signal_ends_it_with_a_report(start):
    # A server of its own: on a shared one three dashboards of the test before may still be open.
    server = start("--interval", "200ms")
    server.wait_until_ready()
    running = Load(server, "--clients", "3", "--duration", "10m", "--ramp", "100ms")
    until_open(server, 3)
    running.process.send_signal(signal.SIGINT)
    code, out, _ = running.end(PATIENCE)
    assert code == 1
    assert "The run was interrupted." in out and "3 of 3 open" in out


def test_a_server_that_goes_is_told(start, io):
    server = start("--interval", "200ms")
    server.wait_until_ready()
    running = Load(server, "--json", "--clients", "4", "--duration", "10m", "--ramp", "0s", io=io)
    until_open(server, 4)
    assert server.stop() == 0
    code, out, _ = running.end(PATIENCE)
    assert code == 1
    report = json.loads(out)
    assert report["errors"] == [{"kind": "closed by the server with 1001", "count": 4}]


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    result = run("load", f"ws://127.0.0.1:{port}", "--clients", "2", "--ramp", "0s")
    assert result.returncode == 1
    assert "2 x could not connect: Connection refused" in result.stdout
    assert "Nobody was served." in result.stdout


def test_something_else_listens():
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        port = other.server_address[1]
        result = run("load", f"ws://127.0.0.1:{port}", "--clients", "2", "--ramp", "0s")
        other.shutdown()
    assert result.returncode == 1
    assert "2 x refused: the server answered with 501" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "url"),
        (("nonsense",), "nonsense"),
        (("ws://127.0.0.1",), "ws://127.0.0.1:7655"),
        (("ws://127.0.0.1:0",), "not an address"),
        (("wss://127.0.0.1",), "ws://127.0.0.1:7655"),
        (("ws://127.0.0.1:1", "--fingerprint", "AA"), "wss://"),
        (("wss://127.0.0.1:1", "--fingerprint", "AA"), "--fingerprint"),
        (("wss://127.0.0.1:1", "--ca-file", "/nowhere"), "/nowhere"),
        (("wss://127.0.0.1:1", "--ca-file", "/nowhere", "--fingerprint", "AA"), "exclude"),
        (("ftp://127.0.0.1:7655",), "ws://"),
        (("ws://192.0.2.1:7655",), "--remote"),
        (("ws://127.0.0.1:1", "--clients", "-1"), "--clients"),
        (("ws://127.0.0.1:1", "--clients", "0"), "nothing to do"),
        (("ws://127.0.0.1:1", "--clients", "1000000"), "--clients"),
        (("ws://127.0.0.1:1", "--clients", "2", "--stalled", "3"), "--stalled"),
        (("ws://127.0.0.1:1", "--clients", "4", "--stalled", "3", "--reconnect", "2"), "--reconnect"),
        (("ws://127.0.0.1:1", "--duration", "0s"), "--duration"),
        (("ws://127.0.0.1:1", "--duration", "5"), "--duration"),
        (("ws://127.0.0.1:1", "--duration", "99999999h"), "--duration"),
        (("ws://127.0.0.1:1", "--ramp", "-1s"), "--ramp"),
        (("ws://127.0.0.1:1", "--require", "p98<1ms"), "p98<1ms"),
        (("ws://127.0.0.1:1", "--require", "p99<500"), "500ms"),
        (("ws://127.0.0.1:1", "--io", "kqueue"), "kqueue"),
        (("ws://127.0.0.1:1", "--token", "a\r\nb"), "--token"),
        (("ws://127.0.0.1:1", "--agent-token-file", "/nowhere"), "/nowhere"),
        (("ws://127.0.0.1:1", "--stream", "a", "--stream", "a"), "--stream"),
        (("ws://127.0.0.1:1", "--colour"), "--colour"),
    ],
)
def test_wrong_usage_is_said_in_one_line(arguments, said):
    result = run("load", *arguments)
    assert result.returncode == 2, result
    assert result.stdout == ""
    assert re.match(ONE_LINE, result.stderr)
    assert said in result.stderr


def test_an_unknown_stream_is_named_with_those_there_are(server):
    code, _, said = Load(server, "--clients", "1", "--ramp", "0s", "--stream", "nope").end()
    assert code == 1
    assert re.match(ONE_LINE, said)
    assert "nope" in said and "guests" in said


def test_help_names_every_option():
    result = run("load", "--help")
    assert result.returncode == 0
    for option in (
        "clients", "duration", "ramp", "stream", "token", "stalled", "reconnect", "agents",
        "agent-interval", "agent-token-file", "json", "require", "server-pid", "remote", "io",
        "ca-file", "fingerprint", "no-replay",
    ):
        assert f"--{option}" in result.stdout
