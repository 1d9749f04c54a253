"""Starts the release binary as a user would and talks to it; nothing of pulse's code is used."""

import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

from websockets.sync.client import connect

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("PULSE_BIN", str(ROOT / ".build/release/pulse"))
NO_URING = [sys.executable, str(ROOT / "Tests/Tools/nouring.py")]
LOOPBACK = r"127\.0\.0\.1|\[::1\]"

# Servers that run side by side cannot share the data folder that the environment may name.
FOLDERS = ("STATE_DIRECTORY", "XDG_STATE_HOME")
WITHOUT_FOLDERS = {name: value for name, value in os.environ.items() if name not in FOLDERS}

# Long enough for a slow and busy machine; nothing waits for it unless something is wrong.
PATIENCE = 30


class Response:
    """A whole HTTP response; `headers` has lower-case names."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """One running `pulse serve` on a port of the kernel's choice.

    It is up when it says that it listens on `listening_on`, which is a pattern.
    """

    def __init__(
        self,
        *options,
        listen="127.0.0.1:0",
        listening_on=LOOPBACK,
        wrapper=(),
        env=None,
        journal=False,
    ):
        listening = ["--listen", listen] if listen else []
        reading, writing = os.pipe()
        environment = {**WITHOUT_FOLDERS, **(env or {})}
        if journal:
            # How systemd tells a service that its standard error is the journal.
            pipe = os.fstat(writing)
            environment["JOURNAL_STREAM"] = f"{pipe.st_dev}:{pipe.st_ino}"
        self.process = subprocess.Popen(
            [*wrapper, *self._command(listening, options)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=writing,
            env=environment,
        )
        os.close(writing)
        self._log = os.fdopen(reading)
        self.lines = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        self.address, self.port = self._wait_until_listening(listening_on)
        self.host = f"{self.address}:{self.port}"

    def _command(self, listening, options):
        return [BINARY, "serve", *listening, *options]

    def _read_log(self):
        with self._log:
            for line in self._log:
                with self._news:
                    self.lines.append(line.rstrip("\n"))
                    self._news.notify_all()

    def _wait_until_listening(self, pattern):
        found = self.wait_for_line(rf"listening on (?:https?://)?({pattern})(?::(\d+))?(?=\"|$)")
        if not found:
            self.process.kill()
            raise AssertionError("the server did not say where it listens:\n" + self.log)
        return found.group(1), int(found.group(2) or 0)

    def wait_for_line(self, pattern, patience=PATIENCE):
        """The first match of a line of the log, or None when the program ends or it takes long."""
        deadline = time.monotonic() + patience
        with self._news:
            while True:
                for line in self.lines:
                    if found := re.search(pattern, line):
                        return found
                if time.monotonic() > deadline or not self._reader.is_alive():
                    return None
                self._news.wait(0.1)

    @property
    def log(self):
        return "\n".join(self.lines)

    def request(self, path, method="GET", headers=None, body=None):
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection(
            self.address.strip("[]"), self.port, timeout=PATIENCE
        )
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return Response(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def wait_until_ready(self):
        """Returns when the first report of this machine has been taken."""
        deadline = time.monotonic() + PATIENCE
        while (status := self.request("/readyz").status) != 200:
            assert status == 503, status
            assert time.monotonic() < deadline, "the server does not get ready:\n" + self.log
            time.sleep(0.01)

    def dial(self, receive_buffer=None):
        """A plain TCP connection."""
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(PATIENCE)
        connection.connect((self.address, self.port))
        return connection

    def websocket(self, **options):
        """A WebSocket client from the `websockets` package."""
        options.setdefault("open_timeout", PATIENCE)
        options.setdefault("close_timeout", PATIENCE)
        # Where a test leaves it unread for a while, no pong is read either.
        options.setdefault("ping_interval", None)
        # Without `legacy` the library wants a `with` block around every connection.
        return connect(f"ws://{self.host}/ws", legacy=True, **options)

    def resident_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    def stop(self, number=signal.SIGTERM, patience=PATIENCE):
        """Sends the signal unless the program has ended; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running {patience} s after {number!r}:\n{self.log}")
        finally:
            self._reader.join(PATIENCE)


def run(*arguments, wrapper=(), env=None):
    """Runs the binary to its end, for command lines that must not start a server."""
    return subprocess.run(
        [*wrapper, BINARY, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**WITHOUT_FOLDERS, **(env or {})},
    )
