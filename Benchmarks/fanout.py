"""Fan-out beside its floor: what one message to one client costs the server's processor.

Started by script/bench. Servers run on core 0 and the generator on core 1. In each round every
server is measured once, one after the other; a round's figures are compared with the round's own
floor, and the medians of these ratios are what counts. A measurement is void when somebody else used
the machine, when the generator had no room left, or when messages are missing.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build/release"
LISTENING = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")

# Of two cores: more than this in other hands, or less than this idle in the generator, is void.
FOREIGN_MAX = 0.10
IDLE_MIN = 0.20

# What one host's row takes in a delta, nearly; the exact size is measured.
ROW_BYTES = 113

# Of compressed rows about a third is left.
DEFLATED_SHARE = 0.35

# What the last percent may take: times of what the floor works for all clients, and beyond it.
LATE_TIMES_MAX = 1.5
LATE_MILLISECONDS_MAX = 10

# Ticks that come unmeasured: the kernel's buffers grow to what the stream wants of them.
WARM_UP_TICKS = 2

# Deltas whose size is looked at: figures have a digit more or less now and then.
SIZED_DELTAS = 3


class Server:
    """A server on core 0."""

    def __init__(self, name, *command):
        self.name = name
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", *map(str, command)], stderr=subprocess.PIPE, text=True
        )
        for line in self.process.stderr:
            if found := LISTENING.search(line):
                self.port = int(found.group(1))
                return
        raise SystemExit(f"{name} did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def compile_peer(name, folder, *libraries):
    """The program that Benchmarks/peers/NAME.c becomes, in a folder."""
    program = pathlib.Path(folder) / name
    source = ROOT / f"Benchmarks/peers/{name}.c"
    warnings = ("-Wall", "-Wextra", "-Werror")
    subprocess.run(["cc", "-O2", *warnings, "-o", program, source, *libraries], check=True)
    return program


def machine_busy():
    """Seconds that the machine's processors have worked or were stolen, since it booted."""
    words = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq, steal = map(int, words[:8])
    ticks = user + nice + system + irq + softirq + steal
    return ticks / os.sysconf("SC_CLK_TCK")


def process_busy(pid):
    """Seconds that a process and all that ran on its behalf have taken."""
    words = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def delta_size(port, deflate):
    """The payload of the server's deltas in bytes, which the floor is to send, too."""
    offer = b"Sec-WebSocket-Extensions: permessage-deflate\r\n" if deflate else b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%b\r\n" % (port, offer)
        )
        stream = connection.makefile("rb")
        while stream.readline().strip():
            pass
        command = b'{"type":"subscribe","stream":"hosts"}'
        # A mask of zeros changes nothing (RFC 6455, 5.3).
        connection.sendall(bytes([0x81, 0x80 | len(command), 0, 0, 0, 0]) + command)
        sizes = []
        while len(sizes) < SIZED_DELTAS:
            payload, text = read_message(stream)
            if text.startswith(b'{"type":"delta"'):
                sizes.append(len(payload))
        return statistics.median(sizes)


def read_message(stream):
    """Reads a frame (RFC 6455, 5.2); its payload, and that inflated if it is not (RFC 7692)."""
    first, length = stream.read(2)
    if length == 126:
        length = int.from_bytes(stream.read(2), "big")
    elif length == 127:
        length = int.from_bytes(stream.read(8), "big")
    payload = stream.read(length)
    if not first & 0x40:
        return payload, payload
    return payload, zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")


def measure(server, clients, seconds, warm_up, deflate):
    """One run of the generator; the figures, and why it is void if it is."""
    children_busy()
    busy, own, start = machine_busy(), process_busy(server.process.pid), time.monotonic()
    generator = subprocess.run(
        [
            "taskset", "-c", "1", BUILD / "pulse", "load", f"http://127.0.0.1:{server.port}",
            "--clients", str(clients), "--duration", f"{seconds}s", "--ramp", "1s",
            "--warm-up", f"{warm_up}s",
            "--stream", "hosts", "--server-pid", str(server.process.pid), "--json",
            # Replaying costs the generator more for rows than for the floor's padding.
            "--no-replay", *(["--deflate"] if deflate else []),
        ],
        capture_output=True,
        text=True,
        timeout=seconds + warm_up + 60,
    )
    try:
        report = json.loads(generator.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"the generator failed:\n{generator.stderr}") from None
    elapsed = time.monotonic() - start
    own = process_busy(server.process.pid) - own + children_busy()
    foreign = (machine_busy() - busy - own) / (elapsed * (os.cpu_count() or 1))
    return report, foreign


