"""What is appended in the bench: the same events for every arm, made before the clock starts."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from eventstore.clock import now
from eventstore.core.canonical import Json
from eventstore.core.event import NewEvent
from eventstore.core.identity import uuid7

POOL = 20_000
"""Streams that the events spread over."""


@dataclass(frozen=True)
class Shape:
    """How much is appended in one transaction, over how many streams."""

    batch: int
    streams: int
    appends: int

    @property
    def events(self) -> int:
        """The events of one measured piece of work."""
        return self.batch * self.appends

    @property
    def told(self) -> str:
        """`100, 80 streams`."""
        return (
            f"{self.batch:,}" if self.batch == 1 else f"{self.batch:,}, {self.streams} stream{'s'[: self.streams > 1]}"
        )


SHAPES = (
    Shape(1, 1, 100),
    Shape(100, 1, 5),
    Shape(100, 80, 5),
    Shape(1_000, 1, 1),
    Shape(1_000, 750, 1),
)


def batches(shape: Shape, random: Random) -> Iterator[list[NewEvent]]:
    """The batches of one measured piece of work: payloads of about 207 bytes, ids and flows of our own making."""
    for _ in range(shape.appends):
        streams = random.sample(range(POOL), shape.streams)
        yield [_event(streams[number % shape.streams], random) for number in range(shape.batch)]


def _event(stream: int, random: Random) -> NewEvent:
    data = {
        "order_id": f"o-{stream}",
        "user_id": f"u-{random.randrange(10**6)}",
        "status": "paid",
        "items": [{"sku": f"SKU-{random.randrange(9999):04}", "quantity": 2, "price": 19.25}],
        "total": 38.5,
        "currency": "EUR",
        "note": "leave it with the neighbour on the left",
    }
    return NewEvent(
        stream=f"order-{stream}",
        category="order",
        type="Order Changed",
        data=Json(json.dumps(data, separators=(",", ":"))),
        metadata=Json('{"source":"bench","trace":"0af7651916cd43dd"}'),
        id=uuid7(),
        occurred_at=now(),
        correlation_id=str(uuid.UUID(int=random.getrandbits(128), version=4)),
        causation_id=str(uuid.UUID(int=random.getrandbits(128), version=4)),
    )
