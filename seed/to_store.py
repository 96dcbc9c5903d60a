"""The store as a sink: it gets the very records that Kafka would get, by ingest's own decode and transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eventstore import EventStore, Micros, Projector, Sealer
from eventstore.ingest import Advance, Intake, Record, TopicSettings
from seed.course import Course
from seed.errors import NotTaken
from seed.publish import Partition, Placed
from seed.wire import CATEGORIES

KIND = "seed"
"""How sources in the store call records that came from here."""

_LEVEL_EVERY = 5_000


class ArrivalClock:
    """A clock that shows when the last message arrived, so that `recorded_at` follows the story."""

    def __init__(self) -> None:
        self.at: Micros = 0

    def __call__(self) -> Micros:
        """The time of the story."""
        return self.at


@dataclass(frozen=True)
class Beside:
    """What is kept beside the log: seals, also in the file `anchors`; and by `level` whatever is derived from it.

    Without `level` that is the log's own counts alone.
    """

    anchors: Path | None = None
    level: Callable[[], object] | None = None


class StoreSink:
    """Stores batches through ingest's `Intake`. The course's name is the topics' id, so the store knows whose they are.

    `clock` is the one that the store was opened with. `prefix` stands before the topics' names in a mixed store.
    """

    def __init__(
        self,
        store: EventStore,
        clock: ArrivalClock,
        course: Course,
        *,
        topics: Mapping[str, TopicSettings],
        prefix: str = "",
        beside: Beside = Beside(),
    ) -> None:
        named = {prefix + topic: topics[topic] for topic in CATEGORIES}
        self._clock, self._topic_id, self._prefix = clock, course.name, prefix
        self._intake = Intake(store, named, kind=KIND)
        self._level, self._sealer = beside.level or Projector(store).catch_up, Sealer(store, beside.anchors)
        positions = self._intake.positions(named)
        self._next = {(topic[len(prefix) :], part): at.next_offset for (topic, part), at in positions.items()}
        self._unsettled = 0
        self.events = self.duplicates = self.dead_letters = 0

    @property
    def known(self) -> Mapping[Partition, int]:
        """The next offset of each partition that the store has."""
        return dict(self._next)

    def put(self, batch: Sequence[Placed]) -> None:
        """Store the batch in one transaction. Raises NotTaken, Fenced, and what the store raises."""
        self._clock.at = batch[-1].message.arrived_at
        last = {(one.message.topic, one.message.partition): one for one in batch}
        taken = self._intake.take(
            [self._record(one) for one in batch],
            {(self._prefix + topic, part): self._advance((topic, part), one) for (topic, part), one in last.items()},
        )
        for record, error in taken.broken:
            raise NotTaken(record.topic, record.partition, record.offset, error)
        self._next |= {place: one.offset + 1 for place, one in last.items()}
        self._count(taken.events, taken.duplicates, taken.dead_letters)

    def settle(self) -> None:
        """Seal the log, and bring level what is derived from it."""
        self._sealer.seal()
        self._level()
        self._unsettled = 0

    def close(self) -> None:
        """Seal what is left behind the last full block."""
        self._sealer.seal(now_or_idle=True)

    def _count(self, events: int, duplicates: int, dead_letters: int) -> None:
        self.events += events
        self.duplicates += duplicates
        self.dead_letters += dead_letters
        self._unsettled += events
        if self._unsettled >= _LEVEL_EVERY:
            self.settle()

    def _advance(self, partition: Partition, last: Placed) -> Advance:
        end = last.offset + 1
        return Advance(self._topic_id, self._next.get(partition), end, end, last.message.timestamp)

    def _record(self, placed: Placed) -> Record:
        message, offset = placed
        return Record(
            topic=self._prefix + message.topic,
            topic_id=self._topic_id,
            partition=message.partition,
            offset=offset,
            timestamp=message.timestamp,
            timestamp_type=0,
            key=message.key,
            value=message.value,
            headers=message.headers,
        )
