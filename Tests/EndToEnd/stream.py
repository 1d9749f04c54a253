"""The dashboard's side of the stream: what a client must do to show what the server knows."""

import json
import re
import time

from server import PATIENCE

PREAMBLE = re.compile(r'^\{"type":"[a-z]+","ts":\d+[,}]')


class Stream:
    """A client of one WebSocket that remembers the order in which messages came."""

    def __init__(self, server, **options):
        self.socket = server.websocket(**options)
        self.hello = self.receive()
        assert self.hello["type"] == "hello"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, **message):
        self.socket.send(json.dumps(message))

    def receive(self, timeout=PATIENCE):
        text = self.socket.recv(timeout)
        message = json.loads(text)
        if message["type"] not in ("pong", "error", "refresh"):
            assert PREAMBLE.match(text), f"type and ts do not come first: {text[:80]}"
        return message

    def receive_until(self, *types):
        """The next message of one of the types; others are passed over."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            message = self.receive()
            if message["type"] in types:
                return message
        raise AssertionError(f"no {' or '.join(types)} came")

    def subscribe(self, stream, **resume):
        self.send(type="subscribe", stream=stream, **resume)

    def still_open(self):
        """Proves it by a question and its answer."""
        self.send(type="ping", id=4711)
        return self.receive_until("pong")["id"] == 4711


class Table:
    """The rows of one stream, by handle, as snapshots and deltas build them up."""

    def __init__(self):
        self.rows = {}
        self.generation = None
        self.epoch = None

    @classmethod
    def of(cls, stream, name):
        """Subscribes and reads the snapshot."""
        stream.subscribe(name)
        table = cls()
        table.read_snapshot(stream)
        return table

    def read_snapshot(self, stream):
        part, parts = 0, 1
        while part < parts:
            message = stream.receive_until("snapshot", "delta", "error")
            assert message["type"] == "snapshot", message
            assert message["part"] == part + 1
            self.apply(message)
            part, parts = message["part"], message["parts"]

    def apply(self, message):
        if message["type"] == "snapshot":
            if message.get("part", 1) == 1:
                self.rows = {}
            self.epoch = message["epoch"]
            self._put(message)
        else:
            assert message["type"] == "delta", message
            assert message["since"] == self.generation, "a generation is missing"
            for changed in message.get("set", []):
                self.rows.setdefault(changed["h"], {}).update(changed)
            self._put(message)
            for handle in message.get("gone", []):
                del self.rows[handle]
        self.generation = message["generation"]

    def _put(self, message):
        for values in message.get("rows", []):
            row = dict(zip(message["fields"], values, strict=True))
            self.rows.setdefault(row["h"], {}).update(row)

    def catch_up(self, stream):
        """Applies all that has come up to now: whoever did something else meanwhile is behind."""
        stream.send(type="ping", id=1)
        while (message := stream.receive_until("delta", "snapshot", "pong"))["type"] != "pong":
            self.apply(message)

    def follow(self, stream, count=1):
        """Applies the next deltas; returns them."""
        deltas = []
        while len(deltas) < count:
            deltas.append(stream.receive_until("delta", "snapshot"))
            assert deltas[-1]["type"] == "delta", "a snapshot came in place of a delta"
            self.apply(deltas[-1])
        return deltas

    @property
    def only(self):
        """The row of the only host: this machine."""
        assert len(self.rows) == 1
        return next(iter(self.rows.values()))
