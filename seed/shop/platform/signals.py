"""Signals: what the platform has to tell, as events of the topic `platform`.

They wait in memory, not in an outbox: calls go on while the broker is away. What there is no room for is counted.
"""

import threading
from collections.abc import Mapping
from typing import Any

from kafka.errors import KafkaError

from eventstore import clock
from seed.shop.host import Host
from seed.shop.messages import Message, message

TOPIC = "platform"
KEPT = 1_000
"""How many may wait."""


class Signals:
    """One program's signals, in the order in which they were told. May be shared by threads."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._lock = threading.Lock()
        self._waiting: list[Message] = []
        host.every(0.2, "signals", self.send)
        host.at_end(self.end)

    def tell(self, event: str, key: str, service: str, **data: Any) -> None:
        """Tell that something happened to the thing of that key, which belongs to the service."""
        told = self._message(event, key, service, data)
        with self._lock:
            self._keep([*self._waiting, told])

    def send(self) -> None:
        """Publish what waits. What cannot be published waits on."""
        batch = self._waiting
        if batch:
            self._host.bus.publish(batch)
        sent = {one.id for one in batch}
        with self._lock:
            self._waiting = [one for one in self._waiting if one.id not in sent]

    def end(self) -> None:
        """Send the last ones, if the broker takes them."""
        try:
            self.send()
        except KafkaError as error:
            self._host.log("warning", "the last signals were lost", error=str(error), lost=len(self._waiting))

    def _keep(self, messages: list[Message]) -> None:
        self._waiting = messages[-KEPT:]
        if len(messages) > KEPT:
            self._host.log("warning", "signals were lost: the broker takes none", lost=len(messages) - KEPT)

    def _message(self, event: str, key: str, service: str, data: Mapping[str, Any]) -> Message:
        about = (("service", service),)
        return message(self._host.name, TOPIC, event, key, {**data, "service": service}, clock.now(), about=about)
