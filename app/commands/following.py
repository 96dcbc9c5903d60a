"""What goes on beside ingest: the derived tables kept level, the log sealed, and a word on how it goes."""

from pathlib import Path

import click

from app.commands.printing import shown
from eventstore import EventStore, EventStoreError, Projector, Sealer
from eventstore.ingest.reporting import Progress

_IN_TROUBLE = ("retrying", "fenced", "failed")


class Following:
    """Follows an ingester on its own thread: called between its transactions, about once a second."""

    def __init__(self, store: EventStore, anchors: Path | None) -> None:
        self._projector, self._sealer = Projector(store), Sealer(store, anchors)
        self._said, self._told = "", ""

    def progressed(self, progress: Progress) -> None:
        """Take in what came, and say what changed."""
        self._say(progress)
        if progress.state in {"live", "catching up"}:
            self._projector.catch_up()
            self._seal(idle=False)

    def settle(self) -> None:
        """At the end: everything taken in, everything sealed."""
        self._projector.catch_up()
        self._seal(idle=True)

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
