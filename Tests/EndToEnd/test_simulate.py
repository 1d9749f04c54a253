"""`pulse simulate` as clients see it that know Proxmox VE: proxmoxer, over TLS."""

import hashlib
import json
import os
import re
import signal
import socket
import stat
import time
import warnings

import pytest
import requests
from proxmoxer import ProxmoxAPI
from proxmoxer.core import ResourceException

from remotes import until
from server import PATIENCE, run
from simulator import Simulator, own_address


@pytest.fixture(scope="module")
def shared(io, tmp_path_factory):
    """A simulator that many tests share; none of them may change its clusters."""
    config = tmp_path_factory.mktemp("simulate") / "c.json"
    one = Simulator(config, "--token", "vms=VM.Audit", "--guests", "100", io=io)
    yield one
    assert one.process.poll() is None, "the simulator died:\n" + "\n".join(one.lines)
    assert one.stop() == 0


@pytest.fixture
def start(io, tmp_path):
    """Starts simulators of a test's own."""
    started = []

    def start_one(*options):
        started.append(Simulator(tmp_path / f"{len(started)}.json", *options, io=io))
        return started[-1]

    yield start_one
    for one in started:
        one.stop()


def client(simulator, name="lab", token=None, secret=None):
    """A proxmoxer client with the token that may read everything, or with another one."""
    remote = simulator.remotes[name]
    user, _, token_name = (token or remote["token"]).partition("!")
    return ProxmoxAPI(
        simulator.host,
        port=simulator.port(name),
        user=user,
        token_name=token_name,
        token_value=secret or remote["secret"],
        verify_ssl=False,
        timeout=PATIENCE,
    )


@pytest.fixture(autouse=True)
def unverified():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class TestProxmoxer:
    def test_reads_nodes_and_guests(self, shared):
        pve = client(shared)
        assert pve.version.get()["release"] == "9.2"
        nodes = {node["node"]: node for node in pve.nodes.get()}
        assert sorted(nodes) == ["pve1", "pve2", "pve3", "pve4"]
        assert all(node["status"] == "online" for node in nodes.values())
        guests = pve.cluster.resources.get(type="vm")
        listed = [g for n in nodes for g in pve.nodes(n).qemu.get() + pve.nodes(n).lxc.get()]
        assert len(guests) == 34
        assert sorted(g["vmid"] for g in guests) == sorted(g["vmid"] for g in listed)
        running = next(g for g in guests if g["type"] == "qemu" and g["status"] == "running")
        machine = pve.nodes(running["node"]).qemu(running["vmid"]).status.current.get()
        assert machine["name"] == running["name"] and machine["uptime"] >= running["uptime"]
        assert pve.nodes("pve1").status.get()["cpuinfo"]["cpus"] == nodes["pve1"]["maxcpu"]
        assert {s["storage"] for s in pve.nodes("pve1").storage.get()} >= {"local", "nas", "pbs1"}

    def test_reads_every_cluster(self, shared):
        names = set()
        for name in shared.remotes:
            status = client(shared, name).cluster.status.get()
            names |= {entry["name"] for entry in status if entry["type"] == "cluster"}
        assert names == set(shared.remotes) == {"lab", "prod", "edge"}

    def test_sees_less_with_a_lesser_token(self, shared):
        cluster = shared.everything()["clusters"][0]
        token = next(t for t in cluster["tokens"] if t["id"].endswith("!vms"))
        pve = client(shared, token=token["id"], secret=token["secret"])
        assert len(pve.cluster.resources.get(type="vm")) == 34
        assert pve.cluster.resources.get(type="storage") == []
        with pytest.raises(ResourceException) as refused:
            pve.nodes("pve1").status.get()
        assert refused.value.status_code == 403
        assert "Permission check failed (/nodes/pve1, Sys.Audit)" in str(refused.value)

    def test_is_refused_with_a_wrong_secret(self, shared):
        started = time.monotonic()
        with pytest.raises(ResourceException) as refused:
            client(shared, secret="wrong").version.get()
        assert refused.value.status_code == 401
        assert "Authentication failed!" in str(refused.value)
        assert time.monotonic() - started >= 3

    def test_sees_figures_change_once_in_ten_seconds(self, shared):
        pve = client(shared)
        samples, deadline = [], time.monotonic() + 12
        while time.monotonic() < deadline:
            guests = pve.cluster.resources.get(type="vm")
            guest = next(g for g in guests if g["status"] == "running")
            if not samples or samples[-1] != guest:
                samples.append(guest)
            time.sleep(0.5)
        assert len(samples) in (2, 3)
        for earlier, later in zip(samples, samples[1:]):
            assert later["uptime"] == earlier["uptime"] + 10
            assert later["netin"] > earlier["netin"]


