"""The tally: how many calls there were, how many failed, how long they took."""

import threading
from typing import Any

from eventstore import clock

QUIET = 1.0
"""For so many seconds after a refusal the next one is nothing new."""


class Tally:
    """Counts calls between two summaries. May be shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refused_at = 0.0
        self._begin()

    def called(self, seconds: float, *, failed: bool = False) -> None:
        """A call took so long."""
        with self._lock:
            self._took.append(seconds)
            self._failed += failed

    def refused(self) -> bool:
        """A call was not even tried; whether that is news."""
        now = clock.elapsed()
        with self._lock:
            self._refused += 1
            news = now > self._refused_at + QUIET
            self._refused_at = now
            return news

    def taken(self) -> dict[str, Any]:
        """What was counted since the last time, nothing where nothing was; times are in milliseconds."""
        with self._lock:
            took, failed, refused, since = sorted(self._took), self._failed, self._refused, self._since
            self._begin()
        if not took and not refused:
            return {}
        said = {"calls": len(took), "failures": failed, "refused": refused}
        said["seconds"] = round(clock.elapsed() - since)
        return said | {f"p{part}_ms": _part(took, part) for part in (50, 95) if took}

    def _begin(self) -> None:
        self._took: list[float] = []
        self._failed = self._refused = 0
        self._since = clock.elapsed()


def _part(took: list[float], part: int) -> int:
    """What so many percent of the sorted times stay below, in milliseconds."""
    return round(took[min(len(took) - 1, len(took) * part // 100)] * 1_000)
