"""The log as the outbox: what was appended is published, from the checkpoint on."""

from sqlalchemy import Column, MetaData, Table, insert, select, update

from eventstore import EventStore, clock
from seed.shop.database import Number, connect
from seed.shop.host import Host
from seed.shop.lease import TABLES as LEASES
from seed.shop.lease import lease
from seed.shop.messages import of_event

TABLES = MetaData()
PUBLISHED = Table("published", TABLES, Column("position", Number, nullable=False))
"""One row: the position up to which the log was published."""

BATCH = 200


class Publisher:
    """Publishes the log in order, at least once: it may stop between a message and its checkpoint."""

    def __init__(self, host: Host, store: EventStore) -> None:
        self._host, self._store = host, store
        self._engine = connect(host.settings.database_url, TABLES, LEASES)
        host.every(0.05, "publisher", self.publish)
        host.at_end(self._engine.dispose)

    def publish(self) -> None:
        """Publish what is new, unless another instance does."""
        with self._engine.connect() as connection:
            after = connection.execute(select(PUBLISHED.c.position)).scalar() or 0
        events = list(self._store.read_all(after=after, limit=BATCH))
        if events and lease(self._engine, self._host.settings.instance, clock.now()):
            self._host.bus.publish([of_event("orders", one.stream.removeprefix("order-"), one) for one in events])
            self._keep(events[-1].position)

    def _keep(self, position: int) -> None:
        with self._engine.begin() as connection:
            if not connection.execute(update(PUBLISHED).values(position=position)).rowcount:
                connection.execute(insert(PUBLISHED).values(position=position))