class TestCommand:
    def test_says_what_there_is(self, shared):
        # It is ready before its log has been read here.
        until(lambda: any(shared.ready.strip() in line for line in shared.lines))
        for name, remote in shared.remotes.items():
            line = next(line for line in shared.lines if f" {name} https://" in line)
            assert remote["url"] in line and remote["token"] in line
            assert remote["fingerprint"] in line and remote["secret"] not in line

    def test_writes_a_configuration_that_only_the_user_reads(self, shared):
        assert stat.S_IMODE(os.stat(shared.config).st_mode) == 0o600
        for name, remote in shared.remotes.items():
            assert set(remote) == {"name", "type", "url", "token", "secret", "fingerprint"}
            assert remote["type"] == "pve"
            with shared.connect(name) as connection:
                found = hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()
            assert found == remote["fingerprint"].replace(":", "").lower()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_removes_the_configuration_at_the_end(self, start, number):
        simulator = start("--clusters", "1")
        held = simulator.connect()
        assert simulator.config.exists()
        assert simulator.stop(number) == 0
        assert not simulator.config.exists()
        held.close()

    def test_plays_the_same_for_the_same_seed(self, start):
        options = ("--clusters", "2", "--nodes", "3", "--guests", "20", "--seed")
        one, same, other = start(*options, "5"), start(*options, "5"), start(*options, "6")

        def world(simulator):
            clusters = simulator.everything()["clusters"]
            return [(c["name"], c["tokens"], c["nodes"], c["guests"]) for c in clusters]

        assert world(one) == world(same) != world(other)

    def test_takes_a_range_of_ports(self, start):
        host = own_address()
        first = free_range(host, 3)
        simulator = start("--listen", f"{host}:{first}")
        ports = [simulator.port(name) for name in ("lab", "prod", "edge")]
        assert ports == [first, first + 1, first + 2]

    @pytest.mark.parametrize(
        ("option", "value", "word"),
        [
            ("--listen", "nonsense", "127.0.0.1:7655"),
            ("--listen", "127.0.0.1:65535", "ports"),
            ("--control", "0.0.0.0:0", "loopback"),
            ("--clusters", "0", "from 1 to 200"),
            ("--clusters", "many", "--clusters"),
            ("--nodes", "65", "from 1 to 64"),
            ("--guests", "-1", "--guests"),
            ("--seed", "x", "--seed"),
            ("--token", "vms", "NAME=PRIVILEGES"),
            ("--token", "vms=VM.Burn", "VM.Audit"),
            ("--token", "pulse=VM.Audit", "exists"),
            ("--token", "vms=VM.Audit@vms", "/vms/100"),
            ("--io", "magic", "epoll"),
            ("--log-level", "loud", "log level"),
            ("--ready-fd", "x", "--ready-fd"),
        ],
    )
    def test_says_what_is_wrong_with_an_option(self, option, value, word):
        result = run("simulate", f"{option}={value}")
        assert result.returncode == 2, result
        assert re.match(r"\Apulse: [^\n]+\n\Z", result.stderr), result.stderr
        assert option in result.stderr and word in result.stderr

    def test_says_that_a_port_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            result = run("simulate", "--listen", address)
        assert result.returncode == 1 and "in use" in result.stderr and address in result.stderr

    @pytest.mark.parametrize("content", ['{"listen": []}', "mine"])
    def test_leaves_a_configuration_alone_that_is_not_its_own(self, tmp_path, content):
        file = tmp_path / "mine.json"
        file.write_text(content)
        result = run("simulate", "--write-config", str(file))
        assert result.returncode == 1 and str(file) in result.stderr
        assert file.read_text() == content

    def test_replaces_what_a_simulation_left_behind(self, start, tmp_path):
        first = start("--clusters", "1")
        left = first.config.read_text()
        assert first.stop() == 0
        for content in ("", left):
            file = tmp_path / "left.json"
            file.write_text(content)
            simulator = Simulator(file, "--clusters", "1")
            assert json.loads(file.read_text()) != content
            assert simulator.stop() == 0
            assert not file.exists()

    def test_says_where_it_cannot_write(self, tmp_path):
        file = tmp_path / "nowhere" / "c.json"
        result = run("simulate", "--write-config", str(file))
        assert result.returncode == 1 and str(file) in result.stderr
        result = run("simulate", "--ready-fd", "97")
        assert result.returncode == 1 and "--ready-fd" in result.stderr


