"""Thousands of connections to one server, by plain sockets and one epoll."""

import pathlib
import resource
import select
import socket
import time

# Connections from one source address: the kernel has 28,000 ports for each.
PER_SOURCE = 5_000

# Connections opened before those that are open are looked at.
BETWEEN_STEPS = 500


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Crowd:
    """Connections that are all opened at once, and what came on each.

    With a `greeting` those that are open send it while others are still being opened: a busy machine
    takes seconds for ten thousand, and a server's patience with who says nothing has an end.
    """

    def __init__(self, server, count, greeting=b""):
        raise_descriptor_limit()
        self.epoll = select.epoll()
        self.sockets, self.received, self.open, self.ended = {}, {}, set(), set()
        for index in range(count):
            connection = socket.socket()
            connection.setblocking(False)
            connection.bind((f"127.0.0.{2 + index // PER_SOURCE}", 0))
            connection.connect_ex((server.address, server.port))
            number = connection.fileno()
            self.sockets[number], self.received[number] = connection, b""
            self.epoll.register(number, select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP)
            if greeting and index % BETWEEN_STEPS == 0:
                self.step(0, greeting)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.epoll.close()
        for connection in self.sockets.values():
            connection.close()

    def step(self, timeout=0.05, greeting=b""):
        """Takes what has happened; sends `greeting` on what has just connected."""
        for number, events in self.epoll.poll(timeout, 4096):
            if events & select.EPOLLOUT and number not in self.open:
                self.open.add(number)
                self.epoll.modify(number, select.EPOLLIN | select.EPOLLRDHUP)
                if greeting:
                    self.send(number, greeting)
            if events & ~select.EPOLLOUT:
                self._receive(number)

    def _receive(self, number):
        try:
            data = self.sockets[number].recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.received[number] += data
        if not data:
            self.ended.add(number)
            self.epoll.unregister(number)

    def send(self, number, data):
        """Whether the connection still took it."""
        try:
            self.sockets[number].send(data)
            return True
        except OSError:
            return False

    def until(self, condition, patience, greeting=b""):
        deadline = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < deadline, (
                f"after {patience} s: {len(self.open)} open, {len(self.ended)} ended, "
                f"{self.answered} answered of {len(self.sockets)}"
            )
            self.step(greeting=greeting)

    @property
    def answered(self):
        return sum(1 for data in self.received.values() if data)


class ProcessorShare:
    """The share of the wall's time that a process computed, all of its threads together."""

    def __init__(self, server):
        self.pid = server.process.pid
        self.before, self.started = self._nanoseconds(), time.monotonic()

    def _nanoseconds(self):
        # The first figure: time on a processor. A thread that has ended is not in the sum.
        tasks = pathlib.Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks)

    def end(self):
        wall = (time.monotonic() - self.started) * 1e9
        return (self._nanoseconds() - self.before) / wall


def resident_anonymous(server):
    """Bytes of memory that are the process's own, by the kernel's exact sum."""
    with open(f"/proc/{server.process.pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Anonymous:"):
                return int(line.split()[1]) * 1024
    raise AssertionError("no smaps_rollup")
