"""A log that stands still while we crash: what a broker would hand over, message for message."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from benchmarks.reliability import oracle
from eventstore.envelopes.message import Record
from eventstore.envelopes.topic import TopicSettings
from eventstore.ingest.intake import Intake
from eventstore.ingest.offsets import Advance, Offset, Partition

TOPIC, TOPIC_ID, PARTITIONS = "orders", "simulated-1", 4
TOPICS = {TOPIC: TopicSettings(category="order", id=("order",), default_type="Order Changed")}
POISON_EVERY = 36
"""Every so manieth message cannot be read."""

STARTED_MS = 1_772_000_000_000


@dataclass(frozen=True)
class SimulatedLog:
    """`messages` messages over four partitions, some of them poison."""

    messages: int

    def record(self, partition: int, offset: int) -> Record:
        """One message; the same whenever it is read."""
        number = offset * PARTITIONS + partition
        value = poison(number) if is_poison(number) else good(number)
        return Record(
            TOPIC, TOPIC_ID, partition, offset, STARTED_MS + number, 0, f"order-{number % 40}".encode(), value
        )

    def end(self, partition: int) -> int:
        """The offset after the partition's last message."""
        return (self.messages - partition + PARTITIONS - 1) // PARTITIONS

    def poll(self, stands: Mapping[Partition, Offset], limit: int) -> tuple[list[Record], dict[Partition, Advance]]:
        """The next messages of every partition, and the steps that they are."""
        records: list[Record] = []
        steps: dict[Partition, Advance] = {}
        for partition in range(PARTITIONS):
            stand = stands.get((TOPIC, partition))
            first = stand.next_offset if stand else 0
            last = min(first + limit // PARTITIONS, self.end(partition))
            if last > first:
                records += [self.record(partition, offset) for offset in range(first, last)]
                steps[TOPIC, partition] = Advance(
                    TOPIC_ID, stand.next_offset if stand else None, last, self.end(partition)
                )
        return records, steps

    @property
    def poisonous(self) -> int:
        """How many messages cannot be read."""
        return sum(1 for number in range(self.messages) if is_poison(number))


def consume(intake: Intake, log: SimulatedLog, limit: int) -> Iterator[int]:
    """Take batch after batch from where the store stands, to the end; the number of messages of each."""
    while True:
        records, steps = log.poll(intake.positions([TOPIC]), limit)
        if not steps:
            return
        intake.take(records, steps)
        yield len(records)


def is_poison(number: int) -> bool:
    """Whether the message with this number cannot be read."""
    return number % POISON_EVERY == 7


def good(number: int) -> bytes:
    """An `event` and `data` envelope with an id of its own."""
    id_ = str(UUID(int=number + 1, version=4))
    return json.dumps({"event": "Order Changed", "id": id_, "data": {"order": number % 40, "n": number}}).encode()


def poison(number: int) -> bytes:
    """Bytes that are no document, in some of the ways there are."""
    return (b'{"event": ', b"\xff\xfe", b'{"a":1,"a":2}', b'{"n": NaN}', b"[1] [2]")[number % 5]


def harm(url: str, expected: set[tuple[int, int]], poisonous: int) -> dict[str, int]:
    """Lost, doubled and misplaced messages among those with these partitions and offsets."""
    stored = oracle.select(url, 'SELECT o.partition, o."offset", o.position FROM origins o ORDER BY o.position')
    dead = oracle.select(url, 'SELECT partition, "offset" FROM dead_letters')
    repeated = oracle.select(url, 'SELECT partition, "offset" FROM duplicates')
    kept = [(int(row[0]), int(row[1])) for row in (*stored, *dead, *repeated)]
    payloads = [str(text) for (text,) in oracle.select(url, "SELECT data FROM events")]
    return {
        "lost": len(expected - set(kept)),
        "doubled": oracle.doubled([f"{place}" for place in kept]) + oracle.doubled(payloads) + len(repeated),
        "dead letters too many or few": abs(len(dead) - poisonous),
        "out of order": _out_of_order([(int(row[0]), int(row[1])) for row in stored]),
    }


def _out_of_order(places: list[tuple[int, int]]) -> int:
    last: dict[int, int] = {}
    wrong = 0
    for partition, offset in places:
        wrong += offset <= last.get(partition, -1)
        last[partition] = offset
    return wrong


def all_places(log: SimulatedLog) -> set[tuple[int, int]]:
    """Partition and offset of every message."""
    return {(partition, offset) for partition in range(PARTITIONS) for offset in range(log.end(partition))}
