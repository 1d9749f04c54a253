"""Starts `pulse simulate` as a user would, and changes its clusters over the control endpoint."""

import http.client
import json
import os
import re
import signal
import subprocess
import threading
import time

from server import BINARY, PATIENCE

READY = re.compile(r"listening: .* control http://127\.0\.0\.1:(\d+)")


class Simulation:
    """One running `pulse simulate` on ports of the kernel's choice."""

    def __init__(self, config, *options):
        self.config = str(config)
        self.process = subprocess.Popen(
            [
                BINARY, "simulate", "--listen", "127.0.0.1:0", "--write-config", self.config,
                *options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        if not self._ready.wait(PATIENCE):
            self.process.kill()
            raise AssertionError("the simulation did not begin:\n" + "\n".join(self.lines))
        with open(self.config) as file:
            self.remotes = {remote["name"]: remote for remote in json.load(file)["remotes"]}

    def _read_log(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            if found := READY.search(line):
                self.control = int(found.group(1))
                self._ready.set()

    def change(self, path):
        """`change("lab/kill")`, `change("lab/nodes/pve1/kill")`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=PATIENCE)
        try:
            connection.request("POST", f"/clusters/{path}")
            response = connection.getresponse()
            body = response.read()
            assert response.status == 200, body
        finally:
            connection.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._reader.join(PATIENCE)


def rows(server, stream):
    """The rows of a stream as GET /api/state tells them, by id."""
    state = server.request(f"/api/state/{stream}").json
    table = [dict(zip(state["fields"], row, strict=True)) for row in state["rows"]]
    return {row["id"]: row for row in table}


def until(condition, patience=PATIENCE, what="that"):
    """Waits for a condition of a state that is fetched; returns what it returned."""
    deadline = time.monotonic() + patience
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"not within {patience} s: {what}"
        time.sleep(0.05)


def write_config(path, remotes, **rest):
    """Writes a configuration for `pulse serve`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"remotes": remotes, **rest}, file)
    return str(path)
