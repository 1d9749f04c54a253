"""A server over TLS, and clients that trust the certificate that it shows."""

import hashlib
import http.client
import ssl

from websockets.sync.client import connect

from server import PATIENCE, Response, Server


class SecureServer(Server):
    """A server whose clients all speak TLS and trust the certificate that it shows."""

    def _wait_until_listening(self, pattern):
        address, port = super()._wait_until_listening(pattern)
        # Trusts what is there, names and dates and form included.
        self.certificate = ssl.get_server_certificate((address.strip("[]"), port))
        self.context = ssl.create_default_context(cadata=self.certificate)
        return address, port

    @property
    def fingerprint(self):
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.certificate)).hexdigest().upper()
        return ":".join(digest[index : index + 2] for index in range(0, 64, 2))

    def request(self, path, method="GET", headers=None, body=None):
        connection = http.client.HTTPSConnection(
            self.address.strip("[]"), self.port, timeout=PATIENCE, context=self.context
        )
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return Response(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def dial_plain(self, receive_buffer=None):
        return super().dial(receive_buffer)

    def dial(self, receive_buffer=None):
        plain = self.dial_plain(receive_buffer)
        # An end without close_notify is an error here.
        return self.context.wrap_socket(
            plain, server_hostname=self.address.strip("[]"), suppress_ragged_eofs=False
        )

    def websocket(self, **options):
        options.setdefault("open_timeout", PATIENCE)
        options.setdefault("close_timeout", PATIENCE)
        options.setdefault("ping_interval", None)
        return connect(f"wss://{self.host}/ws", ssl=self.context, legacy=True, **options)
