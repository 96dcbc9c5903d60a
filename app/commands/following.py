"""What goes on beside ingest: the derived tables kept level, the log sealed, and a word on how it goes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from app.commands.leveling import leveling
from app.commands.printing import shown
from eventstore import EventStore, EventStoreError, Leveller, Sealer, clock
from eventstore.ingest.reporting import Progress

_IN_TROUBLE = ("retrying", "fenced", "failed")

AT_ONCE = 1.0
"""How long, in seconds, messages wait while read models are brought level."""

REST = 4.0
"""While ingest catches up read models rest so many times as long as they took: four fifths of the time are its own."""


class Following:
    """Follows an ingester on its own thread: called between its transactions, about once a second.

    `modules` define the read models that are kept level.
    """

    def __init__(self, store: EventStore, anchors: Path | None, modules: Sequence[str] = ()) -> None:
        self._leveller = Leveller(store, modules, lambda line: click.echo(line, err=True))
        self._sealer = Sealer(store, anchors)
        self._said, self._told, self._due = "", "", 0.0

    def progressed(self, progress: Progress) -> None:
        """Take in what came, and say what changed."""
        self._say(progress)
        if progress.state in {"live", "catching up"}:
            if progress.state == "live" or clock.elapsed() >= self._due:
                self._level()
            self._seal(idle=False)

    def settle(self, ending: Callable[[], bool]) -> None:
        """At the end: everything sealed, then everything taken in; in a hurry where somebody waits for the end."""
        self._seal(idle=True)
        with leveling() as on_progress:
            self._leveller.settle(ending=ending, on_progress=on_progress)

    def _level(self) -> None:
        began = clock.elapsed()
        self._leveller.advance(AT_ONCE)
        ended = clock.elapsed()
        self._due = ended + REST * (ended - began)

    def _seal(self, *, idle: bool) -> None:
        """Seal. What is wrong with the log must be told, and must not stop the log from growing."""
        try:
            self._sealer.seal(now_or_idle=idle)
        except EventStoreError as error:
            self._echo(f"not sealed: {error}")

    def _say(self, progress: Progress) -> None:
        counts = (
            f"{progress.events:,} events, {progress.duplicates:,} duplicates, {progress.dead_letters:,} dead letters"
        )
        behind = "" if progress.lag is None else f", {progress.lag:,} behind"
        self._echo(f"{progress.state}: {counts}{behind}.{self._error(progress)}")

    def _error(self, progress: Progress) -> str:
        """The last error, while it is what happens now: later it stands on the Health page only."""
        error = progress.error or ""
        known, self._told = error == self._told, error
        return f" {shown(error)}" if error and (not known or progress.state in _IN_TROUBLE) else ""

    def _echo(self, line: str) -> None:
        """Print a line, once."""
        if line != self._said:
            click.echo(line, err=True)
        self._said = line
