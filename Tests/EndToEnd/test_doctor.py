"""`pulse doctor` against `pulse simulate`, as a user runs it."""

import json
import os
import re
import socket
import subprocess

import pytest

from server import BINARY, PATIENCE, run
from simulator import Simulator

STEPS = [
    "name", "TCP", "TLS", "token", "version", "Sys.Audit", "VM.Audit", "Datastore.Audit",
    "nodes", "guests", "storages",
]
PRINTS = "openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    """One cluster with 3 nodes, 20 guests, and tokens that may see less."""
    lesser = ("vms=VM.Audit", "none=", "one=VM.Audit,Sys.Audit@/vms/100")
    tokens = [word for token in lesser for word in ("--token", token)]
    config = tmp_path_factory.mktemp("doctor") / "remotes.json"
    running = Simulator(config, "--clusters", "1", "--nodes", "3", "--guests", "20", *tokens)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def well(simulator):
    yield
    simulator.tell("/clusters/lab/start")
    simulator.tell("/clusters/lab/resume")


@pytest.fixture
def secret_file(tmp_path):
    """Writes a secret to a file that only the user can read."""

    def write(text, mode=0o600):
        path = tmp_path / "secret"
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    return write


class Diagnosis:
    """What one run said."""

    def __init__(self, *arguments):
        result = run("doctor", *arguments)
        self.code = result.returncode
        self.said = result.stdout
        self.errors = result.stderr
        # Long words go on below their beginning.
        unbroken = self.said.replace("\n" + 26 * " ", " ")
        lines = re.findall(r"^(\S+) +(ok|failed|skipped)(?: +(.*))?$", unbroken, re.MULTILINE)
        self.advice = " ".join(self.said.split())
        self.steps = {name: (outcome, words) for name, outcome, words in lines}

    def outcomes(self):
        return {name: outcome for name, (outcome, _) in self.steps.items()}

    @property
    def failed(self):
        return [name for name, (outcome, _) in self.steps.items() if outcome == "failed"]


def token_of(simulator, name):
    """Id and secret of a token; the one that sees everything is `pulse`."""
    tokens = simulator.everything()["clusters"][0]["tokens"]
    token = next(one for one in tokens if one["id"].endswith(f"!{name}"))
    return token["id"], token["secret"]


@pytest.fixture
def examine(simulator, secret_file):
    """Runs the doctor with a token of the simulation and the right fingerprint, unless told."""

    def examine(*more, name="pulse", secret=None, fingerprint=True):
        token, right = token_of(simulator, name)
        remote = simulator.everything()["clusters"][0]
        pin = ["--fingerprint", remote["fingerprint"]] if fingerprint else []
        path = secret_file((secret or right) + "\n")
        found = Diagnosis(remote["url"], "--token", token, "--secret-file", path, *pin, *more)
        assert (secret or right) not in found.said + found.errors
        assert list(found.steps) == STEPS, found.said
        return found

    return examine


def test_all_is_well(simulator, examine, tmp_path):
    found = examine()
    assert found.code == 0, found.said
    assert set(found.outcomes().values()) == {"ok"}
    assert found.errors == ""
    assert found.steps["nodes"][1] == "3 nodes"
    assert re.fullmatch(r"20 guests, \d+ running", found.steps["guests"][1])
    assert re.fullmatch(r"\d+ storages, \d+ shared", found.steps["storages"][1])
    # What it says to write is what the server takes.
    remote = json.loads(found.said.splitlines()[-1])
    assert remote["url"] == simulator.remotes["lab"]["url"]
    config = tmp_path / "pulse.json"
    config.write_text(json.dumps({"remotes": [remote], "interval": "nonsense"}))
    result = run("serve", "--config", str(config))
    assert result.returncode == 2 and "interval" in result.stderr, result.stderr


def test_an_unconfirmed_certificate_is_shown_and_the_token_is_not(simulator, examine):
    before = simulator.everything()["clusters"][0]
    found = examine(fingerprint=False)
    assert found.code == 1
    assert found.failed == ["TLS"]
    assert [found.steps[name][0] for name in STEPS[3:]] == ["skipped"] * 8
    fingerprint = before["fingerprint"]
    for line in (
        f"      {fingerprint}", f"      --fingerprint {fingerprint}",
        f'      "fingerprint": "{fingerprint}"', f"      {PRINTS}pve-ssl.pem",
        f"      {PRINTS}pveproxy-ssl.pem",
    ):
        assert line in found.said.splitlines(), line
    assert found.said.rstrip().endswith("\n\nFailed: TLS.")


def test_its_fingerprint_is_that_of_openssl(simulator, examine):
    address = f"{simulator.host}:{simulator.port()}"
    shown = subprocess.run(
        ["openssl", "s_client", "-connect", address],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False,
    ).stdout
    print_ = ["openssl", "x509", "-noout", "-fingerprint", "-sha256"]
    said = subprocess.run(print_, input=shown, capture_output=True, timeout=PATIENCE, check=True)
    assert said.stdout.decode().strip().partition("=")[2] in examine(fingerprint=False).said


def test_a_changed_certificate_is_refused(simulator, examine):
    old = simulator.everything()["clusters"][0]["fingerprint"]
    simulator.tell("/clusters/lab/certificate")
    new = simulator.everything()["clusters"][0]["fingerprint"]
    found = examine("--fingerprint", old, fingerprint=False)
    assert found.code == 1 and found.failed == ["TLS"]
    assert "another certificate" in found.steps["TLS"][1]
    assert f"--fingerprint {new}" in found.said


def test_an_authoritys_file_that_cannot_be_read_is_named(examine):
    found = examine("--ca-file", "/nowhere.pem", fingerprint=False)
    assert found.code == 1 and found.failed == ["TLS"]
    assert "/nowhere.pem cannot be read" in found.said


def test_a_wrong_secret_is_refused(examine):
    found = examine(secret="00000000-0000-0000-0000-000000000000")
    assert found.code == 1 and found.failed == ["token"]
    assert "  pveum user token list " in found.said
    assert "  pveum user token add " in found.said


@pytest.mark.parametrize(
    "name, missing",
    [
        ("vms", ["Sys.Audit", "Datastore.Audit"]),
        ("none", ["Sys.Audit", "VM.Audit", "Datastore.Audit"]),
        ("one", ["Sys.Audit", "Datastore.Audit"]),
    ],
)
def test_each_missing_privilege_is_named_with_what_grants_it(simulator, examine, name, missing):
    found = examine(name=name)
    assert found.code == 1
    assert found.failed == missing
    token, _ = token_of(simulator, name)
    user = token.partition("!")[0]
    line = f"pveum acl modify / --roles PVEAuditor --users {user} --tokens '{token}'"
    assert found.said.splitlines().count("      " + line) == 1
    for privilege, subject in (("VM.Audit", "guests"), ("Datastore.Audit", "storages")):
        assert found.outcomes()[subject] == ("skipped" if privilege in missing else "ok")
    if name == "one":
        assert found.steps["VM.Audit"][1] == "granted only on /vms/100"
        assert found.steps["guests"][1].startswith("1 guest,")


def test_a_host_that_is_down_is_said_to_refuse(simulator, examine):
    simulator.tell("/clusters/lab/kill")
    found = examine()
    assert found.code == 1 and found.failed == ["TCP"]
    assert "refuses connections" in found.steps["TCP"][1]
    assert "systemctl status pveproxy" in found.advice


def test_another_web_server_is_said_to_be_one(simulator, examine):
    simulator.tell("/clusters/lab/garbage")
    found = examine()
    assert found.code == 1 and found.failed == ["token"]
    assert "not JSON" in found.advice or "not Proxmox VE" in found.advice


def test_a_server_without_tls_is_said_to_have_none(secret_file):
    with socket.create_server(("127.0.0.1", 0)) as plain:
        plain.listen()
        port = plain.getsockname()[1]
        command = [BINARY, "doctor", f"127.0.0.1:{port}"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        # The first connection is that of the TCP step, which says nothing.
        plain.settimeout(PATIENCE)
        plain.accept()[0].close()
        connection = plain.accept()[0]
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.close()
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert re.search(r"^TLS +failed +no TLS with", said, re.MULTILINE), said
    assert "8006" in said


def test_a_name_that_does_not_resolve_is_said_to_be_unknown():
    found = Diagnosis("https://nowhere.invalid")
    assert found.code == 1 and found.failed == ["name"]
    assert "nowhere.invalid does not resolve" in found.said


def test_without_a_token_it_looks_as_far_as_the_certificate(simulator):
    remote = simulator.everything()["clusters"][0]
    found = Diagnosis(remote["url"], "--fingerprint", remote["fingerprint"])
    assert found.code == 0
    assert found.outcomes()["TLS"] == "ok" and found.outcomes()["token"] == "skipped"


def test_a_secret_that_everybody_can_read_is_warned_of(simulator, secret_file):
    token, secret = token_of(simulator, "pulse")
    path = secret_file(secret, 0o644)
    remote = simulator.everything()["clusters"][0]
    options = ("--token", token, "--secret-file", path, "--fingerprint", remote["fingerprint"])
    found = Diagnosis(remote["url"], *options)
    assert found.code == 0
    assert f"chmod 600 {path}" in found.errors


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "url"),
        (["http://pve1"], "not https"),
        (["https://pve1:8006/api2/json"], "path"),
        (["pve1", "--token", "pulse@pve!monitor"], "--secret-file is missing"),
        (["pve1", "--secret-file", "/dev/null"], "--token is missing"),
        (["pve1", "--token", "pulse@pve", "--secret-file", "/dev/null"], "USER@REALM!NAME"),
        (["pve1", "--token", "a@b!c", "--secret-file", "/dev/null"], "empty"),
        (["pve1", "--token", "a@b!c", "--secret-file", "/nowhere"], "No such file"),
        (["pve1", "--token", "a@b!c", "--secret-file", os.devnull[:4]], "cannot be read"),
        (["pve1", "--fingerprint", "AA:BB"], "32 bytes"),
        (["pve1", "--fingerprint", "AA" * 32, "--ca-file", "x"], "exclude each other"),
    ],
)
def test_wrong_usage_is_said_in_one_line(arguments, words):
    result = run("doctor", *arguments)
    assert result.returncode == 2, result
    assert result.stdout == ""
    assert words in result.stderr and result.stderr.count("\n") == 1


def test_a_secret_given_with_the_name_is_not_repeated():
    for token in ("a@b!c=5ec2e7", "PVEAPIToken=a@b!c=5ec2e7"):
        result = run("doctor", "pve1", "--token", token, "--secret-file", "/dev/null")
        assert result.returncode == 2
        assert "5ec2e7" not in result.stderr


def test_a_secret_file_with_more_than_a_secret_is_refused(secret_file):
    result = run("doctor", "pve1", "--token", "a@b!c", "--secret-file", secret_file("one two"))
    assert result.returncode == 2
    assert "one word is expected" in result.stderr
