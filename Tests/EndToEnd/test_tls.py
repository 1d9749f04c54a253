"""The server over TLS: https, wss, its own certificate and the owner's."""

import hashlib
import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest
from websockets.exceptions import ConnectionClosed

import agent
from conftest import QUICK
from raw import TEXT, RawWebSocket, exchange, frame, read_response, upgrade
from secure import SecureServer
from server import PATIENCE, run
from stream import Stream, Table
from test_slow_client import PACE_MAX, pace

FINGERPRINT = re.compile(r"SHA-256 is ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$")


@pytest.fixture(scope="module")
def server(io):
    """A server with a certificate of its own that many tests share."""
    shared = SecureServer("--io", io, *QUICK, "--tls-self-signed")
    shared.wait_until_ready()
    yield shared
    assert shared.process.poll() is None, "the server died:\n" + shared.log
    assert shared.stop() == 0


@pytest.fixture
def start(io):
    servers = []

    def start_one(*options, **settings):
        servers.append(SecureServer("--io", io, *options, **settings))
        return servers[-1]

    yield start_one
    for one in servers:
        one.stop()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two certificates with their keys, made without pulse."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl command")
    folder = tmp_path_factory.mktemp("tls")
    pairs = []
    for name, kind in [("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), ("rsa", ["rsa:2048"])]:
        pair = folder / f"{name}.cert.pem", folder / f"{name}.key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-out", pair[0],
             "-keyout", pair[1], "-subj", "/CN=test",
             "-addext", "subjectAltName=IP:127.0.0.1,DNS:pulse.example"],
            check=True,
            capture_output=True,
        )
        pairs.append(tuple(map(str, pair)))
    return pairs


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """Certificates for one name each, the second's key with a passphrase."""
    folder = tmp_path_factory.mktemp("named")
    (folder / "passphrase").write_text("two words\n")
    pairs = []
    for name, secret in [("a.example", []), ("b.example", ["-passout", "pass:two words"])]:
        pair = folder / f"{name}.cert.pem", folder / f"{name}.key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", *(secret or ["-nodes"]),
             "-out", pair[0], "-keyout", pair[1], "-subj", "/CN=test",
             "-addext", f"subjectAltName=DNS:{name}"],
            check=True,
            capture_output=True,
        )
        pairs.append(tuple(map(str, pair)))
    return pairs, str(folder / "passphrase")


class TestOwnCertificate:
    def test_its_fingerprint_is_in_the_log(self, server):
        assert server.wait_for_line(FINGERPRINT).group(1) == server.fingerprint

    def test_it_is_another_at_each_start(self, server, start):
        assert start("--tls-self-signed").fingerprint != server.fingerprint

    def test_it_names_this_machine(self, server):
        names = {"localhost", "127.0.0.1", "::1"}
        for name in names:
            with server.context.wrap_socket(server.dial_plain(), server_hostname=name):
                pass
        with pytest.raises(ssl.SSLCertVerificationError):
            server.context.wrap_socket(server.dial_plain(), server_hostname="192.0.2.1")

    def test_it_names_the_address_that_is_listened_on(self, start):
        server = start("--tls-self-signed", listen="[::1]:0")
        assert server.request("/healthz").status == 200

    def test_browsers_are_not_told_to_insist_on_it(self, server):
        assert "strict-transport-security" not in server.request("/").headers


