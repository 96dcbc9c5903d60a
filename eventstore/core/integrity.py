"""Whether one event is what was stored: by its hashes, and behind the events before it. And the names of harm."""

from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Any

from eventstore.core.canonical import content_hash
from eventstore.core.event import Micros, RecordedEvent
from eventstore.core.origin import Origin, origin_hash
from eventstore.core.placing import BEFORE_ALL, STATED

OriginRow = tuple[Any, ...]
"""Position, kind, topic, topic id, partition, offset, timestamp, its type, key, value, value_is_data, headers, hash."""

_numbers = attrgetter("commit_position", "version", "occurred_at", "recorded_at", "frontier")


class Kind(StrEnum):
    """What kind of harm it is. The values are stable: they stand in `--json`."""

    CONTENT_CHANGED = "content changed"  # an event says something else than its content hash
    ORIGIN_CHANGED = "origin changed"  # what came over the wire is not what its hash says
    ORDER_BROKEN = "order broken"  # times or commits that the store never writes like that
    UNREADABLE = "unreadable"  # the database cannot give the event back
    EVENTS_MISSING = "events missing"  # positions without an event
    BLOCK_CHANGED = "block changed"  # a seal does not fit its events: edited, moved, or hashed again
    SEALS_BROKEN = "seals broken"  # seals are missing or overlap
    COUNTER_WRONG = "counter wrong"  # the counter and the log's end differ
    END_CUT = "end cut"  # anchors tell of more than there is: cut, or an older backup
    HISTORY_REWRITTEN = "history rewritten"  # a seal is not the one that was anchored
    ANCHORS_MISSING = "anchors missing"  # there are seals, but no anchor file
    ANCHORS_DAMAGED = "anchors damaged"  # lines of the anchor file that are none


@dataclass(frozen=True, slots=True)
class Harm:
    """One thing that is wrong. `position` or `block` (the number of a seal) says where; None: neither is known."""

    kind: Kind
    sentence: str
    position: int | None = None
    block: int | None = None


class Before:
    """What the events so far say of the next. `frontier` is None where events are missing since the last commit."""

    def __init__(self) -> None:
        self.frontier: Micros | None = BEFORE_ALL
        self.recorded_at = BEFORE_ALL
        self.commit = 0

    def take(self, event: RecordedEvent) -> None:
        """One more event was read. A commit's end is believed, so that one harm is told once."""
        if event.position == event.commit_position:
            self.frontier = event.frontier
        elif self.frontier is not None:
            self.frontier = max(self.frontier, event.occurred_at)
        self.recorded_at, self.commit = event.recorded_at, event.commit_position

    def refuses(self, event: RecordedEvent) -> str | None:
        """What the store never writes; None: the event fits."""
        commit = event.commit_position
        before = BEFORE_ALL if self.frontier is None else self.frontier
        ended = event.position == commit and self.frontier is not None
        rules = (
            (event.recorded_at < self.recorded_at, "was recorded before the one that precedes it"),
            (event.occurred_at > event.recorded_at, "occurred after it was recorded"),
            (commit < event.position or event.position <= self.commit != commit, "is not in its neighbours' commit"),
            (ended and event.frontier != max(before, event.occurred_at), "has a wrong frontier"),
        )
        return next((sentence for broken, sentence in rules if broken), None)


def wrong(event: RecordedEvent, origin: OriginRow | None, before: Before) -> Harm | None:
    """The first thing that is wrong with an event by itself and behind those before it."""
    at = event.position
    if content_of(event) != event.content_hash:
        sentence = (
            f"The event at position {at} ({event.stream}, version {event.version}) is not what was stored: its id, "
            "stream, type, stated time, data or metadata was changed."
        )
        return Harm(Kind.CONTENT_CHANGED, sentence, at)
    if origin is not None and not _is_origin(event, origin):
        sentence = (
            f"What came over the wire for position {at} is not what was stored: place, time, key, value or headers."
        )
        return Harm(Kind.ORIGIN_CHANGED, sentence, at)
    refused = before.refuses(event)
    return Harm(Kind.ORDER_BROKEN, f"The event at position {at} {refused}.", at) if refused else None


def is_typed(event: RecordedEvent) -> bool:
    """SQLite keeps what it is given: somebody else may have left text where a number belongs."""
    return type(event.content_hash) is bytes and all(type(number) is int for number in _numbers(event))


def content_of(event: RecordedEvent) -> bytes:
    """The content hash that the stored columns give, to be compared with the stored one."""
    return content_hash(
        id=event.id,
        stream=event.stream,
        type=event.type,
        occurred_at=_claim(event),
        data_text=event.data_text,
        metadata_text=event.metadata_text,
    )


def _claim(event: RecordedEvent) -> Micros | None:
    """The time that the producer stated, None: it stated none."""
    return event.occurred_at if event.occurred_source in STATED else event.claimed_at


def _is_origin(event: RecordedEvent, row: OriginRow) -> bool:
    """Whether an origin has the hash beside it. Its headers stay packed: changed ones may no longer unpack."""
    _, kind, topic, topic_id, partition, offset, timestamp, timestamp_type, key, value, is_data, headers, digest = row
    origin = Origin(
        kind=str(kind),
        topic=str(topic),
        topic_id=str(topic_id),
        partition=partition,
        offset=offset,
        timestamp=timestamp,
        timestamp_type=timestamp_type,
        key=key,
        value=event.data_text.encode() if is_data == 1 else value,
    )
    try:
        return origin_hash(origin, headers) == bytes(digest)
    except TypeError:  # text where bytes were: SQLite keeps what it is given
        return False
