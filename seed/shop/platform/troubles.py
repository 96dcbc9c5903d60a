"""Troubles: what goes wrong with a service on purpose, so that one can watch what becomes of it.

A file named as the service says which trouble it has. All its instances look there, and the supervisor, who kills.
"""

import time
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from eventstore import clock
from seed.shop.bus import Bus
from seed.shop.host import Host
from seed.shop.messages import Message
from seed.shop.settings import Settings

DELAY = 3.0
"""How long a slow service takes longer for each answer, in seconds: more than callers are patient."""
HOLD = 5.0
"""After so many seconds in a partitioned network a connection breaks."""


class Trouble(StrEnum):
    """What can go wrong with a service."""

    KILL = "kill"
    SLOW = "slow"
    PARTITION = "partition"
    DUPLICATE = "duplicate"


class Troubles:
    """The troubles of all services, in a folder of files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, service: str) -> Trouble | None:
        """The trouble that the service has."""
        try:
            return Trouble((self._folder / service).read_text().strip())
        except (FileNotFoundError, ValueError):  # it is being written: the next look sees it
            return None

    def begin(self, service: str, trouble: Trouble) -> None:
        """Give the service this trouble, in the place of any other."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / service).write_text(trouble)

    def end(self, services: Iterable[str] = ()) -> None:
        """Let these services be well again; without any, all."""
        for file in self._folder.glob("*"):
            if not services or file.name in services:
                file.unlink(missing_ok=True)


class Troubled:
    """Makes a host suffer the troubles of its service. Comes before anything else is done with the host."""

    def __init__(self, host: Host) -> None:
        self._troubles, self._service = Troubles(Path(host.settings.troubles)), host.name
        self.trouble: Trouble | None = None
        self._answer = host.app.wsgi_app
        host.app.wsgi_app = self._late  # type: ignore[method-assign,assignment]
        host.bus = _TroubledBus(host.settings, self)
        host.transport = lambda: _TroubledTransport(self)
        host.every(0.2, "troubles", self.look)

    @property
    def cut(self) -> bool:
        """Whether nothing comes from here or gets here."""
        return self.trouble is Trouble.PARTITION

    def look(self) -> None:
        """See which trouble there is now."""
        self.trouble = self._troubles.of(self._service)

    def passes(self, seconds: float) -> bool:
        """Whether what is sent now gets through, perhaps only when the network is mended within so many seconds."""
        until = clock.elapsed() + seconds
        while self.cut and clock.elapsed() < until:
            time.sleep(0.05)
        return not self.cut

    def _late(self, environment: Any, start_response: Any) -> Any:
        if not self.passes(HOLD):
            raise Partitioned
        if self.trouble is Trouble.SLOW:
            time.sleep(DELAY)
        return self._answer(environment, start_response)


class Partitioned(ConnectionError):
    """The network is cut on purpose."""

    def __str__(self) -> str:
        return "The network is cut on purpose; `chronoscope shop restore` mends it."


class _TroubledBus(Bus):
    """A bus that is cut while its service is, and says everything twice when it should."""

    def __init__(self, settings: Settings, troubled: Troubled) -> None:
        super().__init__(settings.kafka, settings.name, settings.instance, prefix=settings.prefix)
        self._troubled = troubled

    def publish(self, messages: Sequence[Message]) -> None:
        if self._troubled.cut:
            raise Partitioned
        super().publish(messages)
        if self._troubled.trouble is Trouble.DUPLICATE:
            super().publish(messages)

    def consume(self) -> None:
        if self._troubled.cut:
            self._leave()
            raise Partitioned
        super().consume()


class _TroubledTransport(httpx.HTTPTransport):
    """The way to other programs, on which nothing arrives while the service is cut off."""

    def __init__(self, troubled: Troubled) -> None:
        super().__init__()
        self._troubled = troubled

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self._troubled.passes(request.extensions["timeout"]["connect"]):
            raise httpx.ConnectTimeout(str(Partitioned()), request=request)
        return super().handle_request(request)
