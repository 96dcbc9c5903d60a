"""The ids of events: those that we make, and those that we derive from where a message stood."""

import os
import threading
from hashlib import sha256

from eventstore import clock

_RANDOM_MASK = (1 << 62) - 1
_VARIANT = 1 << 63


class _Last:
    """The time part of the last id of this process, so that the next one is higher whatever the clock does."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tick = 0

    def after(self, tick: int) -> int:
        """The tick to use: `tick`, or one more than the last where that is not higher."""
        with self.lock:
            self.tick = tick if tick > self.tick else self.tick + 1
            return self.tick


_last = _Last()


def uuid7() -> str:
    """A new UUIDv7 as text: ordered by time, and rising within this process even if the clock goes back."""
    milliseconds, fraction = divmod(clock.now(), 1_000)
    tick = _last.after(milliseconds << 12 | (fraction << 12) // 1_000)
    return _uuid(tick, 7, int.from_bytes(os.urandom(8)))


def derived_id(source_id: str, partition: int, offset: int, timestamp_ms: int | None) -> str:
    """The id of a message that brought none: the same each time it is read, and ordered by its timestamp.

    `source_id` names one incarnation of a topic, so that a topic made anew gives other ids. `timestamp_ms` is Kafka's,
    in milliseconds; None or negative: there is none, the id sorts first. A UUID of version 8.
    """
    digest = int.from_bytes(sha256(f"{len(source_id)}:{source_id}{partition}:{offset}".encode()).digest()[:10])
    milliseconds = 0 if timestamp_ms is None or timestamp_ms < 0 else timestamp_ms & 0xFFFF_FFFF_FFFF
    return _uuid(milliseconds << 12 | digest >> 68, 8, digest)


def _uuid(tick: int, version: int, noise: int) -> str:
    """`tick` has 60 bits: 48 of milliseconds and 12 of their fraction."""
    high = (tick >> 12) << 16 | version << 12 | tick & 0xFFF
    text = f"{high << 64 | _VARIANT | noise & _RANDOM_MASK:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
