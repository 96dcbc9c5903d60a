"""A TCP proxy in front of PostgreSQL that cuts the answer to a commit, or plays dead."""

import socket
import struct
import threading
from contextlib import suppress

COMMITTED = b"ZI"
"""ReadyForQuery, idle: the server's word that the transaction is over."""


class Proxy:
    """Passes bytes between clients and a server. Plain text only: give clients `sslmode=disable`.

    `cut_after(marker)` arms it: once a client has sent the marker, the connection dies in the very moment in which
    the server reports that transaction's end. The server has committed, the client cannot know.
    """

    def __init__(self, server_port: int) -> None:
        self.server_port, self.cuts = server_port, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.refusing = False
        self.refused = 0
        self._marker: bytes | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, marker: str) -> None:
        """Cut the connection that sends `marker`, when the server tells it that the transaction has ended."""
        with self._lock:
            self._marker = marker.encode()

    def refuse(self) -> None:
        """Cut every connection and refuse new ones, as if the server were gone."""
        with self._lock:
            self.refusing = True
            for connection in list(self._open):
                _shut(connection)

    def allow(self) -> None:
        """Let clients in again."""
        self.refusing = False

    def close(self) -> None:
        """End it, with all its connections."""
        self.refuse()
        _shut(self.listener)
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.refusing:
                    self.refused += 1
                    client.close()
                    continue
                self._join(client)

    def _join(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self.server_port))
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open |= {client, server}
        armed = threading.Event()
        threading.Thread(target=self._upwards, args=(client, server, armed), daemon=True).start()
        threading.Thread(target=self._downwards, args=(client, server, armed), daemon=True).start()

    def _upwards(self, client: socket.socket, server: socket.socket, armed: threading.Event) -> None:
        tail = b""
        with suppress(OSError):
            while data := client.recv(65536):
                self._look_for_marker(tail + data, armed)
                tail = data[-200:]
                server.sendall(data)
        self._end(client, server)

    def _look_for_marker(self, data: bytes, armed: threading.Event) -> None:
        with self._lock:
            if self._marker is not None and self._marker in data:
                self._marker = None
                armed.set()

    def _downwards(self, client: socket.socket, server: socket.socket, armed: threading.Event) -> None:
        parts = Parts()
        with suppress(OSError):
            while data := server.recv(65536):
                ended = parts.ended(data)
                if armed.is_set() and ended:
                    self.cuts += 1
                    break
                client.sendall(data)
        self._end(client, server)

    def _end(self, *connections: socket.socket) -> None:
        with self._lock:
            self._open -= set(connections)
        for connection in connections:
            _shut(connection)


class Parts:
    """The server's messages, taken apart: one byte of kind, four of length, the body."""

    def __init__(self) -> None:
        self.rest = b""

    def ended(self, data: bytes) -> bool:
        """Whether a message in `data` says that no transaction is open any more."""
        self.rest += data
        found = False
        while len(self.rest) >= 5:
            length = 1 + struct.unpack("!I", self.rest[1:5])[0]
            if len(self.rest) < length:
                break
            found |= self.rest[:1] + self.rest[5:6] == COMMITTED
            self.rest = self.rest[length:]
        return found


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
