"""Starts `pulse simulate` and talks to its control endpoint."""

import http.client
import itertools
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading

from server import BINARY, PATIENCE

READY = re.compile(r"listening on https://127\.[\d.]+:\d+.*control on http://127\.0\.0\.1:(\d+)")

_count = itertools.count()


def own_address():
    """A loopback address for nobody else.

    Of 127.0.0.1 another program of these tests may be given the port of a cluster that was killed.
    """
    place, number = os.getpid(), next(_count)
    return f"127.{1 + place // 250 % 250}.{1 + place % 250}.{1 + number % 250}"


class Simulator:
    """One running `pulse simulate`; `config` is the file that it wrote.

    Its clusters listen on `host`, unless an option says where.
    """

    def __init__(self, config, *options, io="auto"):
        self.config = config
        self.host = own_address()
        if "--listen" not in options:
            options += ("--listen", f"{self.host}:0")
        reading, writing = os.pipe()
        self.process = subprocess.Popen(
            [BINARY, "simulate", "--io", io, "--write-config", str(config)]
            + ["--ready-fd", str(writing), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=[writing],
        )
        os.close(writing)
        self.lines = []
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        with os.fdopen(reading) as ready:
            self.ready = ready.read()
        found = READY.search(self.ready)
        if not found:
            self.stop()
            raise AssertionError("the simulator did not get ready:\n" + "\n".join(self.lines))
        self.control = int(found.group(1))
        self.remotes = {one["name"]: one for one in json.loads(config.read_text())["remotes"]}

    def _read_log(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def port(self, name="lab"):
        return int(self.remotes[name]["url"].rpartition(":")[2])

    def tell(self, path, method="POST", status=200):
        """One request to the control endpoint; returns what it says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=PATIENCE)
        connection.request(method, path)
        response = connection.getresponse()
        assert response.status == status, response.read()
        return json.load(response)

    def everything(self):
        return self.tell("/", method="GET")

    def connect(self, name="lab"):
        """A TLS connection; the certificate is looked at by the caller."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        plain = socket.create_connection((self.host, self.port(name)), timeout=PATIENCE)
        return context.wrap_socket(plain, server_hostname="localhost")

    def stop(self, number=signal.SIGTERM):
        """Sends the signal unless the program has ended; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._reader.join(PATIENCE)