class TestHTTPS:
    def test_the_page_and_its_files(self, server):
        page = server.request("/", headers={"Accept": "text/html"})
        assert page.status == 200
        assets = re.findall(rb'(?:src|href)="(assets/[^"]+)"', page.body)
        assert assets
        for path in assets:
            response = server.request(f"/{path.decode()}")
            assert response.status == 200
            assert len(response.body) == int(response.headers["content-length"])

    def test_many_requests_on_one_connection_and_its_orderly_end(self, server):
        request = f"GET /api/state HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode()
        last = f"GET /healthz HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n"
        with server.dial() as connection:
            connection.sendall(request * 50 + last.encode())
            with connection.makefile("rb") as reader:
                for _ in range(50):
                    assert read_response(reader).json["streams"]
                assert read_response(reader).status == 200
                # A missing close_notify would be an error.
                assert read_response(reader) is None

    def test_a_request_byte_by_byte(self, server):
        request = f"GET /healthz HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n"
        with server.dial() as connection:
            for byte in request.encode():
                connection.sendall(bytes([byte]))
            with connection.makefile("rb") as reader:
                assert read_response(reader).status == 200

    def test_a_body_of_many_records(self, server):
        response = server.request("/healthz", method="POST", body=b"x" * 60_000)
        assert response.status == 405
        assert server.request("/healthz", method="POST", body=b"x" * 1_000_000).status == 413

    def test_what_may_be_read_is_the_same(self, server):
        assert server.request("/api/state").status == 200
        for headers in ({"Host": "pulse.example"}, {"X-Forwarded-For": "192.0.2.1"}):
            assert server.request("/api/state", headers=headers).status == 403
            assert server.request("/healthz", headers=headers).status == 200

    def test_plain_http_is_told_where_it_is(self, server):
        with server.dial_plain() as connection:
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
            with connection.makefile("rb") as reader:
                response = read_response(reader)
                assert response.status == 400
                assert b"https://" in response.body
                assert reader.read() == b""

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_both_versions(self, server, version):
        context = ssl.create_default_context(cadata=server.certificate)
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        with context.wrap_socket(server.dial_plain(), server_hostname="localhost") as connection:
            assert connection.version() == version.name.replace("_", ".")
            assert connection.selected_alpn_protocol() == "http/1.1"
            assert connection.compression() is None
            assert "GCM" in connection.cipher()[0] or "CHACHA20" in connection.cipher()[0]

    def test_a_client_that_says_nothing_holds_up_nobody(self, server):
        silent = [server.dial_plain() for _ in range(50)]
        half = [server.dial_plain() for _ in range(50)]
        for connection in half:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        started = time.monotonic()
        assert server.request("/healthz").status == 200
        # Before the limit of a handshake ends those who are silent.
        assert time.monotonic() - started < 8
        for connection in silent + half:
            connection.close()