_children = 0.0


def children_busy():
    """Seconds that the processes waited for have taken since the last call."""
    global _children
    times = os.times()
    total = times.children_user + times.children_system
    news, _children = total - _children, total
    return news


def why_void(report, foreign, clients):
    if report["errors"]:
        return ", ".join(f"{each['count']} clients: {each['kind']}" for each in report["errors"])
    if foreign > FOREIGN_MAX:
        return f"others used {foreign:.0%} of the machine"
    if (idle := (report["idlePercent"] or 0) / 100) < IDLE_MIN:
        return f"the generator was idle for only {idle:.0%}"
    if report["openAtEnd"] < clients or report["missed"]:
        return f"{report['openAtEnd']} clients at the end, {report['missed']} generations missed"
    return None


def scenario(clients, size, options, interval, floor):
    """All rounds of one number of clients and one size; the ratios to the floor by server."""
    hosts = max(1, round(size / ROW_BYTES / (DEFLATED_SHARE if options.deflate else 1)))
    fanout = BUILD / "fanout-server"
    tick = ("--interval-ms", interval)
    # The floor sends what pulse sends, to the byte.
    with Server("size", fanout, "--hosts", hosts, "--io", "epoll", *tick) as server:
        exact = delta_size(server.port, options.deflate)
    seconds = options.ticks * interval // 1000
    warm_up = WARM_UP_TICKS * interval // 1000
    ratios, void = {}, 0
    figures = {}
    servers = [
        ("floor, send()", (floor, "--bytes", exact, "--io", "send", *tick)),
        ("pulse, io_uring", (fanout, "--hosts", hosts, "--io", "uring", *tick)),
        ("pulse, epoll", (fanout, "--hosts", hosts, "--io", "epoll", *tick)),
    ]
    if options.uring_floor:
        servers.append(
            ("floor, io_uring", (floor, "--bytes", exact, "--io", "uring", *tick))
        )
    for number in range(options.rounds):
        # No server is always the first of a round.
        first = number % len(servers)
        costs = {}
        for name, command in servers[first:] + servers[:first]:
            with Server(name, *command) as server:
                report, foreign = measure(server, clients, seconds, warm_up, options.deflate)
            if why := why_void(report, foreign, clients):
                void += 1
                print(f"    round {number + 1}, {name}: void, {why}", flush=True)
                continue
            costs[name] = report["server"]["cpuMicroseconds"] / report["latency"]["count"]
            figures.setdefault(name, []).append((costs[name], report["latency"]["p99"]))
        for name, cost in costs.items():
            if base := costs.get("floor, send()"):
                ratios.setdefault(name, []).append(cost / base)
    return exact, ratios, figures, f"{void} of {options.rounds * len(servers)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--clients", type=int, action="append")
    parser.add_argument("--bytes", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ticks", type=int, default=3)
    parser.add_argument("--interval-ms", type=int)
    parser.add_argument("--deflate", action="store_true")
    parser.add_argument("--uring-floor", action="store_true")
    options = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        raise SystemExit("two cores are needed: one for the server, one for the generator")
    with tempfile.TemporaryDirectory() as folder:
        floor = compile_peer("floor", folder, "-luring", "-lcrypto")
        for clients in options.clients or [1000, 5000]:
            for size in options.bytes or [4096, 65536]:
                # So that the generator reads a tick within a part of it.
                usual = 1000 if clients * size < 100 << 20 else 2000
                interval = options.interval_ms or usual
                exact, ratios, figures, void = scenario(clients, size, options, interval, floor)
                kind = "deflated to" if options.deflate else "of"
                print(
                    f"{clients} clients, deltas {kind} {exact} bytes, a tick each {interval} ms",
                    flush=True,
                )
                floors = figures.get("floor, send()", [])
                for name in sorted(ratios):
                    of = ratios[name]
                    cost = statistics.median(cost for cost, _ in figures[name])
                    late = statistics.median(late for _, late in figures[name])
                    print(
                        f"  {name:16} {statistics.median(of):5.2f} of the floor "
                        f"({min(of):.2f} to {max(of):.2f}, {len(of)} pairs); "
                        f"{cost:.1f} us a message, p99 {late / 1000:.0f} ms",
                        flush=True,
                    )
                if floors:
                    base = statistics.median(cost for cost, _ in floors) * clients / 1000
                    print(
                        f"  the floor's work for all: {base:.0f} ms; with that the last percent "
                        f"may take {LATE_TIMES_MAX * base + LATE_MILLISECONDS_MAX:.0f} ms",
                        flush=True,
                    )
                print(f"  void: {void} measurements", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
