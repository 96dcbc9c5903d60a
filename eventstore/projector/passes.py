"""Passes: builds at the same checkpoint follow the log together, batch by batch, each batch one transaction."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from traceback import format_exception_only

from eventstore.builds import Build, builds
from eventstore.core.event import RecordedEvent
from eventstore.core.history import LONG_KEY
from eventstore.core.projection import Projection
from eventstore.databases import Session
from eventstore.errors import CheckpointMoved, DatabaseError, EventStoreError
from eventstore.projector.batch import Unrouted, changes, routed
from eventstore.projector.rows import Changes
from eventstore.store import EventStore
from eventstore.writing import Writer

BATCH = 2_000
"""How many events a batch holds, and those that end its last commit: about 100 ms of writing on SQLite."""

MOST_VALUES = 50
"""A counted facet that takes on more values than this is no longer counted, and says so."""

Hook = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """What a batch changes in one build."""

    build: Build
    changes: Changes
    unrouted: Unrouted


class Passes:
    """Brings the builds of these projections level with the log, in order of their checkpoints.

    `projections` are found by name and the hash of their code.
    """

    def __init__(
        self,
        store: EventStore,
        projections: Mapping[tuple[str, str], Projection],
        *,
        hook: Hook,
        batch: int = BATCH,
        long_key: int = LONG_KEY,
    ) -> None:
        self._store, self._hook, self._batch, self._long_key = store, hook, batch, long_key
        self._projections = projections
        self._values: dict[int, dict[str, set[str]]] = {}

    def ours(self) -> list[Build]:
        """The builds that this code makes, without those that it had to leave."""
        found = self._store.database.read(builds)
        known = [one for one in found if (one.projection, one.code) in self._projections]
        return [one for one in known if one.state != "old" and one.failure is None]

    def catch_up(self, until: int, stop: Callable[[], bool], on_progress: Callable[[int, int], None]) -> None:
        """Follow the log to the last whole commit up to that position, or until `stop` says so behind a batch."""
        while group := self._lagging(until):
            lowest = group[0].position
            above = [one.position for one in self.ours() if one.position > lowest]
            reached = self._advance(group, min([until, *above]))
            if reached is None:
                return
            on_progress(reached, until)
            if stop():
                return

    def _lagging(self, until: int) -> list[Build]:
        """The builds at the lowest checkpoint; those that answer come before those that are still being made."""
        behind = [one for one in self.ours() if one.position < until]
        first = [one for one in behind if one.state == "live"] or behind
        lowest = min((one.position for one in first), default=0)
        return [one for one in first if one.position == lowest]

    def _advance(self, group: Sequence[Build], until: int) -> int | None:
        """One batch; where its end stands, None where no whole commit is left."""
        events = self._read(group[0].position, until)
        if not events:
            return None
        self._hook("read")
        parts = [part for build in group if (part := self._part(build, events)) is not None]
        self._hook("folded")
        try:
            self._write(parts, events[-1].position)
        except CheckpointMoved:
            self._values.clear()
        return events[-1].position

    def _read(self, after: int, until: int) -> list[RecordedEvent]:
        """The next whole commits up to that position."""
        found = list(self._store.read_all(after=after, until=until, limit=self._batch))
        if found and found[-1].commit_position > found[-1].position:
            found += self._store.read_all(after=found[-1].position, until=min(until, found[-1].commit_position))
        return [event for event in found if event.commit_position <= until]

    def _part(self, build: Build, events: Sequence[RecordedEvent]) -> Part | None:
        """The build's part of the batch; None where our own code failed, which is marked. A fold's errors are data."""
        projection = self._projections[build.projection, build.code]

        def prepared(session: Session) -> Part:
            keys, unrouted = routed(projection, events)
            return Part(build, changes(session, build, projection, keys, long_key=self._long_key), unrouted)

        try:
            return self._store.database.read(prepared)
        except EventStoreError:
            raise
        except Exception as raised:  # noqa: BLE001 - one build that fails must not hold up the others
            self.fail(build, _words(raised))
            return None

    def fail(self, build: Build, failure: str) -> None:
        """Leave a build behind, and say why; the others go on."""
        with self._store.write() as writer:
            writer.execute("UPDATE builds SET failure = ? WHERE build = ?", (failure, build.number))

    def _write(self, parts: Sequence[Part], position: int) -> None:
        """All builds of the group in one transaction. A build whose rows the database refuses is marked and left."""
        writing: list[Build] = []
        try:
            with self._store.write() as writer:
                self._hook("begun")
                for part in parts:
                    writing[:] = [part.build]
                    self._write_part(writer, part, position)
        except DatabaseError as raised:
            if type(raised) is not DatabaseError or not writing:
                raise
            self.fail(writing[0], _words(raised))

    def _write_part(self, writer: Writer, part: Part, position: int) -> None:
        build, session = part.build, writer.session
        seen = (build.number, build.position, build.updated_at)
        moved = writer.execute(_MOVE, (position, self._store.now(), *seen))
        if not moved:
            raise CheckpointMoved(build.projection, build.number, build.position)
        self._hook("checkpoint written")
        part.changes.write(session)
        self._hook("rows written")
        part.changes.rollup.write(session, self._stopped(session, part))
        writer.executemany(_UNROUTED, [(build.number, *one) for one in part.unrouted])
        self._hook("rollup written")

    def _stopped(self, session: Session, part: Part) -> set[str]:
        """The facets that are not counted any more, those included that this batch stops."""
        build, known = part.build, self._known_values(session, part.build)
        stopped = set(build.stopped)
        for facet, values in part.changes.rollup.values().items():
            seen = known.setdefault(facet, set())
            seen |= values
            if len(seen) > MOST_VALUES and facet not in stopped:
                stopped.add(facet)
                stop(session, build, facet, stopped)
        return stopped

    def _known_values(self, session: Session, build: Build) -> dict[str, set[str]]:
        if build.number not in self._values:
            found = self._values[build.number] = {}
            for facet, value in session.rows(f"SELECT DISTINCT facet, value FROM {build.rollup}"):  # noqa: S608
                found.setdefault(facet, set()).add(value)
        return self._values[build.number]


def _words(raised: Exception) -> str:
    return "".join(format_exception_only(raised)).strip()


def stop(session: Session, build: Build, facet: str, stopped: Iterable[str]) -> None:
    """Count a facet no longer: its roll-ups go, and the build says so."""
    session.execute(f"DELETE FROM {build.rollup} WHERE facet = ?", (facet,))  # noqa: S608 - our own names
    session.execute("UPDATE builds SET stopped = ? WHERE build = ?", (json.dumps(sorted(stopped)), build.number))


# The time tells too: a repair moves no checkpoint, and replaces rows from which the batch may have been made.
_MOVE = """
    UPDATE builds SET position = ?, updated_at = ?
    WHERE build = ? AND position = ? AND updated_at = ? AND state <> 'old'"""
_UNROUTED = "INSERT INTO unrouted (build, position, error) VALUES (?, ?, ?)"
