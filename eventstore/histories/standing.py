"""Where a question stands in a build: the moment, bounded by what was known and by the build's checkpoint."""

from dataclasses import dataclass
from typing import Any

from eventstore.builds import Build, live
from eventstore.core.event import Micros
from eventstore.core.history import LIVE_AT, OPEN
from eventstore.core.moment import Moment
from eventstore.databases import Row, Session
from eventstore.histories.answers import Stored, ending


@dataclass(frozen=True, slots=True)
class Standing:
    """A build at a moment. `known` is a whole commit below the checkpoint; None: the latest belief."""

    session: Session
    build: Build
    occurred: Micros
    known: int | None

    @property
    def believed(self) -> str:
        """The condition of rows that were believed then."""
        if self.known is None:
            return f"known_to = {OPEN}"
        return f"known_from <= {self.known} AND known_to > {self.known}"

    @property
    def alive(self) -> str:
        """The condition of rows that were believed then and hold at the moment; those of long keys only at latest."""
        holds = f"{self.believed} AND valid_from <= {self.occurred}"
        if self.known is None:
            return f"{holds} AND valid_to > {self.occurred}"
        return f"{holds} AND (valid_to > {self.occurred} OR closed_commit > {self.known}) AND settled IS NULL"

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """The rows of a statement, after a look at the clock."""
        self.session.check_deadline()
        return self.session.rows(sql, values)

    def stored(self, condition: str, *values: Any) -> list[Stored]:
        """Stored states, as they were believed; `condition` may end in an order and a limit."""
        sql = f"SELECT {columns(self.build)} FROM {self.build.rows} WHERE {condition}"  # noqa: S608 - our own words
        return [self.as_stored(row) for row in self.rows(sql, *values)]

    def as_stored(self, row: Row) -> Stored:
        """A row of `columns` as it was believed: one that a later commit ended was still open."""
        key, state, since, valid_to, closed, position, known_from, gone, parked, error, *facets = row
        ended = self.known is None or closed <= self.known
        return Stored(
            key=key,
            state=state,
            since=since,
            until=ending(valid_to) if ended else None,
            event_position=position,
            known_from=known_from,
            gone_since=gone,
            parked=parked,
            error=error,
            facets=dict(zip((facet.name for facet in self.build.facets), facets, strict=True)),
        )

    def long_keys(self) -> list[str]:
        """The keys whose older beliefs are folded anew; none where the latest is asked for."""
        if self.known is None:
            return []
        table = self.build.rows
        found = self.rows(f"SELECT DISTINCT key FROM {table} WHERE settled IS NOT NULL ORDER BY key")  # noqa: S608
        return [key for (key,) in found]


def columns(build: Build, table: str = "") -> str:
    """What makes a `Stored`, as columns of a table or its alias."""
    names = (*_COLUMNS, *(f"f_{facet.name}" for facet in build.facets))
    return ", ".join(f"{table}.{name}" if table else name for name in names)


_COLUMNS = (
    "key",
    "state",
    "valid_from",
    "valid_to",
    "closed_commit",
    "event_position",
    "known_from",
    "gone_since",
    "parked",
    "error",
)


def stand(session: Session, projection: str, moment: Moment) -> Standing:
    """The live build of the projection at the moment. Raises `NotProjected`.

    What had not occurred when a commit was recorded cannot have been known then, so an older belief is asked at most
    at the highest time of its log.
    """
    build = live(session, projection)
    occurred = LIVE_AT if moment.occurred is None else min(moment.occurred, LIVE_AT)
    if moment.known is None or moment.known >= build.position:
        return Standing(session, build, occurred, None)
    found = session.rows(_COMMIT, (moment.known,))
    known, frontier = found[0] if found else (0, occurred)
    return Standing(session, build, min(occurred, frontier), known)


_COMMIT = """
    SELECT position, frontier FROM events WHERE position <= ? AND position = commit_position
    ORDER BY position DESC LIMIT 1"""
