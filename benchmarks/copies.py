"""Read models of any size: the rows that the projector gave, so many times, under other keys and moved in time.

A copy's keys stand beside the original's, its times lie between those of the original and of the next order, and the
commits of all copies are one: it is the history that a log with that many more orders would have given, but that
`created_at` in the states is the original's. Roll-ups are summed from the rows.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from eventstore.builds import Build, builds, code_of, columns, make
from eventstore.core.history import OPEN
from eventstore.core.projection import Projection
from eventstore.databases import Session
from eventstore.store import EventStore

CHUNK = 100_000
"""How many rows one statement writes."""

CACHE = {"SQLite": ("PRAGMA cache_size = -500000", "PRAGMA cache_size = -2000")}
"""A page cache for filling, and the usual one again before anything is asked."""


def build_of(store: EventStore, projection: str) -> Build:
    """The live build of that name."""
    return next(one for one in store.database.read(builds) if one.projection == projection and one.state == "live")


def copied(store: EventStore, projection: Projection, name: str, copies: int, step: int) -> Build:
    """A live build of that name with the rows of the projection's so many times, each `step` microseconds later."""
    source = build_of(store, projection.name)
    with store.write() as writer:
        store.database.lock(writer.session)
        as_other = Projection(name, keys=lambda _: (), facets=projection.facets)
        make(writer.session, as_other, code_of(projection), state="live", finest=source.finest, now=store.now())
    build = build_of(store, name)
    larger, usual = CACHE.get(type(store.database).__name__, ("SELECT 1", "SELECT 1"))
    ((last,),) = store.rows(f"SELECT max(id) FROM {source.rows}")
    for first in range(0, last, max(1, CHUNK // copies)):
        with _unhurried(store) as session:
            session.execute(larger)
            _copy_rows(session, source, build, (first, first + max(1, CHUNK // copies)), copies, step)
    with _unhurried(store) as session:
        _sum_up(session, build)
        session.execute("UPDATE builds SET position = ? WHERE build = ?", (source.position * copies, build.number))
        session.execute(usual)
    return build


@contextmanager
def _unhurried(store: EventStore) -> Iterator[Session]:
    """A write transaction without a limit of time."""
    with store.write() as writer:
        store.database.lock_schema(writer.session)
        yield writer.session


def _copy_rows(session: Session, source: Build, build: Build, ids: tuple[int, int], copies: int, step: int) -> None:
    names = columns(build.facets)
    given, values = session.database.given([(f"-{number:03}", number) for number in range(copies)])
    moved = {name: _moved(name, copies, step) for name in names}
    session.execute(
        f"INSERT INTO {build.rows} ({', '.join(names)}) SELECT {', '.join(moved.values())} "
        f"FROM {source.rows} CROSS JOIN {given} WHERE {source.rows}.id > ? AND {source.rows}.id <= ?",
        (*values, *ids),
    )


def _moved(name: str, copies: int, step: int) -> str:
    later = f"{name} + {step} * CAST(given.number AS bigint)"
    commit = f"{name} * {copies}"
    closed = "CASE WHEN {0} = " + f"{OPEN} THEN {OPEN} ELSE " + "{1} END"
    return {
        "key": "key || given.text",
        "valid_from": later,
        "valid_to": closed.format(name, later),
        "event_position": f"({name} - 1) * {copies} + given.number + 1",
        "known_from": commit,
        "known_to": closed.format(name, commit),
        "closed_commit": closed.format(name, commit),
        "gone_since": later,
    }.get(name, name)


def _sum_up(session: Session, build: Build) -> None:
    """The roll-ups of the rows: the finest from the rows, each wider one from the next finer."""
    summed = [facet.name for facet in build.summed]
    sums = [f"s_{name}" for name in summed]
    for facet in ("", *(facet.name for facet in build.counted)):
        own, before = (f"coalesce(f_{facet}, '')", f"coalesce(b_{facet}, '')") if facet else ("''", "''")
        parts = [
            _brought(build, own, [f"coalesce(f_{name}, 0)" for name in summed], "1", "state IS NOT NULL"),
            _brought(build, before, [f"-coalesce(b_{name}, 0)" for name in summed], "-1", "held_before = 1"),
        ]
        _insert(session, build, facet, build.levels[0], f"({' UNION ALL '.join(parts)}) AS found", sums)
    for finer, width in zip(build.levels, build.levels[1:], strict=False):
        for facet in ("", *(facet.name for facet in build.counted)):
            lines = f"{build.rollup} WHERE facet = '{facet}' AND width = {finer}"
            _insert(session, build, facet, width, lines, sums)


def _brought(build: Build, value: str, amounts: Sequence[str], keys: str, held: str) -> str:
    names = "".join(f", {amount} AS s_{facet.name}" for amount, facet in zip(amounts, build.summed, strict=True))
    return (
        f"SELECT valid_from AS bucket, {value} AS value, {keys} AS keys{names} FROM {build.rows} "
        f"WHERE known_to = {OPEN} AND {held}"
    )


def _insert(session: Session, build: Build, facet: str, width: int, lines: str, sums: Sequence[str]) -> None:
    totals = ", ".join(f"sum({name})" for name in ("keys", *sums))
    some = " OR ".join(f"sum({name}) <> 0" for name in ("keys", *sums))
    session.execute(
        f"INSERT INTO {build.rollup} (facet, width, bucket, value, {', '.join(('keys', *sums))}) "
        f"SELECT '{facet}', {width}, bucket - bucket % {width}, value, {totals} FROM {lines} "
        f"GROUP BY bucket - bucket % {width}, value HAVING {some}"
    )
