"""Settling: what the store has read, compared with what the broker holds, before a connection is read from.

Whatever no longer fits is named and recorded: a topic made anew, a range that retention removed, a log cut short.
"""

from collections.abc import Collection
from typing import NamedTuple

from eventstore.ingest import offsets
from eventstore.ingest.connection import Connection
from eventstore.ingest.offsets import Advance, Loss, Offset, Partition
from eventstore.store import EventStore


class Settled(NamedTuple):
    """Where to read on: each partition's offset; topics that are not there; partitions that cannot be read, and why."""

    stands: dict[Partition, Offset]
    missing: list[str]
    refused: dict[Partition, str]


def settle(connection: Connection, store: EventStore, topics: Collection[str]) -> Settled:
    """Compare, and record what is lost. Raises Fenced where another ingester records it at the same time."""
    found = connection.topics(topics)
    places = [(name, number) for name, topic in found.items() for number in topic.partitions]
    begins, ends, known = connection.begins(places), connection.ends(places), offsets.read(store, topics)
    settled = Settled({}, [name for name in topics if name not in found], {})
    for place in places:
        fresh = Offset(found[place[0]].topic_id, begins[place], ends[place])
        kept = known.get(place)
        if kept is None:
            settled.stands[place] = _begun(store, place, fresh)
        elif kept.topic_id == fresh.topic_id and kept.next_offset > ends[place]:
            settled.refused[place] = _truncated(place, kept, ends[place])
        else:
            settled.stands[place] = _continued(store, place, kept, fresh)
    return settled


def _continued(store: EventStore, place: Partition, kept: Offset, fresh: Offset) -> Offset:
    """Where a known partition goes on: behind whatever is lost."""
    if kept.topic_id != fresh.topic_id:
        until = max(kept.next_offset, kept.end_offset or 0)
        loss = Loss(kept.next_offset, until, f"topic recreated: {kept.topic_id} became {fresh.topic_id}")
    elif kept.next_offset < fresh.next_offset:
        loss = Loss(kept.next_offset, fresh.next_offset, "removed before it was read (retention, or deleted records)")
    else:
        return kept._replace(end_offset=fresh.end_offset)
    offsets.record_loss(store, place, kept, fresh, loss)
    return fresh


def _begun(store: EventStore, place: Partition, fresh: Offset) -> Offset:
    """A partition that the store does not know yet: it begins at the first offset that is there."""
    with store.write() as writer:
        begin = Advance(fresh.topic_id, None, fresh.next_offset, fresh.end_offset)
        offsets.advance(writer, {place: begin}, store.now())
    return fresh


def _truncated(place: Partition, kept: Offset, end: int) -> str:
    return (
        f"{place[0]}, partition {place[1]}: its log ends at offset {end}, the store has read up to {kept.next_offset}. "
        "The broker lost the end of its log; wait for it to be restored, or make the topic anew."
    )
