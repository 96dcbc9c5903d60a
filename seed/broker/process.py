"""The broker's process: formatted once, started, awaited, ended."""

import base64
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from seed.broker.configuration import LOGGING, PROPERTIES
from seed.broker.errors import BrokerDied
from seed.broker.jars import fetch, java

START_SECONDS = 90
STOP_SECONDS = 20
ATTEMPTS = 3
SMALL = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.awt.headless=true")


class Broker:
    """One broker whose data, configuration and log live in `directory`. The same directory continues its data.

    `port` 0 takes a free one, which `servers` then tells. Raises BrokerNotInstalled, and BrokerDied from `start`.
    """

    def __init__(self, directory: Path, port: int = 0) -> None:
        self.directory, self.port = directory.absolute(), port
        self.data, self.log = self.directory / "data", self.directory / "broker.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._java = [java(), *SMALL, "-cp", os.pathsep.join(map(str, fetch()))]

    @property
    def servers(self) -> str:
        """`host:port`, as `bootstrap_servers` wants it."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it and wait until it answers. A port that another took meanwhile is given up for a new one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, ATTEMPTS + 1):
            chosen = self.port
            self.port = chosen or free_port()
            self._configure()
            self._launch()
            if self._answers():
                return
            self.stop()
            if chosen or attempt == ATTEMPTS or "Address already in use" not in self.log.read_text(errors="replace"):
                raise BrokerDied(self.log, self._last_lines())
            self.port = 0

    def stop(self) -> None:
        """End it in good order; it keeps all its data."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would; `start` continues on the same port."""
        self._end(signal.SIGKILL)

    def wait(self) -> int:
        """Wait until the process ends by itself, and return its exit code."""
        return self._process.wait() if self._process else 0

    def _configure(self) -> None:
        properties = PROPERTIES.format(port=self.port, controller=free_port(), data=self.data.as_posix())
        (self.directory / "server.properties").write_text(properties)
        (self.directory / "log4j2.properties").write_text(LOGGING)
        if not (self.data / "meta.properties").exists():
            self._format()

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        named = f"--cluster-id={cluster}"  # joined: one id in 64 begins with a dash, and would be taken for an option
        command = [*self._java, "kafka.tools.StorageTool", "format", named, "-c", "server.properties"]
        with self.log.open("ab") as log:
            done = subprocess.run(command, cwd=self.directory, stdout=log, stderr=log, check=False)
        if done.returncode:
            raise BrokerDied(self.log, self._last_lines())

    def _cluster(self) -> str:
        facts = (self.data / "meta.properties").read_text()
        return next(line.partition("=")[2] for line in facts.splitlines() if line.startswith("cluster.id="))

    def _launch(self) -> None:
        memory = ("-Xms64m", "-Xmx256m", "-Dlog4j2.configurationFile=log4j2.properties")
        command = [self._java[0], *memory, *self._java[1:], "kafka.Kafka", "server.properties"]
        with self.log.open("ab") as log:
            # a session of its own: Ctrl-C in the terminal reaches us, and we end the broker after its clients
            self._process = subprocess.Popen(
                command, cwd=self.directory, stdout=log, stderr=log, start_new_session=True
            )

    def _answers(self) -> bool:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process is not None and self._process.poll() is None:
            if _is_ready(self.servers, self._cluster()):
                return True
            time.sleep(0.1)
        return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


@contextmanager
def broker(directory: Path, port: int = 0) -> Iterator[Broker]:
    """A started broker on the data in `directory`, ended when the block is left."""
    started = Broker(directory, port)
    try:
        started.start()
        yield started
    finally:
        started.stop()


def _is_ready(servers: str, cluster: str) -> bool:
    """Whether this very cluster names a broker: an open port alone is too early, or another broker's."""
    host, _, port = servers.partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
        with closing(KafkaAdminClient(bootstrap_servers=servers, bootstrap_timeout_ms=2_000)) as admin:
            described = admin.describe_cluster()
            return bool(described["brokers"]) and described["cluster_id"] == cluster
    except (OSError, KafkaError):
        return False


def free_port() -> int:
    """A free port below those that systems give to outgoing connections: one of these may take it before we do."""
    while True:
        port = secrets.choice(range(10_000, 32_000))
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
