"""The server's HTTP and WebSocket service as an echo (Tests/wire-echo), for suites that need one."""

import os

from server import ROOT, Server

BINARY = os.environ.get("PULSE_ECHO_BIN", str(ROOT / ".build/release/wire-echo"))


class Echo(Server):
    """`/` answers a line, `/echo` gives a body back, and `/ws` each message."""

    def _command(self, listening, options):
        return [BINARY, *options]
