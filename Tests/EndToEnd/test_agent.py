"""pulse-agent: what it sends, what it says, and how it ends."""

import hashlib
import json
import re
import shutil
import signal
import socket
import ssl
import subprocess

import pytest

from agent import TOKEN, Agent, ReportServer, run
from server import Server

ONE_LINE = r"\Apulse-agent: [^\n]+\n\Z"
WITH_TOKEN = {"PULSE_TOKEN": TOKEN}
QUICK = ("--interval", "100ms")


@pytest.fixture
def serve():
    """Starts servers that take reports."""
    servers = []

    def serve_one(*answers, **settings):
        servers.append(ReportServer(*answers, **settings))
        return servers[-1]

    yield serve_one
    for server in servers:
        server.stop()


@pytest.fixture
def start(io):
    """Starts agents."""
    agents = []

    def start_one(*arguments, **settings):
        agents.append(Agent("--io", io, *arguments, **settings))
        return agents[-1]

    yield start_one
    for agent in agents:
        if agent.process.poll() is None:
            agent.process.kill()
            agent.process.communicate()


@pytest.fixture
def closed_url():
    """Where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}"


class TestOnce:
    def test_posts_one_report_as_the_protocol_says(self, serve, io):
        server = serve()
        result = run("--url", server.url, "--once", "--io", io, env=WITH_TOKEN)
        assert result.returncode == 0, result
        (report,) = server.reports
        assert report.path == "/api/agents/agent/report"
        assert report.headers["Authorization"] == f"Bearer {TOKEN}"
        assert report.headers["X-API-Token"] == TOKEN
        assert report.headers["Content-Type"] == "application/json"
        assert re.match(r"pulse-agent/\d+\.\d+\.\d+\Z", report.headers["User-Agent"])
        assert "Expect" not in report.headers
        assert report.json["agent"]["intervalSeconds"] == 30
        assert report.json["host"]["platform"] == "linux"
        assert report.number == 1

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (401, "--token-file"),
            (403, "agent:report"),
            (404, "--url"),
            (503, "503"),
            (302, "elsewhere"),
        ],
    )
    def test_says_in_one_line_why_the_server_did_not_take_it(self, serve, answer, words):
        server = serve(answer)
        result = run(
            "--url", server.url, "--once", "--log-level", "warning", env=WITH_TOKEN
        )
        assert result.returncode == 1
        assert re.match(ONE_LINE, result.stderr), result.stderr
        assert words in result.stderr
        assert TOKEN not in result.stderr
        assert len(server.reports) == 1

    def test_says_that_nothing_listens(self, closed_url):
        result = run("--url", closed_url, "--once", "--log-level", "warning", env=WITH_TOKEN)
        assert result.returncode == 1
        assert re.match(ONE_LINE, result.stderr), result.stderr
        assert "refuses connections" in result.stderr

    def test_takes_the_token_from_a_file_first(self, serve, tmp_path):
        server = serve()
        file = tmp_path / "token"
        file.write_text("from-the-file\n")
        file.chmod(0o600)
        result = run(
            "--url", server.url, "--once", "--token-file", str(file), env=WITH_TOKEN
        )
        assert result.returncode == 0, result
        assert server.reports[0].headers["X-API-Token"] == "from-the-file"
        assert "chmod" not in result.stderr

    def test_warns_of_a_token_that_everybody_can_read(self, serve, tmp_path):
        file = tmp_path / "token"
        file.write_text(TOKEN)
        file.chmod(0o644)
        result = run("--url", serve().url, "--once", "--token-file", str(file))
        assert result.returncode == 0
        assert f"chmod 600 {file}" in result.stderr
        assert TOKEN not in result.stderr

    def test_warns_of_a_token_that_travels_unprotected(self, serve):
        # The address is reserved for documentation, so it is only said, and never reached.
        with Agent("--url", "http://192.0.2.1:7655").process as process:
            line = process.stderr.readline()
            process.terminate()
        assert "warning" in line and "unprotected" in line
        here = run("--url", serve().url, "--once", env=WITH_TOKEN)
        assert "unprotected" not in here.stderr


class TestOurOwnServer:
    @pytest.fixture
    def own(self, io, tmp_path):
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        file = tmp_path / "pulse.json"
        file.write_text(json.dumps({"agentTokens": [f"sha256:{digest}"]}))
        server = Server("--io", io, "--config", str(file))
        yield f"http://{server.host}"
        assert server.stop() == 0

    def test_takes_the_report(self, own, io):
        result = run("--url", own, "--once", "--io", io, env=WITH_TOKEN)
        assert result.returncode == 0, result

    def test_refuses_another_token(self, own, io):
        result = run("--url", own, "--once", "--io", io, env={"PULSE_TOKEN": "another"})
        assert result.returncode == 1, result
        assert "--token-file" in result.stderr


class TestPrint:
    def test_needs_no_server_and_no_token(self):
        result = run("--print")
        assert result.returncode == 0, result
        report = json.loads(result.stdout)
        assert report["host"]["hostname"] and report["timestamp"]
        assert result.stderr == ""


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "--url"),
            (("--url", "pulse.lan"), "pulse.lan"),
            (("--url", "http://u:p@pulse.lan"), "--url"),
            (("--url", "http://a", "--interval", "30"), "--interval"),
            (("--url", "http://a", "--interval", "11m"), "--interval"),
            (("--url", "http://a", "--io", "magic"), "magic"),
            (("--url", "http://a", "--log-level", "loud"), "loud"),
            (("--url", "http://a", "--fingerprint", "AB"), "--fingerprint"),
            (("--url", "http://a", "--fingerprint", "0" * 64, "--ca-file", "x"), "--ca-file"),
            (("--url", "http://a", "--token-file", "/none"), "/none"),
            (("--url", "http://a", "--colour"), "--colour"),
        ],
    )
    def test_wrong_is_said_in_one_line(self, arguments, words):
        result = run(*arguments, env=WITH_TOKEN)
        assert result.returncode == 2, result
        assert re.match(ONE_LINE, result.stderr), result.stderr
        assert words in result.stderr

    @pytest.mark.parametrize("token", [None, "", " \n", "two words", "a\x07b"])
    def test_a_token_is_one_word(self, token):
        result = run("--url", "http://a", env={} if token is None else {"PULSE_TOKEN": token})
        assert result.returncode == 2, result
        assert re.match(ONE_LINE, result.stderr), result.stderr
        assert "token" in result.stderr.lower()

    def test_help_names_every_option(self):
        result = run("--help")
        assert result.returncode == 0
        for option in ("url", "token-file", "interval", "ca-file", "fingerprint", "io", "once",
                       "print", "log-level", "log-format"):
            assert f"--{option}" in result.stdout


class TestRunning:
    def test_reports_go_over_one_connection_until_a_signal(self, serve, start):
        for number in (signal.SIGTERM, signal.SIGINT):
            server = serve()
            agent = start("--url", server.url, *QUICK)
            reports = server.wait_for(5)
            assert [report.number for report in reports] == [1, 2, 3, 4, 5]
            assert len({report.peer for report in reports}) == 1
            code, log = agent.stop(number)
            assert code == 0
            assert sum("reports arrive" in line for line in log) == 1
            assert TOKEN not in "\n".join(log)

    def test_what_was_not_taken_comes_first_and_in_order(self, serve, start):
        server = serve(503, 503, 503, 200)
        agent = start("--url", server.url, *QUICK)
        reports = server.wait_for(8)
        assert [report.number for report in reports] == [1, 1, 1, 1, 2, 3, 4, 5]
        code, log = agent.stop()
        assert code == 0
        assert sum("do not arrive: the server answers 503" in line for line in log) == 1
        assert sum("arrive again" in line and "failures=3" in line for line in log) == 1

    def test_a_refused_token_drops_reports_and_is_said_once(self, serve, start):
        server = serve(503, 401, 401, 401, 200)
        agent = start("--url", server.url, *QUICK)
        reports = server.wait_for(6)
        assert [report.number for report in reports] == [1, 1, 3, 4, 5, 6]
        code, log = agent.stop()
        assert code == 0
        assert sum("(401)" in line for line in log) == 1

    def test_a_server_that_comes_back_gets_everything(self, start, serve, closed_url):
        agent = start("--url", closed_url, *QUICK, "--log-format", "json")
        lines = iter(agent.process.stderr.readline, "")
        assert any("refuses connections" in json.loads(line)["message"] for line in lines)
        server = serve(port=int(closed_url.rpartition(":")[2]))
        reports = server.wait_for(5)
        assert [report.number for report in reports] == [1, 2, 3, 4, 5]
        assert agent.stop()[0] == 0

    def test_a_signal_ends_a_request_that_hangs(self, serve, start):
        server = serve("hang")
        agent = start("--url", server.url, *QUICK)
        server.wait_for(1)
        assert agent.stop()[0] == 0

    def test_it_has_one_thread_for_the_network_and_one_for_the_collectors(self, serve, start):
        server = serve()
        agent = start("--url", server.url, *QUICK)
        server.wait_for(3)
        assert agent.thread_names() == ["pulse-agent", "pulse-collect"]

    def test_it_is_small(self, serve, start):
        server = serve()
        agent = start("--url", server.url, *QUICK)
        server.wait_for(20)
        assert agent.anonymous_bytes() <= 5 << 20


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The files of a certificate for 127.0.0.1 that signed itself, and of its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-out", files[0], "-keyout", files[1], "-subj", "/CN=test",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True,
        capture_output=True,
    )
    return files


@pytest.fixture(scope="module")
def fingerprint(certificate):
    der = ssl.PEM_cert_to_DER_cert(certificate[0].read_text())
    return hashlib.sha256(der).hexdigest().upper()


@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl command")
class TestTLS:
    @pytest.fixture
    def server(self, serve, certificate):
        return serve(certificate=certificate)

    def test_an_unknown_authority_is_not_trusted(self, server):
        result = run("--url", server.url, "--once", "--log-level", "warning", env=WITH_TOKEN)
        assert result.returncode == 1
        assert re.match(ONE_LINE, result.stderr) and "not trusted" in result.stderr
        assert not server.reports

    def test_the_authority_can_be_named(self, server, certificate):
        result = run(
            "--url", server.url, "--once", "--ca-file", str(certificate[0]), env=WITH_TOKEN
        )
        assert result.returncode == 0, result

    def test_the_certificate_can_be_pinned(self, server, fingerprint, start):
        agent = start("--url", server.url, "--fingerprint", fingerprint, *QUICK)
        reports = server.wait_for(3)
        assert len({report.peer for report in reports}) == 1
        assert agent.stop()[0] == 0

    def test_another_certificate_than_the_pinned_one_is_refused(self, server, fingerprint):
        result = run(
            "--url", server.url, "--once", "--fingerprint", "0" * 64, "--log-level", "warning",
            env=WITH_TOKEN,
        )
        assert result.returncode == 1
        assert re.match(ONE_LINE, result.stderr), result.stderr
        assert fingerprint in result.stderr.replace(":", "")
        assert not server.reports
