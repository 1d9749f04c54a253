"""Options, the configuration file, and what is said when they are wrong."""

import json
import re
import socket

import pytest

from raw import exchange
from server import run
from stream import Stream

ONE_LINE = r"\A[^\n]+\n?\Z"


def refused(*arguments, code):
    """Runs `pulse serve` to its failure; returns what it said."""
    result = run("serve", *arguments)
    assert result.returncode == code, result
    assert result.stdout == ""
    return result.stderr


def test_help_names_every_option():
    result = run("serve", "--help")
    assert result.returncode == 0
    for option in (
        "listen", "config", "io", "threads", "max-connections", "interval", "assets", "log-level",
        "log-format",
    ):  # fmt: skip
        assert f"--{option}" in result.stdout


def test_serve_is_what_pulse_does_by_itself():
    result = run("--listen", "nonsense")
    assert result.returncode == 2 and "nonsense" in result.stderr


def test_an_unknown_option_is_wrong_usage():
    said = refused("--colour", "blue", code=2)
    assert "--colour" in said


def test_a_port_in_use_is_said_in_one_line_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        said = refused("--listen", address, code=1)
    assert re.match(ONE_LINE, said)
    assert address in said
    assert "in use" in said and "--listen" in said


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:70000",
        "300.0.0.1:1",
        ":::1",
    ],
)
def test_a_wrong_address_is_wrong_usage(address):
    said = refused("--listen", address, code=2)
    assert address in said


def test_an_address_of_another_machine_fails_at_run_time():
    said = refused("--listen", "192.0.2.1:7655", code=1)
    assert re.match(ONE_LINE, said) and "192.0.2.1" in said


@pytest.mark.parametrize(
    "interval", ["nonsense", "2", "-2s", "0s", "1ms", "2h", "s", "99999999999999999999s"]
)
def test_a_wrong_interval_is_wrong_usage(interval):
    said = refused(f"--interval={interval}", code=2)
    assert interval in said


@pytest.mark.parametrize("option", ["--io", "--log-level", "--log-format"])
def test_a_value_that_is_not_on_the_list_is_wrong_usage(option):
    said = refused(option, "nonsense", code=2)
    assert "nonsense" in said


class TestConfiguration:
    @pytest.fixture
    def write(self, tmp_path):
        def write_text(text):
            file = tmp_path / "pulse.json"
            file.write_text(text)
            return str(file)

        return write_text

    def test_sets_what_the_command_line_leaves_open(self, start, write):
        file = write(
            '{"listen": ["127.0.0.1:0"], "interval": "300ms",'
            ' "logLevel": "info", "logFormat": "json"}'
        )
        server = start("--config", file, listen=None)
        with Stream(server) as stream:
            assert stream.hello["interval"] == 300
        assert server.stop() == 0
        assert [json.loads(line) for line in server.lines]

    def test_gives_way_to_the_command_line(self, start, write):
        server = start("--interval", "400ms", "--config", write('{"interval": "300ms"}'))
        with Stream(server) as stream:
            assert stream.hello["interval"] == 400

    def test_that_is_not_there_is_said(self, tmp_path):
        file = str(tmp_path / "nothing.json")
        said = refused("--config", file, code=2)
        assert re.match(ONE_LINE, said) and file in said

    def test_that_is_a_folder_is_said(self, tmp_path):
        assert str(tmp_path) in refused("--config", str(tmp_path), code=2)

    @pytest.mark.parametrize(
        ("text", "line", "column"),
        [
            ('{\n  "lisen": []\n}', 2, 3),
            ('{\n  "interval": "2s",\n  "io" "auto"\n}', 3, 8),
            ('{\n  "interval": 2\n}', 2, 15),
            ('{"interval": "soon"}', 1, 14),
            ('{\n\n  "listen": ["nonsense"]}', 3, 14),
            ('{"io": "magic"}', 1, 8),
            ('{"logLevel": "loud"}', 1, 14),
            ('{"logFormat": "xml"}', 1, 15),
            ("[]", 1, 1),
            ("", 1, 1),
            ('{"interval": "2s"', 1, 18),
            ('{"interval": "2s"} x', 1, 20),
        ],
    )
    def test_that_is_wrong_is_said_with_line_and_column(self, write, text, line, column):
        file = write(text)
        said = refused("--config", file, code=2)
        assert re.match(ONE_LINE, said), said
        assert f"{file}:{line}:{column}" in said


class TestListening:
    def test_on_several_addresses(self, start):
        server = start("--listen", "[::1]:0")
        assert server.wait_for_line(r"listening on http://\[::1\]:\d+")
        second = server.wait_for_line(r"listening on http://\[::1\]:(\d+)")
        with socket.create_connection(("::1", int(second.group(1))), timeout=5) as connection:
            connection.sendall(
                b"GET /healthz HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n"
            )
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")

    def test_is_said_even_when_only_errors_are_logged(self, start):
        assert start("--log-level", "error").lines

    def test_answers_once_it_is_said(self, start):
        server = start()
        assert server.request("/healthz").status == 200


class TestLog:
    def test_in_json_is_one_object_in_each_line(self, start):
        server = start("--log-format", "json", "--log-level", "debug")
        with Stream(server) as stream:
            assert stream.still_open()
        exchange(server, b"nonsense\r\n\r\n")
        assert server.stop() == 0
        records = [json.loads(line) for line in server.lines]
        assert all(isinstance(record, dict) for record in records)
        assert all(record["level"] and record["message"] for record in records)

    def test_level_decides_what_is_said(self, start):
        # Of ticks that a busy machine misses it is said, too: within this time there is none.
        rarely = ("--interval", "1m")
        quiet, verbose = (start("--log-level", level, *rarely) for level in ("warning", "trace"))
        for server in (quiet, verbose):
            assert server.request("/healthz").status == 200
            assert server.stop() == 0
        assert len(quiet.lines) < len(verbose.lines)
        assert len(quiet.lines) == 1

    def test_for_the_journal_carries_priorities(self, start):
        journal, other = start(journal=True), start(env={"JOURNAL_STREAM": "9:9"})
        for server in (journal, other):
            assert server.stop() == 0
        assert all(re.match(r"<[0-7]>", line) for line in journal.lines)
        assert not any(re.match(r"<[0-7]>", line) for line in other.lines)
