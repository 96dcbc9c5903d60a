"""The only place that reads a clock."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Gives the present as integer microseconds since 1970-01-01T00:00:00Z."""


def now() -> int:
    """The present, in microseconds UTC."""
    return time.time_ns() // 1_000


def elapsed() -> float:
    """Seconds on a clock that only moves forward, for deadlines. It says nothing about the time of day."""
    return time.monotonic()