class TestCrowd:
    """Clients that come all at once, each with a handshake that costs the server."""

    # Several slices of time on each thread, and soon through for a client written in Python.
    COUNT = 100

    @staticmethod
    def figure(server, name):
        pattern = rf"^{re.escape(name)} (\d+)$"
        return int(re.search(pattern, server.request("/metrics").body.decode(), re.M).group(1))

    @staticmethod
    def greet(server, context):
        """A connection that has said hello and no more, and what goes on with it."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with pytest.raises(ssl.SSLWantReadError):
            session.do_handshake()
        connection = server.dial_plain()
        connection.sendall(outgoing.read())
        return connection, session, incoming, outgoing

    @staticmethod
    def finish(connection, session, incoming, outgoing):
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                incoming.write(connection.recv(65536) or pytest.fail("the server hung up"))
        connection.sendall(outgoing.read())

    def test_all_get_through_and_nobody_is_held_up(self, start):
        server = start(*QUICK, "--tls-self-signed")
        server.wait_until_ready()
        with Stream(server) as stream:
            table = Table.of(stream, "hosts")
            table.follow(stream, count=1)
            # The kernel takes them all before the server sees one.
            server.process.send_signal(signal.SIGSTOP)
            greeted = [self.greet(server, server.context) for _ in range(self.COUNT)]
            server.process.send_signal(signal.SIGCONT)
            for one in greeted:
                self.finish(*one)
            table.follow(stream, count=3)
            assert stream.still_open()
        assert self.figure(server, 'pulse_reactor_handshakes_delayed_total{thread="0"}') > 0
        refused = 'pulse_reactor_handshakes_total{thread="0",result="refused"}'
        assert self.figure(server, refused) == 0
        assert self.figure(server, 'pulse_reactor_handshakes_waiting{thread="0"}') == 0
        for connection, *_ in greeted:
            connection.close()


class TestWSS:
    def test_a_stream_is_followed(self, server):
        with Stream(server) as stream:
            table = Table.of(stream, "hosts")
            table.follow(stream, count=5)
            assert table.only["status"] == "online"
            assert stream.still_open()

    def test_only_the_page_of_this_scheme_may_open_it(self, server):
        for name in ("127.0.0.1", "localhost"):
            host = f"{name}:{server.port}"
            assert upgrade(server, Host=host, Origin=f"https://{host}").status == 101
            refused = upgrade(server, Host=host, Origin=f"http://{host}")
            assert refused.status == 403 and refused.json["code"] == "foreign_origin"

    def test_who_does_not_read_costs_little_and_holds_up_nobody(self, start):
        server = start(*QUICK, "--tls-self-signed")
        server.wait_until_ready()
        with Stream(server) as healthy:
            table = Table.of(healthy, "hosts")
            table.follow(healthy, count=3)
            before = server.resident_bytes()
            ask = frame(TEXT, b'{"type":"subscribe","stream":"hosts"}')
            greedy = [RawWebSocket(server, receive_buffer=4096) for _ in range(4)]
            for raw in greedy:
                raw.connection.settimeout(0.5)
                try:
                    for _ in range(2000):
                        raw.send(ask * 20)
                except (socket.timeout, OSError):
                    pass
            assert pace(healthy, table, count=10) < PACE_MAX
            assert server.resident_bytes() - before < 16 << 20
            for raw in greedy:
                raw.connection.close()
            assert healthy.socket and healthy.still_open()

    def test_a_signal_closes_with_1001(self, start):
        server = start(*QUICK, "--tls-self-signed")
        streams = [Stream(server) for _ in range(3)]
        idle, half = server.dial(), server.dial_plain()
        half.sendall(b"\x16\x03\x01")
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        for stream in streams:
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    stream.receive()
            assert closed.value.rcvd and closed.value.rcvd.code == 1001
        assert server.stop() == 0
        # The server's own patience with them ends after nine.
        assert time.monotonic() - started < 8.5
        idle.close()
        half.close()


class TestOwnersCertificate:
    @pytest.mark.parametrize("kind", [0, 1], ids=["ec", "rsa"])
    def test_it_is_shown(self, start, files, kind):
        certificate, key = files[kind]
        server = start("--tls-cert", certificate, "--tls-key", key)
        with open(certificate, encoding="ascii") as file:
            assert server.certificate.split() == file.read().split()
        assert server.request("/healthz").status == 200
        assert not server.wait_for_line(FINGERPRINT, patience=0)

    def test_browsers_are_told_to_insist_on_it(self, start, files):
        server = start("--tls-cert", files[0][0], "--tls-key", files[0][1])
        header = "strict-transport-security"
        for path in ("/", "/healthz", "/api/nothing"):
            assert server.request(path).headers[header] == "max-age=15552000"
        # That would hold for everything else that this machine serves by that name.
        local = {"Host": f"localhost:{server.port}"}
        assert header not in server.request("/", headers=local).headers


    def test_a_key_with_a_passphrase_and_the_file_that_opens_it(self, start, files, tmp_path):
        locked, passphrase = tmp_path / "locked.pem", tmp_path / "passphrase"
        subprocess.run(
            ["openssl", "pkey", "-in", files[0][1], "-aes256", "-passout", "pass:two words",
             "-out", locked],
            check=True,
            capture_output=True,
        )
        passphrase.write_text("two words\n")
        server = start(
            *("--tls-cert", files[0][0], "--tls-key", str(locked)),
            *("--tls-key-passphrase-file", str(passphrase)),
        )
        assert server.request("/healthz").status == 200


class TestSeveralCertificates:
    @staticmethod
    def options(pairs, passphrase):
        options = [word for pair in pairs for word in ("--tls-cert", pair[0], "--tls-key", pair[1])]
        return [*options, "--tls-key-passphrase-file", passphrase]

    @staticmethod
    def shown(server, *name):
        said = subprocess.run(
            ["openssl", "s_client", "-connect", server.host, *name],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
        ).stdout
        pem = re.search("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", said, re.S)
        return pem.group(0).split()

    @staticmethod
    def text(path):
        with open(path, encoding="ascii") as file:
            return file.read().split()

    def test_the_name_chooses(self, start, named):
        pairs, passphrase = named
        server = start(*self.options(pairs, passphrase))
        first, second = (self.text(certificate) for certificate, _ in pairs)
        assert self.shown(server, "-servername", "a.example") == first
        assert self.shown(server, "-servername", "b.example") == second
        assert self.shown(server, "-servername", "c.example") == first
        assert self.shown(server, "-noservername") == first
        # A client that trusts the second alone is content with its name, and with no other.
        with open(pairs[1][0], encoding="ascii") as file:
            context = ssl.create_default_context(cadata=file.read())
        with context.wrap_socket(server.dial_plain(), server_hostname="b.example") as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: b.example\r\n\r\n")
            with connection.makefile("rb") as reader:
                assert read_response(reader).status == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(server.dial_plain(), server_hostname="a.example")

    @pytest.mark.parametrize("threads", ["1", "2"])
    def test_all_are_read_again(self, start, files, named, tmp_path, threads):
        pairs, passphrase = named
        copies = []
        for index, pair in enumerate(pairs):
            copy = [str(tmp_path / f"{index}.{kind}") for kind in ("cert", "key")]
            for source, target in zip(pair, copy, strict=True):
                shutil.copy(source, target)
            copies.append(copy)
        server = start(*self.options(copies, passphrase), "--threads", threads)
        before = self.shown(server, "-servername", "b.example")
        assert before == self.text(pairs[1][0])
        # Another for the second: that of `files` has other names.
        for source, target in zip(files[0], copies[1], strict=True):
            shutil.copy(source, target)
        server.process.send_signal(signal.SIGHUP)
        assert server.wait_for_line("the certificate was read again")
        assert self.shown(server, "-servername", "pulse.example") == self.text(files[0][0])
        assert self.shown(server, "-servername", "b.example") == self.text(pairs[0][0])

    def test_the_pair_that_is_wrong_is_named(self, named):
        (first, second), passphrase = named
        result = run(
            "serve", "--listen", "127.0.0.1:0",
            *self.options([first, (second[0], first[1])], passphrase),
        )
        assert result.returncode == 2 and f"--tls-key {first[1]}" in result.stderr
        result = run(
            "serve", "--listen", "127.0.0.1:0",
            *("--tls-cert", first[0], "--tls-cert", second[0], "--tls-key", first[1]),
        )
        assert result.returncode == 2 and "--tls-key FILE" in result.stderr


class TestReload:
    @pytest.fixture
    def placed(self, files, tmp_path):
        """The first pair under names of its own, and what puts another in its place."""
        paths = [tmp_path / "cert.pem", tmp_path / "key.pem"]

        def place(pair):
            for path, source in zip(paths, pair, strict=True):
                other = path.with_suffix(".new")
                shutil.copy(source, other)
                other.rename(path)

        place(files[0])
        return [str(path) for path in paths], place

    @staticmethod
    def shown(server):
        pem = ssl.get_server_certificate((server.address, server.port))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    @pytest.mark.parametrize("threads", ["1", "3"])
    @pytest.mark.parametrize("by_signal", [True, False], ids=["signal", "change"])
    def test_it_is_shown_anew_and_nobody_is_dropped(self, start, files, placed, by_signal, threads):
        (certificate, key), place = placed
        server = start(
            *QUICK, "--tls-cert", certificate, "--tls-key", key, "--threads", threads
        )
        before = {self.shown(server) for _ in range(10)}
        with Stream(server) as stream:
            table = Table.of(stream, "hosts")
            place(files[1])
            if by_signal:
                server.process.send_signal(signal.SIGHUP)
            assert server.wait_for_line("the certificate was read again")
            after = {self.shown(server) for _ in range(10)}
            assert len(before) == len(after) == 1 and before != after
            table.follow(stream, 3)
            assert stream.still_open()

    def test_a_pair_that_does_not_fit_changes_nothing(self, start, files, placed):
        (certificate, key), place = placed
        server = start("--tls-cert", certificate, "--tls-key", key)
        before = self.shown(server)
        place((files[1][0], files[0][1]))
        server.process.send_signal(signal.SIGHUP)
        assert server.wait_for_line("the certificate stays as it was")
        assert self.shown(server) == before
        place(files[1])
        server.process.send_signal(signal.SIGHUP)
        assert server.wait_for_line("the certificate was read again")
        assert self.shown(server) != before

    def test_without_a_certificate_the_signal_does_no_harm(self, start):
        server = start("--tls-self-signed")
        server.process.send_signal(signal.SIGHUP)
        assert server.wait_for_line("nothing to read again")
        assert server.request("/healthz").status == 200


class TestAgents:
    TOKEN = agent.TOKEN
    CONFIGURATION = json.dumps(
        {"agentTokens": ["sha256:" + hashlib.sha256(TOKEN.encode()).hexdigest()]}
    )

    def test_an_agent_reports_with_the_pinned_certificate(self, start, tmp_path):
        path = tmp_path / "pulse.json"
        path.write_text(self.CONFIGURATION)
        server = start("--tls-self-signed", "--config", str(path))
        server.wait_until_ready()
        url = f"https://{server.host}"
        with_token = {"PULSE_TOKEN": self.TOKEN}
        pinned = agent.run("--url", url, "--once", "--fingerprint", server.fingerprint, env=with_token)
        assert pinned.returncode == 0, pinned
        other = ":".join(["00"] * 32)
        deceived = agent.run("--url", url, "--once", "--fingerprint", other, env=with_token)
        assert deceived.returncode == 1, deceived
        untrusting = agent.run("--url", url, "--once", env=with_token)
        assert untrusting.returncode == 1, untrusting


class TestMistakes:
    def refused(self, *arguments):
        result = run("serve", "--listen", "127.0.0.1:0", *arguments)
        assert result.returncode == 2, result
        assert result.stdout == "" and re.match(r"\Apulse: [^\n]+\n\Z", result.stderr), result
        return result.stderr

    def test_half_a_pair(self, files):
        assert "--tls-key FILE" in self.refused("--tls-cert", files[0][0])
        assert "--tls-cert FILE" in self.refused("--tls-key", files[0][1])

    def test_two_ways_at_once(self, files):
        said = self.refused(
            "--tls-self-signed", "--tls-cert", files[0][0], "--tls-key", files[0][1]
        )
        assert "choose one" in said

    def test_a_file_that_is_not_there(self, files):
        said = self.refused("--tls-cert", "/nowhere/cert.pem", "--tls-key", files[0][1])
        assert "/nowhere/cert.pem" in said and "No such file" in said
        said = self.refused("--tls-cert", files[0][0], "--tls-key", "/nowhere/key.pem")
        assert "/nowhere/key.pem" in said

    def test_files_that_hold_something_else(self, files):
        certificate, key = files[0]
        assert "no certificate" in self.refused("--tls-cert", key, "--tls-key", key)
        said = self.refused("--tls-cert", certificate, "--tls-key", certificate)
        assert "no private key" in said and "--tls-key" in said

    def test_a_key_of_another_certificate(self, files):
        for certificate, key in [(files[0][0], files[1][1]), (files[1][0], files[0][1])]:
            said = self.refused("--tls-cert", certificate, "--tls-key", key)
            assert "does not belong" in said

    def test_a_key_with_a_passphrase(self, files, tmp_path):
        locked = tmp_path / "locked.pem"
        subprocess.run(
            ["openssl", "pkey", "-in", files[0][1], "-aes256", "-passout", "pass:secret",
             "-out", locked],
            check=True,
            capture_output=True,
        )
        said = self.refused("--tls-cert", files[0][0], "--tls-key", str(locked))
        assert "passphrase" in said
        wrong = tmp_path / "wrong"
        wrong.write_text("another\n")
        options = ("--tls-cert", files[0][0], "--tls-key", str(locked))
        said = self.refused(*options, "--tls-key-passphrase-file", str(wrong))
        assert "another passphrase" in said
        assert "passphrase" in self.refused("--tls-key-passphrase-file", str(wrong))

    def test_a_key_that_is_too_small(self, tmp_path, files):
        certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:512", "-nodes", "-out", certificate,
             "-keyout", key, "-subj", "/CN=test"],
            check=True,
            capture_output=True,
        )
        said = self.refused("--tls-cert", str(certificate), "--tls-key", str(key))
        assert "key too small" in said

    def test_the_options_are_in_the_help(self):
        said = run("serve", "--help").stdout
        for option in ("--tls-cert", "--tls-key", "--tls-self-signed"):
            assert option in said
