"""How bringing read models level shows: a bar with the rate and the time left, where it takes long enough to wonder."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from eventstore import clock

QUIETLY = 1.0
"""What takes less, in seconds, shows nothing."""


@contextmanager
def leveling(label: str = "Read models") -> Iterator[Callable[[int, int], None]]:
    """Takes the position reached and the end, as the projector tells them, and draws the bar."""
    bar = _Bar(label)
    try:
        yield bar.progressed
    finally:
        bar.close()


class _Bar:
    """A bar that begins where the projector did. Another pass may begin further back: the bar waits for it."""

    def __init__(self, label: str) -> None:
        self._label, self._began, self._first = label, clock.elapsed(), -1
        self._bar: Any = None

    def progressed(self, reached: int, end: int) -> None:
        if self._first < 0:
            self._first = reached
        if self._bar is None and clock.elapsed() - self._began >= QUIETLY:
            self._bar = click.progressbar(
                length=max(1, end - self._first),
                label=self._label,
                file=sys.stderr,
                show_pos=True,
                item_show_func=self._rate,
            ).__enter__()
        if self._bar is not None:
            self._bar.update(max(0, reached - self._first - self._bar.pos), reached)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)

    def _rate(self, reached: int | None) -> str | None:
        seconds = clock.elapsed() - self._began
        return None if reached is None or not seconds else f"{(reached - self._first) / seconds:,.0f} events a second"
