"""Corrupt batches: which offsets cannot be read, found by trying, since the client's error does not say."""

from collections.abc import Mapping

from kafka.errors import CorruptRecordError

from eventstore.ingest import offsets
from eventstore.ingest.connection import Connection
from eventstore.ingest.offsets import Loss, Offset, Partition
from eventstore.store import EventStore

PATIENCE = 1_000
"""Milliseconds in which a record that can be read comes."""


def pass_over(servers: str, store: EventStore, stands: Mapping[Partition, Offset]) -> None:
    """Record what cannot be read where the partitions stand, and move behind it.

    Records before a corrupt batch come before the error does, so a partition that raises stands at its first offset.
    """
    with Connection(servers) as connection:
        for place, stand in stands.items():
            end = connection.ends([place])[place]
            behind = _first_readable(connection, place, stand.next_offset, end)
            if behind > stand.next_offset:
                loss = Loss(stand.next_offset, behind, "corrupt: its checksum or its structure is wrong")
                offsets.record_loss(store, place, stand, stand._replace(next_offset=behind, end_offset=end), loss)


def _first_readable(connection: Connection, place: Partition, offset: int, end: int) -> int:
    connection.assign({place: offset})
    while offset < end and not _reads(connection):
        offset += 1
        connection.seek(place, offset)  # it must stand elsewhere before it polls again, or it hangs
    return offset


def _reads(connection: Connection) -> bool:
    try:
        connection.poll(PATIENCE, most=1)
    except CorruptRecordError:
        return False
    return True
