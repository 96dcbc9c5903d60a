"""Builds: a projection as one version of its code computed it. A row in `builds`, a table of rows, one of roll-ups.

These tables are derived: where their format or the code changes, a new build is made beside the live one. Readers never
see half a build: they find the live one by its row, in the transaction in which they read.
"""

import ast
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from typing import Literal

from eventstore.core.event import Micros
from eventstore.core.facet import Facet, Kind
from eventstore.core.history import LONG_KEY
from eventstore.core.projection import Projection, source_of
from eventstore.databases import Database, Row, Session
from eventstore.errors import NotProjected

FORMAT = 1
"""The format of a build's tables and states. Another one is another build."""

State = Literal["building", "live", "old"]

FINEST: Micros = 600_000_000
"""The width of the finest buckets of roll-ups: ten minutes."""

DENSE_FINEST: Micros = 60_000_000
"""The same for builds over a log with more than `DENSE` events a second."""

DENSE = 20.0

LEVELS: tuple[Micros, ...] = tuple(60_000_000 * minutes for minutes in (1, 10, 60, 360, 1_440, 11_520, 92_160))
"""The widths of roll-ups' buckets, each a multiple of the one before: a minute to 64 days."""

_COLUMNS = "build, projection, code, facets, state, position, finest, stopped, failure, created_at, updated_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One build. `position` is its checkpoint; `stopped` are counted facets that took on too many values.

    `failure` says why the projector left it behind; None: it did not.
    """

    number: int
    projection: str
    code: str
    facets: tuple[Facet, ...]
    state: State
    position: int
    finest: Micros
    stopped: tuple[str, ...]
    failure: str | None
    created_at: Micros
    updated_at: Micros

    @property
    def rows(self) -> str:
        """The table of its rows."""
        return f"history_{self.number}"

    @property
    def rollup(self) -> str:
        """The table of its roll-ups."""
        return f"rollup_{self.number}"

    @property
    def levels(self) -> tuple[Micros, ...]:
        """The widths of its roll-ups' buckets, the finest first."""
        return LEVELS[LEVELS.index(self.finest) :]

    @property
    def counted(self) -> tuple[Facet, ...]:
        """The facets that are counted."""
        return tuple(facet for facet in self.facets if facet.counted)

    @property
    def summed(self) -> tuple[Facet, ...]:
        """The facets that are summed."""
        return tuple(facet for facet in self.facets if facet.summed)

    @property
    def rolled(self) -> tuple[Facet, ...]:
        """The facets that are counted or summed."""
        return tuple(facet for facet in self.facets if facet.rolled)


def builds(session: Session) -> list[Build]:
    """All builds, the oldest first."""
    return [_build(row) for row in session.rows(f"SELECT {_COLUMNS} FROM builds ORDER BY build")]  # noqa: S608


def live(session: Session, projection: str) -> Build:
    """The build that answers for the projection. Raises `NotProjected`."""
    sql = f"SELECT {_COLUMNS} FROM builds WHERE projection = ? AND state = 'live'"  # noqa: S608 - our own names
    found = session.rows(sql, (projection,))
    if not found:
        known = session.rows("SELECT projection FROM builds WHERE state = 'live' ORDER BY build")
        raise NotProjected(projection, tuple(name for (name,) in known))
    return _build(found[0])


def _build(row: Row) -> Build:
    number, projection, code, facets, state, position, finest, stopped, failure, created_at, updated_at = row
    return Build(
        number=number,
        projection=projection,
        code=code,
        facets=tuple(Facet(**{**facet, "kind": Kind(facet["kind"])}) for facet in json.loads(facets)),
        state=state,
        position=position,
        finest=finest,
        stopped=tuple(json.loads(stopped)),
        failure=failure,
        created_at=created_at,
        updated_at=updated_at,
    )


def make(session: Session, projection: Projection, code: str, *, state: State, finest: Micros, now: Micros) -> None:
    """A new, empty build and its tables."""
    facets = json.dumps([asdict(facet) for facet in projection.facets])
    session.execute(
        "INSERT INTO builds (projection, code, facets, state, position, finest, stopped, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, 0, ?, '[]', ?, ?)",
        (projection.name, code, facets, state, finest, now, now),
    )
    build = builds(session)[-1]
    for statement in (*_tables(session.database, build), *_indexes(build)):
        session.execute(statement)


