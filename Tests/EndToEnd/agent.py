"""The agent's binary, and a small server that takes its reports."""

import http.server
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import threading
import time

from server import PATIENCE, ROOT

BINARY = os.environ.get("PULSE_AGENT_BIN", str(ROOT / ".build/release/pulse-agent"))
TOKEN = "0123456789abcdef-not-a-real-token"


class Report:
    """One POST as it arrived."""

    def __init__(self, path, headers, body, peer):
        self.path = path
        self.headers = headers
        self.body = body
        self.peer = peer

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def number(self):
        return int(self.json["sequenceId"].split(":")[2])


class ReportServer:
    """Keeps the reports it gets; `answers` says what comes of the next ones, the last for all."""

    def __init__(self, *answers, certificate=None, port=0):
        self.answers = list(answers) or [200]
        self.reports = []
        self._news = threading.Condition()
        self._end = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                report = Report(self.path, dict(self.headers), body, self.client_address)
                answer = outer._take(report)
                if answer == "hang":
                    outer._end.wait(PATIENCE)
                    self.close_connection = True
                    return
                text = json.dumps({"success": answer == 200}).encode()
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("Location", "https://elsewhere.example/")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                """Agents that go away in the middle are what some tests are about."""

        self._server = Server(("127.0.0.1", port), Handler)
        scheme = "http"
        if certificate:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def _take(self, report):
        with self._news:
            self.reports.append(report)
            self._news.notify_all()
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def wait_for(self, count):
        """Returns the first reports once there are so many."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while len(self.reports) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"{len(self.reports)} of {count} reports came"
                self._news.wait(left)
            return self.reports[:count]

    def stop(self):
        self._end.set()
        self._server.shutdown()
        self._server.server_close()


def environment(**more):
    """Without the caller's proxies and token."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and name != "PULSE_TOKEN"
    }
    return {**kept, **more}


def run(*arguments, env=None):
    """Runs the agent to its end."""
    return subprocess.run(
        [BINARY, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        env=environment(**(env or {})),
    )


class Agent:
    """A running agent."""

    def __init__(self, *arguments, env=None):
        self.process = subprocess.Popen(
            [BINARY, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(**(env or {"PULSE_TOKEN": TOKEN})),
        )

    def anonymous_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+) kB", status).group(1)) * 1024

    def thread_names(self):
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/comm")
        return sorted(task.read_text().strip() for task in tasks)

    def stop(self, number=signal.SIGTERM):
        """Sends the signal; returns the exit code and the lines of the log."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            _, log = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode, log.splitlines()
