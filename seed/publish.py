"""Publishing: the course's messages go to a sink, in the order of arrival, from where it stands on."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import NamedTuple, Protocol

from eventstore import Micros
from seed.course import CROSSING, DAY, MINUTE, OUTAGE, SALE_DAY, SECOND, WRONG_CLOCK, Course
from seed.wire import Message
from seed.world import told

BATCH = 500
"""Messages in one commit, at most."""

USUALLY, CLOSELY = 90 * MINUTE, MINUTE
"""How long the arrivals of one commit may lie apart: in old history, and on days that are looked at closely."""

_CLOSE_DAYS = (WRONG_CLOCK[0] // DAY, CROSSING, OUTAGE[0] // DAY, OUTAGE[0] // DAY + 1, SALE_DAY)

Partition = tuple[str, int]
Now = Callable[[], Micros]


class Placed(NamedTuple):
    """A message with its offset within its topic-partition."""

    message: Message
    offset: int


class Sink(Protocol):
    """Where a story goes. `known` says how many messages of each topic-partition are there already."""

    @property
    def known(self) -> Mapping[Partition, int]:
        """How many messages of each topic-partition are there already."""

    def put(self, batch: Sequence[Placed]) -> None:
        """Take the messages, all or none; they arrived together."""

    def settle(self) -> None:
        """Bring everything level that follows what was put."""


@dataclass(frozen=True)
class Pace:
    """How fast a story is told: up to `until` in one go, or `live`: its last day, and what comes, message by message.

    `rate` bounds how many of those a second.
    """

    until: Micros
    live: bool = False
    rate: float = 5.0

    @property
    def end(self) -> Micros:
        """When the story stops: never, if it is told live."""
        return 1 << 62 if self.live else self.until

    @property
    def slow_from(self) -> Micros:
        """The arrival from which messages go out one by one."""
        return self.until - DAY if self.live else self.end

    def pause(self, arrived_at: Micros, now: Micros) -> float:
        """Seconds to wait before what arrives then is sent."""
        if arrived_at < self.slow_from:
            return 0.0
        return max(1 / self.rate, (arrived_at - now) / SECOND)


def publish(
    course: Course, sink: Sink, pace: Pace, *, stop: Event, now: Now, on_batch: Callable[[Micros], None]
) -> None:
    """Tell the course to the sink, from where it stands; `stop` ends it behind the running batch.

    `on_batch` gets the arrival of each batch's last message.
    """
    settled = now()
    for batch in batches(course, fresh(told(course, pace.end), sink.known), pace):
        arrived_at = batch[-1].message.arrived_at
        pause = pace.pause(arrived_at, now())
        if pause and now() - settled > SECOND:
            sink.settle()
            settled = now()
        if stop.wait(pause) if pause else stop.is_set():
            break
        sink.put(batch)
        on_batch(arrived_at)
    sink.settle()


def fresh(messages: Iterator[Message], known: Mapping[Partition, int]) -> Iterator[Placed]:
    """The messages that the sink does not have, each with its offset."""
    offsets: Counter[Partition] = Counter()
    for message in messages:
        partition = message.topic, message.partition
        offset = offsets[partition]
        offsets[partition] += 1
        if offset >= known.get(partition, 0):
            yield Placed(message, offset)


def batches(course: Course, messages: Iterator[Placed], pace: Pace) -> Iterator[list[Placed]]:
    """The messages as they are committed: those of some minutes together, of fewer where it matters."""
    batch: list[Placed] = []
    for placed in messages:
        if batch and _closes(course, batch, placed.message.arrived_at, pace):
            yield batch
            batch = []
        batch.append(placed)
    if batch:
        yield batch


def _closes(course: Course, batch: Sequence[Placed], arrived_at: Micros, pace: Pace) -> bool:
    if arrived_at >= pace.slow_from or len(batch) >= BATCH:
        return True
    first = batch[0].message.arrived_at
    close = (first - course.start) // DAY in _CLOSE_DAYS or first >= pace.until - DAY
    return arrived_at - first > (CLOSELY if close else USUALLY)
