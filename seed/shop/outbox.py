"""The outbox: what a service tells is written in the transaction of what it did, and published afterwards.

So nothing is told that did not happen, and nothing that happened stays untold, wherever the process dies. It may be
told twice: each message keeps its id, by which consumers drop repetitions.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
)

from eventstore import Micros
from seed.shop.bus import Bus
from seed.shop.database import Number
from seed.shop.lease import lease
from seed.shop.messages import Message, Thing, message, opened

TABLES = MetaData()
OUTBOX = Table(
    "outbox",
    TABLES,
    Column("number", Number, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
)
"""What waits to be published, in order. What is published goes."""

BATCH = 200
"""How many messages one round publishes."""


class Outbox:
    """The outbox of a service's database. `service` is who tells."""

    def __init__(self, engine: Engine, service: str) -> None:
        self._engine, self._service = engine, service

    def put(  # noqa: PLR0913 - what a message says
        self,
        connection: Connection,
        topic: str,
        event: str,
        key: str,
        data: Mapping[str, Any],
        at: Micros,
        *,
        about: Sequence[Thing] = (),
    ) -> Message:
        """Tell it when the caller's transaction is committed, and only then."""
        told = message(self._service, topic, event, key, data, at, about=about)
        connection.execute(insert(OUTBOX).values(topic=topic, key=key, value=told.value))
        return told

    def relay(self, bus: Bus, holder: str, now: Micros) -> int:
        """Publish what waits, in order, and how much that was. Another instance may do it meanwhile: then nothing."""
        with self._engine.connect() as connection:
            waiting = connection.execute(select(OUTBOX).order_by(OUTBOX.c.number).limit(BATCH)).all()
        if not waiting or not lease(self._engine, holder, now):
            return 0
        bus.publish([opened(row.topic, row.key, row.value) for row in waiting])
        with self._engine.begin() as connection:
            connection.execute(delete(OUTBOX).where(OUTBOX.c.number.in_([row.number for row in waiting])))
        return len(waiting)
