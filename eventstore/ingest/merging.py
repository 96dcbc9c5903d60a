"""Merging by time: while catching up, records wait until every partition that lags has come as far.

Kafka knows no order between partitions. Read one after the other, a backlog would make most of its events late.
"""

import heapq
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from itertools import islice, takewhile
from operator import itemgetter

from eventstore.envelopes.message import Record
from eventstore.ingest.offsets import Partition

FULL = 5_000
"""Records of one partition that wait at most, but for one poll: then it is paused until fewer than half are left."""

_Timed = tuple[int, Record]
_time = itemgetter(0)


class Merging:
    """Records that were fetched and not yet stored. `window` is how far, in milliseconds, one may run ahead."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._held: dict[Partition, deque[_Timed]] = {}
        self._latest: dict[Partition, int] = {}

    def add(self, partition: Partition, records: Sequence[Record]) -> None:
        """Records of one partition, in their order. One whose time lies before its predecessor's counts as that."""
        held = self._held.setdefault(partition, deque())
        latest = self._latest.get(partition, 0)
        for record in records:
            latest = max(latest, record.timestamp or 0)
            held.append((latest, record))
        self._latest[partition] = latest

    def release(self, lagging: Collection[Partition], most: int) -> list[Record]:
        """At most so many records, in the order of their times, up to the slowest lagging partition and the window."""
        if any(partition not in self._latest for partition in lagging):
            return []
        horizon = self._horizon(lagging)
        ready = [list(_until(held, horizon, most)) for held in self._held.values() if held]
        merged = ready[0] if len(ready) == 1 else islice(heapq.merge(*ready, key=_time), most)
        chosen = [record for _, record in merged]
        for record in chosen:
            self._held[record.topic, record.partition].popleft()
        return chosen

    def full(self, paused: Collection[Partition]) -> set[Partition]:
        """The partitions that fetch nothing for now, since they wait for others; `paused` are those that did not."""
        return {
            partition
            for partition, held in self._held.items()
            if len(held) >= (FULL // 2 if partition in paused else FULL)
        }

    def first(self, partition: Partition) -> int | None:
        """The offset of the first record of the partition that waits; None: none does."""
        held = self._held.get(partition)
        return held[0][1].offset if held else None

    def clear(self) -> None:
        """Forget what waits."""
        self._held.clear()

    def __len__(self) -> int:
        return sum(map(len, self._held.values()))

    def _horizon(self, lagging: Iterable[Partition]) -> float:
        return min((self._latest.get(one, 0) + self._window for one in lagging), default=float("inf"))


def _until(held: Iterable[_Timed], horizon: float, most: int) -> Iterable[_Timed]:
    return takewhile(lambda timed: timed[0] <= horizon, islice(held, most))
