"""Ingest beside its floor: what the HTTP part of one report costs the server's processor.

Started by script/bench. Each request is a POST of 3 KiB on a connection that is kept. The token is a
wrong one, so that pulse takes the whole body, looks for the token, and answers with 401: everything
but the report itself, whose decoding `script/bench json` measures. Servers run on core 0, on one
thread, and the generator on core 1. In each round every server is measured once; a round's figures are
compared with the round's own floor, which sends answers of the same length, and the medians of these
ratios are what counts.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

from fanout import BUILD, FOREIGN_MAX, IDLE_MIN, ROOT, Server, compile_peer, machine_busy

PATH = "/api/agents/agent/report"
CLIENTS = 256
# Half of the connections every 8 ms: 16,000 reports a second, which leaves every server idle time.
BURST, PAUSE_US = 128, 8000

NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 1000000000; client_body_buffer_size 16k;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{
        listen 127.0.0.1:{port};
        location / {{ default_type text/plain; return 401 "{body}"; }}
    }}
}}
"""


class Nginx:
    """nginx on core 0, as its packagers configure it but for what is measured."""

    def __init__(self, program, folder, answer_bytes):
        import socket
        import time

        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        folder.mkdir(exist_ok=True)
        # Its own head has some 150 bytes.
        text = NGINX.format(folder=folder, port=self.port, body="x" * max(1, answer_bytes - 150))
        (folder / "nginx.conf").write_text(text)
        command = ["taskset", "-c", "0", program, "-p", folder, "-c", folder / "nginx.conf"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.01)
        raise SystemExit("nginx did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(15)


def busy_nanoseconds(pid):
    """What all threads of a process have taken of the processors."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def measure(server, generator, request, seconds):
    """Microseconds for each request, the generator's report, and the part of others."""
    process = subprocess.Popen(
        [
            "taskset", "-c", "1", generator, "--port", str(server.port), "--request", request,
            "--status", "401", "--clients", str(CLIENTS), "--burst", str(BURST),
            "--pause-us", str(PAUSE_US), "--seconds", str(seconds),
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    if (said := process.stderr.readline()) != "begins\n":
        raise SystemExit(f"the generator failed: {said}{process.stderr.read()}")
    machine, own = machine_busy(), busy_nanoseconds(server.process.pid)
    line = process.stdout.readline()
    own = (busy_nanoseconds(server.process.pid) - own) / 1e9
    machine = machine_busy() - machine
    if not line:
        raise SystemExit(f"the generator failed: {process.stderr.read()}")
    report = json.loads(line)
    process.communicate("\n")
    foreign = (machine - own) / (seconds * (os.cpu_count() or 1)) - (1 - report["idle"]) / 2
    return own * 1e6 / report["answered"], report, foreign


def why_void(report, foreign):
    if foreign > FOREIGN_MAX:
        return f"others used {foreign:.0%} of the machine"
    if report["idle"] < IDLE_MIN:
        return f"the generator was idle for only {report['idle']:.0%}"
    # Now and then a burst is longer than a pause on a machine that does something else, too.
    if report["late"] > report["answered"] / 100:
        return f"{report['late']} of {report['answered']} requests were late"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--require", type=float, help="fail where pulse's median ratio is above")
    options = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        raise SystemExit("two cores are needed: one for the server, one for the generator")
    with tempfile.TemporaryDirectory() as folder:
        floor, posts = compile_peer("ingest-floor", folder), compile_peer("posts", folder)
        request = pathlib.Path(folder) / "request"
        request.write_bytes(
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: pulse-agent/v6.3.0\r\n"
            f"Content-Type: application/json\r\nAuthorization: Bearer {'0' * 64}\r\n"
            "Accept-Encoding: gzip\r\nContent-Length: 3072\r\n\r\n".encode()
            + b'{"filler":"' + b"x" * 3059 + b'"}'
        )
        pulse = [BUILD / "pulse", "serve", "--listen", "127.0.0.1:0", "--threads", "1"]
        with Server("size", *pulse) as server:
            exact = measure(server, posts, request, 1)[1]["answerBytes"]
        starts = {
            "floor, epoll": lambda: Server("floor", floor, "--answer-bytes", exact),
            "pulse, io_uring": lambda: Server("pulse", *pulse, "--io", "uring"),
            "pulse, epoll": lambda: Server("pulse", *pulse, "--io", "epoll"),
        }
        if nginx := shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin"):
            starts["nginx"] = lambda: Nginx(nginx, pathlib.Path(folder) / "nginx", exact)
        else:
            print("there is no nginx to compare with: apt-get install nginx-light")
        ratios, costs, void = {}, {}, 0
        names = list(starts)
        for number in range(options.rounds):
            # No server is always the first of a round.
            first = number % len(names)
            round_costs = {}
            for name in names[first:] + names[:first]:
                with starts[name]() as server:
                    cost, report, foreign = measure(server, posts, request, options.seconds)
                if why := why_void(report, foreign):
                    void += 1
                    print(f"    round {number + 1}, {name}: void, {why}", flush=True)
                    continue
                round_costs[name] = cost
                costs.setdefault(name, []).append(cost)
            for name, cost in round_costs.items():
                if base := round_costs.get(names[0]):
                    ratios.setdefault(name, []).append(cost / base)
    print(f"{CLIENTS} connections, bodies of 3 KiB, answers of {exact} bytes")
    worst = 0
    for name in names:
        if of := ratios.get(name):
            print(
                f"  {name:16} {statistics.median(of):5.2f} of the floor"
                f" ({min(of):.2f} to {max(of):.2f}, {len(of)} rounds),"
                f" {statistics.median(costs[name]):.1f} us for each request"
            )
            if name.startswith("pulse"):
                worst = max(worst, statistics.median(of))
    print(f"  void: {void} of {options.rounds * len(names)}")
    if options.require and (not worst or worst > options.require):
        raise SystemExit(f"required: at most {options.require} of the floor")


if __name__ == "__main__":
    main()
