"""Intake: one SQL transaction a batch, so that each message counts exactly once, whatever crashes and when."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import partial
from typing import NamedTuple

from eventstore.core.canonical import MAX_BYTES
from eventstore.core.event import Micros
from eventstore.core.origin import Origin, packed
from eventstore.envelopes import event_of
from eventstore.envelopes.message import Record
from eventstore.envelopes.topic import TopicSettings, default_topic
from eventstore.errors import Unreadable
from eventstore.ingest import offsets
from eventstore.ingest.decode import decode
from eventstore.ingest.judging import Dead, Opened, Verdicts, judge
from eventstore.ingest.offsets import Advance, Offset, Partition
from eventstore.store import EventStore
from eventstore.writing import Writer

Hook = Callable[[str], None]
"""Called with the name of each point of a batch: fetched, offsets, row, before commit, after commit."""


class Broken(NamedTuple):
    """A record at which our own code failed: its partition goes no further, nothing of it is skipped."""

    record: Record
    error: str


class Taken(NamedTuple):
    """What became of a batch. `commit` is the position of its last event, 0 where it brought none.

    `readable` are the topics of which at least one message could be read; `reasons` counts the dead letters by topic
    and reason.
    """

    events: int
    duplicates: int
    dead_letters: int
    commit: int
    readable: Set[str]
    reasons: Mapping[tuple[str, str], int]
    broken: Sequence[Broken]


class Read(NamedTuple):
    """A batch as it was read: the events, the records that carry none, and those at which our own code failed."""

    opened: list[Opened]
    dead: list[Dead]
    broken: list[Broken]


class Intake:
    """Stores batches of records. `kind` says how they came: "kafka", "seed", "import"."""

    def __init__(
        self,
        store: EventStore,
        topics: Mapping[str, TopicSettings],
        *,
        kind: str = "kafka",
        message_bytes: int = MAX_BYTES,
        hook: Hook | None = None,
    ) -> None:
        self._store, self._topics, self._kind = store, dict(topics), kind
        self._decode = partial(decode, max_bytes=message_bytes)
        self._hook = hook

    def positions(self, topics: Iterable[str]) -> dict[Partition, Offset]:
        """How far the store has read each partition of these topics that it knows."""
        return offsets.read(self._store, topics)

    def take(self, records: Sequence[Record], advances: Mapping[Partition, Advance]) -> Taken:
        """Store a batch: the partitions' next offsets, then events, duplicates and dead letters, all or nothing.

        Each message is judged alone. Raises Fenced where another ingester was faster, and what the store raises.
        """
        self._reach("fetched")
        return self.keep(self.read(records), advances)

    def keep(self, batch: Read, advances: Mapping[Partition, Advance]) -> Taken:
        """`take` for a batch that was read already, by this intake or by another rule."""
        opened, dead, broken = batch
        with self._store.write() as writer:
            offsets.advance(writer, _stopped(advances, broken), self._store.now())
            self._reach("offsets")
            verdicts = judge(writer, opened)
            verdicts.dead[:0] = dead
            commit = self._keep(writer, verdicts)
            self._reach("before commit")
        self._reach("after commit")
        return Taken(
            events=len(verdicts.new),
            duplicates=len(verdicts.repeated) + len(verdicts.repeated_here),
            dead_letters=len(verdicts.dead),
            commit=commit,
            readable={record.topic for record, _ in opened},
            reasons=_reasons(verdicts.dead),
            broken=broken,
        )

    def read(self, records: Sequence[Record]) -> Read:
        """Decode a batch, each message by its topic's settings."""
        opened: list[Opened] = []
        dead: list[Dead] = []
        broken: dict[Partition, Broken] = {}
        topics = self._topics
        for record in records:
            if broken and (record.topic, record.partition) in broken:
                continue
            try:
                event = event_of(record, topics.get(record.topic) or self.topic(record.topic), self._decode)
                opened.append(Opened(record, event))
            except Unreadable as why:
                dead.append(Dead(record, why))
            except Exception as bug:  # noqa: BLE001 - ours, and it must stop this partition only
                broken[record.topic, record.partition] = Broken(record, f"{type(bug).__name__}: {bug}")
        return Read(opened, dead, list(broken.values()))

    def topic(self, name: str) -> TopicSettings:
        """The settings of a topic; of one that nobody configured, the default."""
        found = self._topics.get(name)
        if found is None:
            found = self._topics[name] = default_topic(name)
        return found

    def _keep(self, writer: Writer, verdicts: Verdicts) -> int:
        """Write what was judged; the position of the last event."""
        recorded = writer.append(
            [one.event for one in verdicts.new], origins=[origin_of(one.record, self._kind) for one in verdicts.new]
        )
        self._reach("row")
        at = writer.recorded_at if recorded else self._store.now()
        here = [(record, recorded[place].position) for record, place in verdicts.repeated_here]
        if here or verdicts.repeated:
            keep_duplicates(writer, self._kind, [*verdicts.repeated, *here], at)
        if verdicts.dead:
            keep_dead_letters(writer, self._kind, verdicts.dead, at)
        return recorded[-1].position if recorded else 0

    def _reach(self, point: str) -> None:
        if self._hook is not None:
            self._hook(point)


def origin_of(record: Record, kind: str) -> Origin:
    """The record as the origin of its event."""
    return Origin(
        kind=kind,
        topic=record.topic,
        topic_id=record.topic_id,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        timestamp_type=record.timestamp_type,
        key=record.key,
        value=record.value,
        headers=record.headers,
    )


def keep_duplicates(writer: Writer, kind: str, repeated: Sequence[tuple[Record, int]], at: Micros) -> None:
    """One row for each record that repeats the event at a position."""
    sources = _sources(writer, kind, [record for record, _ in repeated])
    writer.executemany(
        'INSERT INTO duplicates (source, partition, "offset", position, recorded_at) VALUES (?, ?, ?, ?, ?)',
        [
            (sources[record.topic, record.topic_id], record.partition, record.offset, position, at)
            for record, position in repeated
        ],
    )


def keep_dead_letters(writer: Writer, kind: str, dead: Sequence[Dead], at: Micros) -> None:
    """One row for each record that could not become an event: all its bytes, and why."""
    sources = _sources(writer, kind, [one.record for one in dead])
    writer.executemany(
        'INSERT INTO dead_letters (source, partition, "offset", timestamp, timestamp_type, key, value, headers,'
        " reason, detail, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(sources[record.topic, record.topic_id], record.partition, record.offset),
                *(record.timestamp, record.timestamp_type, record.key, record.value, packed(record.headers)),
                *(why.reason, why.detail.replace("\0", "\\0"), at),
            )
            for record, why in dead
        ],
    )


def _sources(writer: Writer, kind: str, records: Iterable[Record]) -> dict[tuple[str, str], int]:
    named = {(record.topic, record.topic_id) for record in records}
    return {names: writer.source(kind, *names) for names in sorted(named)}


def _stopped(advances: Mapping[Partition, Advance], broken: Iterable[Broken]) -> dict[Partition, Advance]:
    """The steps of a batch; a partition at which our code failed goes as far as that record only."""
    steps = dict(advances)
    for record, _ in broken:
        place = record.topic, record.partition
        steps[place] = steps[place]._replace(next=record.offset)
    return steps


def _reasons(dead: Iterable[Dead]) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for record, why in dead:
        key = record.topic, why.reason
        counts[key] = counts.get(key, 0) + 1
    return counts
