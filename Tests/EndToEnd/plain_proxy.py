"""A reverse proxy of a few lines: it changes the heads of requests and passes everything else on."""

import socket
import threading

PATIENCE = 30


class PlainProxy:
    """Offers a server below a prefix, which it takes away or leaves; what is not there is 404.

    `headers` are added to each request, those of the same name that its client sent being dropped
    unless `appends` is true.
    """

    def __init__(self, server, prefix="", strips=True, headers=(), appends=False):
        self.server = server
        self.prefix = prefix
        self.strips = strips
        self.headers = dict(headers)
        self.appends = appends
        self.paths = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address, self.port = self._listening.getsockname()
        self.host = f"{self.address}:{self.port}"
        self._open = [self._listening]
        threading.Thread(target=self._accept, daemon=True).start()

    def dial(self, receive_buffer=None):
        return socket.create_connection((self.address, self.port), timeout=PATIENCE)

    def stop(self):
        for one in self._open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (part := client.recv(65536)):
                    return
                head += part
            head, body = head.split(b"\r\n\r\n", 1)
            if (changed := self._change(head.decode("latin-1"))) is None:
                client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection((self.server.address, self.server.port)) as upstream:
                self._open.append(upstream)
                upstream.sendall(changed.encode("latin-1") + b"\r\n\r\n" + body)
                back = threading.Thread(target=pump, args=(upstream, client), daemon=True)
                back.start()
                pump(client, upstream)
                back.join()
        except OSError:
            pass
        finally:
            client.close()

    def _change(self, head):
        """The head for the server; None for what does not lie below the prefix."""
        line, *fields = head.split("\r\n")
        method, path, version = line.split(" ")
        self.paths.append(path)
        if not path.startswith(self.prefix):
            return None
        if self.strips:
            path = path.removeprefix(self.prefix)
        if not self.appends:
            added = {name.lower() for name in self.headers}
            fields = [field for field in fields if field.split(":")[0].lower() not in added]
        # One request for each connection, unless it becomes a WebSocket: heads are not looked for
        # behind the first.
        if "upgrade: websocket" not in head.lower():
            fields = [field for field in fields if not field.lower().startswith("connection:")]
            fields.append("Connection: close")
        fields += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([f"{method} {path} {version}", *fields])


def pump(source, target):
    """Passes bytes on until one of the two ends."""
    try:
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