def drop(session: Session, build: Build) -> None:
    """Collect a build: its tables and what is known of it."""
    for table in (build.rows, build.rollup):
        session.execute(f"DROP TABLE {table}")
    for table in ("unrouted", "proofs", "builds"):
        session.execute(f"DELETE FROM {table} WHERE build = ?", (build.number,))  # noqa: S608 - our own names


def set_state(session: Session, build: Build, state: State, now: Micros) -> None:
    """Make it the live one, or put it aside."""
    session.execute("UPDATE builds SET state = ?, updated_at = ? WHERE build = ?", (state, now, build.number))


def columns(facets: Iterable[Facet]) -> tuple[str, ...]:
    """The columns of a row but its id, in the order in which rows are written and read."""
    rolled = [facet for facet in facets if facet.rolled]
    return (*_FIXED, *(f"f_{facet.name}" for facet in facets), "held_before", *(f"b_{facet.name}" for facet in rolled))


_FIXED = (
    "key",
    "valid_from",
    "valid_to",
    "event_position",
    "known_from",
    "known_to",
    "closed_commit",
    "settled",
    "gone_since",
    "parked",
    "error",
    "state",
)

_TYPES = {Kind.TEXT: "text", Kind.INTEGER: "int", Kind.TIME: "int", Kind.DECIMAL: "int", Kind.NUMBER: "real"}


def _tables(database: Database, build: Build) -> Sequence[str]:
    facets = "".join(f"f_{facet.name} {{{_TYPES[facet.kind]}}}, " for facet in build.facets)
    before = "".join(f", b_{facet.name} {{{_TYPES[facet.kind]}}}" for facet in build.rolled)
    sums = "".join(f", s_{facet.name} {{int}} NOT NULL" for facet in build.summed)
    rows = f"""CREATE TABLE {build.rows} (
        id {{id}}, key {{text}} NOT NULL, valid_from {{int}} NOT NULL, valid_to {{int}} NOT NULL,
        event_position {{int}} NOT NULL, known_from {{int}} NOT NULL, known_to {{int}} NOT NULL,
        closed_commit {{int}} NOT NULL, settled {{int}}, gone_since {{int}}, parked {{int}}, error {{text}},
        state {{text}}, {facets}held_before {{small}} NOT NULL{before})"""
    rollup = f"""CREATE TABLE {build.rollup} (
        facet {{text}} NOT NULL, width {{int}} NOT NULL, bucket {{int}} NOT NULL, value {{text}} NOT NULL,
        keys {{int}} NOT NULL{sums}, PRIMARY KEY (facet, width, bucket, value)){{keyed}}"""
    return [table.format(**database.types) for table in (rows, rollup)]


def _indexes(build: Build) -> Sequence[str]:
    name, covered = build.rows, "valid_from, event_position, key, valid_to, known_to"
    facets = [
        f"CREATE INDEX {name}_{facet.name} ON {name} (f_{facet.name}, {covered})"
        for facet in build.facets
        if facet.kind is Kind.TEXT
    ]
    return [
        f"CREATE UNIQUE INDEX {name}_as_of ON {name} (key, valid_from, event_position, known_from)",
        f"CREATE INDEX {name}_changed ON {name} ({covered})",
        f"CREATE INDEX {name}_parked ON {name} (key) WHERE parked IS NOT NULL",
        f"CREATE INDEX {name}_long ON {name} (key) WHERE settled IS NOT NULL",
        *facets,
    ]


@cache
def code_of(projection: Projection) -> str:
    """The hash of what the projection's rows depend on: code without docstrings, its facets, our format.

    The code is its module's and its upcasters'. Where a module has no source its name stands for it.
    """
    sources = projection.sources or (source_of(sys.modules[projection.module]),)
    parts = (str(FORMAT), str(LONG_KEY), projection.name, *map(repr, projection.facets))
    return sha256("\0".join((*parts, *map(_without_docstrings, sources))).encode()).hexdigest()


def _without_docstrings(source: str) -> str:
    """The syntax tree as text: comments, blanks and docstrings change no state."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree)