class TestControl:
    def test_kills_a_cluster_and_starts_it_again(self, start):
        simulator = start()
        pve, other = client(simulator), client(simulator, "prod")
        assert pve.version.get() and other.version.get()
        assert simulator.tell("/clusters/lab/kill")["state"] == "killed"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((simulator.host, simulator.port()))
        with pytest.raises(requests.exceptions.ConnectionError):
            pve.version.get()
        assert other.version.get()
        assert simulator.tell("/clusters/lab/start")["state"] == "running"
        assert pve.version.get()

    def test_kills_a_node(self, start):
        simulator = start("--clusters", "1")
        pve = client(simulator)
        simulator.tell("/clusters/lab/nodes/pve2/kill")
        online = {n["node"]: n["status"] for n in pve.cluster.resources.get(type="node")}
        assert online["pve2"] == "offline" and list(online.values()).count("online") == 3
        with pytest.raises(ResourceException) as refused:
            pve.nodes("pve2").status.get()
        assert refused.value.status_code == 595 and "No route to host" in str(refused.value)
        simulator.tell("/clusters/lab/nodes/pve2/start")
        assert pve.nodes("pve2").status.get()["uptime"] < 10

    def test_changes_the_certificate(self, start):
        simulator = start("--clusters", "1")
        with simulator.connect() as connection:
            before = connection.getpeercert(binary_form=True)
            simulator.tell("/clusters/lab/certificate")
            # After 30 seconds it would end a silent connection by itself.
            connection.settimeout(20)
            assert connection.recv(1) == b""
        with simulator.connect() as connection:
            after = connection.getpeercert(binary_form=True)
        assert before != after
        told = simulator.everything()["clusters"][0]["fingerprint"].replace(":", "").lower()
        assert told == hashlib.sha256(after).hexdigest()

    def test_hangs_and_resumes(self, start):
        simulator = start("--clusters", "1")
        remote = simulator.remotes["lab"]

        def ask(patience=PATIENCE):
            return requests.get(
                remote["url"] + "/api2/json/version",
                headers={"Authorization": f"PVEAPIToken={remote['token']}={remote['secret']}"},
                verify=False,
                timeout=(PATIENCE, patience),
            )

        simulator.tell("/clusters/lab/hang")
        with pytest.raises(requests.exceptions.ReadTimeout):
            ask(patience=0.5)
        simulator.tell("/clusters/lab/resume")
        assert ask().status_code == 200
        simulator.tell("/clusters/lab/garbage")
        with pytest.raises(requests.exceptions.JSONDecodeError):
            ask().json()

    def test_is_for_this_machine_only(self, shared):
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.2", shared.control), timeout=2)


def free_range(host, count):
    """The first of several ports in a row that nobody listens on."""
    for first in range(21_000, 30_000, count):
        try:
            for port in range(first, first + count):
                socket.create_server((host, port)).close()
            return first
        except OSError:
            continue
    raise AssertionError("no free ports")
