"""Stops: partitions that must go no further, since going on would skip messages or bury them as dead letters."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from eventstore.ingest.intake import Broken, Taken
from eventstore.ingest.offsets import Partition
from eventstore.store import EventStore

FIRST = 100
"""If so many first messages of a topic fail, all for one reason, the reason is not in the messages."""


class Stops:
    """The partitions that stopped in this run, each with a sentence that says why."""

    def __init__(self, store: EventStore, topics: Iterable[str]) -> None:
        self.reasons: dict[Partition, str] = {}
        self._unproven: dict[str, Counter[str]] = {name: Counter() for name in topics if not _proven(store, name)}

    def refuse(self, refused: Mapping[Partition, str]) -> None:
        """Partitions that cannot be read on from where they stand."""
        self.reasons |= refused

    def judge(self, taken: Taken, followed: Collection[Partition]) -> set[Partition]:
        """The followed partitions that stop after this batch."""
        before = set(self.reasons)
        self.reasons |= {(one.record.topic, one.record.partition): _bug(one) for one in taken.broken}
        for topic in taken.readable:
            self._unproven.pop(topic, None)
        for (topic, reason), count in taken.reasons.items():
            if topic in self._unproven:
                self._unproven[topic][reason] += count
        for topic in [name for name, reasons in self._unproven.items() if reasons.total() >= FIRST]:
            reasons = self._unproven.pop(topic)
            if len(reasons) == 1:
                said = _unreadable(topic, *reasons.most_common(1)[0])
                self.reasons |= {place: said for place in followed if place[0] == topic}
        return set(self.reasons) - before

    def sentences(self) -> list[str]:
        """Each reason once."""
        return list(dict.fromkeys(self.reasons.values()))


def _proven(store: EventStore, topic: str) -> bool:
    """Whether any message of the topic became an event before."""
    sources = store.rows("SELECT source FROM sources WHERE topic = ?", (topic,))
    return any(store.rows("SELECT 1 FROM origins WHERE source = ? LIMIT 1", source) for source in sources)


def _bug(broken: Broken) -> str:
    record = broken.record
    return (
        f"{record.topic}, partition {record.partition}, stops at offset {record.offset}: our own code failed there "
        f"({broken.error}); please report it."
    )


def _unreadable(topic: str, reason: str, count: int) -> str:
    return (
        f"The first {count:,} messages of {topic} failed, all for one reason: {reason}. They are kept as dead letters; "
        f"correct [topics.{topic}] in the settings, or the producer, and replay them."
    )
