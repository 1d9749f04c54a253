"""The servers that the page is shown by: the release binary, and the page's own stand-in."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("PULSE_BIN", str(ROOT / ".build/release/pulse"))
STAND_IN = [str(ROOT / ".venv/bin/bun"), str(ROOT / "Dashboard/tools/fake-server.ts")]
LISTENING = re.compile(r"listening on (http://[\d.]+:(\d+))")
CONTROL = re.compile(r"control on (http://[\d.]+:(\d+))")
# To look at a page that isn't in the binary yet.
ASSETS = ["--assets", os.environ["PULSE_ASSETS"]] if os.environ.get("PULSE_ASSETS") else []

# Quick ticks make quick tests; four of them still outlast a busy machine's hiccups.
INTERVAL_MS = 500


class Server:
    """One running server. A restart keeps the port."""

    def __init__(self, command, *options, says=LISTENING):
        self.command = command
        self.options = options
        self.says = says
        self.port = 0
        self.start()

    def start(self):
        listen = ["--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(
            [*self.command, *listen, *self.options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = ""
        for line in self.process.stderr:
            said += line
            if found := self.says.search(line):
                break
        else:
            raise AssertionError(f"{self.command} did not say where it listens:\n{said}")
        self.url, self.port = found.group(1), int(found.group(2))
        # A pipe that nobody reads would fill up and block the server.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def stop(self):
        """Ends the server as a service manager does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        return self.process.wait(30)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def state(self, stream="hosts"):
        """A stream as the server knows it: the snapshot object, with rows as dictionaries."""
        with urllib.request.urlopen(f"{self.url}/api/state/{stream}", timeout=30) as response:
            state = json.load(response)
        state[stream] = [dict(zip(state["fields"], row)) for row in state["rows"]]
        return state

    @contextlib.contextmanager
    def held(self):
        """Keeps the server from ticking; whether it can be kept from that."""
        yield False


class StandIn(Server):
    """The stand-in, which does as it is told."""

    def change(self, stream, **changes):
        """Has it tell of rows that are set or gone, with its next tick."""
        self._tell({"stream": stream, **changes})

    @contextlib.contextmanager
    def held(self):
        self._tell({"held": True})
        try:
            yield True
        finally:
            self._tell({"held": False})

    def _tell(self, command):
        body = json.dumps(command).encode()
        urllib.request.urlopen(f"{self.url}/fake", data=body, timeout=30).close()


class Simulated(Server):
    """The release binary that polls simulated clusters; `tell` has them fail."""

    def __init__(self, config, *options, interval_ms=INTERVAL_MS):
        self.clusters = Server(
            [BINARY, "simulate", "--write-config", str(config)], *options, says=CONTROL
        )
        serve = ["--interval", f"{interval_ms}ms", "--config", str(config), *ASSETS]
        super().__init__([BINARY, "serve"], *serve)

    def stop(self):
        self.clusters.stop()
        return super().stop()

    def tell(self, path):
        """`/clusters/lab/kill`, for example: what `pulse simulate --help` lists."""
        urllib.request.urlopen(f"{self.clusters.url}{path}", data=b"", timeout=30).close()


def real_server(*options):
    """The release binary; or, to develop the tests without it, the stand-in (PULSE_FAKE=1)."""
    if os.environ.get("PULSE_FAKE"):
        return stand_in("--hosts", "1")
    assert os.access(BINARY, os.X_OK), f"{BINARY} is missing: swift build -c release"
    return Server([BINARY, "serve"], "--interval", f"{INTERVAL_MS}ms", *ASSETS, *options)


def stand_in(*options, interval_ms=INTERVAL_MS, assets=ASSETS):
    """Shows what this machine can't: many hosts, hostile names, unknown and critical figures."""
    return StandIn(STAND_IN, "--interval", str(interval_ms), *assets, *options)
