"""When a condition held, over all keys: key by key, in the order of the keys.

A condition may ask for anything in a state, so states are looked at one by one, in bounded answers that say where to go
on. Where it can hold only of states with one of a few values of a text facet, the facet's index names the keys, if
those are few. Rows are read from a snapshot and judged behind it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from eventstore.builds import Build
from eventstore.core.blame import when
from eventstore.core.condition import All, Comparison, Condition, Either
from eventstore.core.facet import Facet, Kind
from eventstore.core.paths import Path
from eventstore.histories.answers import HeldKey, Seen, Sight, Steps, Stored, When
from eventstore.histories.keys import Projections, steps
from eventstore.histories.standing import Standing

MOST_KEYS = 250
"""An answer looks at no more keys than this,"""

MOST_ROWS = 5_000
"""and at no further key behind so many rows."""

MOST_NARROWED = 20_000
"""The index names the keys where it has no more rows than this."""

EVERY = 2**31
"""More rows than any key has."""

Way = Sequence[tuple[Facet, str]]
"""Values of facets: who does not have one of them does not fulfil the condition."""


@dataclass(frozen=True, slots=True)
class Look:
    """The next keys with their states up to the moment, as one snapshot had them; `more`: others follow."""

    build: Build
    stories: Sequence[Steps]
    more: bool
    narrowed: int | None
    stored: int


def look(at: Standing, condition: Condition, after: str | None, seen: Seen, projections: Projections) -> Look:
    """The keys behind `after` for which the condition may have held, as many as one answer may look at."""
    named = _named(at, ways(condition, _facets(at.build, seen.hidden)))
    keys = _keys(at, after) if named is None else [key for key in named if after is None or key > after]
    stories, rows = list[Steps](), 0
    for key in keys[:MOST_KEYS]:
        stories.append(steps(at, key, projections, None, EVERY))
        rows += len(stories[-1].rows)
        if rows >= MOST_ROWS:
            break
    ((stored,),) = at.rows(f"SELECT coalesce(max(id), 0) FROM {at.build.rows}")  # noqa: S608 - our own names
    return Look(at.build, stories, len(stories) < len(keys), None if named is None else len(named), stored)


def judged(looked: Look, condition: Condition, limit: int, seen: Seen) -> When:
    """The keys for which it held, the first of them up to the limit, with all the times."""
    found, keys, rows = list[HeldKey](), 0, 0
    for story in looked.stories:
        held = when(story.rows if seen.state is None else _as_seen(story.rows, seen.state), condition)
        found += [HeldKey(story.key, held, refolded=story.refolded)] if held else []
        keys, rows = keys + 1, rows + len(story.rows)
        if len(found) == limit:
            break
    more = looked.more or keys < len(looked.stories)
    return When(
        looked.build.projection,
        found,
        looked.stories[keys - 1].key if more else None,
        keys=keys,
        rows=rows,
        narrowed=looked.narrowed,
        stored=looked.stored,
        checkpoint=looked.build.position,
    )


def _as_seen(rows: Sequence[Stored], state: Sight) -> Iterator[Stored]:
    return (replace(row, state=None if row.state is None else state(row.state)) for row in rows)


def _keys(at: Standing, after: str | None) -> list[str]:
    """The keys that follow, one seek each: a key's rows are not passed over one by one."""
    first = "" if after is None else "WHERE key > ?"
    sql = _KEYS.format(table=at.build.rows, first=first, limit=MOST_KEYS + 1)
    return [key for (key,) in at.rows(sql, *(() if after is None else (after,)))]


_KEYS = """
    WITH RECURSIVE following(key) AS (
        SELECT min(key) FROM {table} {first}
        UNION ALL SELECT (SELECT min(key) FROM {table} WHERE key > following.key) FROM following
        WHERE following.key IS NOT NULL)
    SELECT key FROM following WHERE key IS NOT NULL LIMIT {limit}"""


def _facets(build: Build, hidden: Collection[str]) -> Mapping[Path, Facet]:
    """The facets with an index, by the path of their value. A digit may be a place in a list, where no facet looks."""
    texts = [one for one in build.facets if one.kind is Kind.TEXT and one.name not in hidden]
    paths = {tuple((one.path or one.name).split(".")): one for one in texts}
    return {path: one for path, one in paths.items() if not any(step.isdigit() for step in path)}


def ways(condition: Condition, facets: Mapping[Path, Facet]) -> Iterator[Way]:
    """By which values of facets all that fulfil the condition can be found."""
    match condition:
        case Comparison(path, "=", str(value)) if path in facets and facets[path].holds(value):
            yield [(facets[path], value)]
        case All(parts):
            yield from chain.from_iterable(ways(part, facets) for part in parts)
        case Either(parts):
            each = [next(ways(part, facets), None) for part in parts]
            if None not in each:
                yield [one for way in each if way is not None for one in way]


def _named(at: Standing, found: Iterator[Way]) -> list[str] | None:
    """The keys of the first way by which they are few; None: there is none.

    A long key keeps its latest belief only, so below that it is always among them.
    """
    for way in found:
        rows = [_having(at, facet, value) for facet, value in way]
        if all(len(keys) <= MOST_NARROWED for keys in rows):
            return sorted({*chain.from_iterable(rows), *at.long_keys()})
    return None


def _having(at: Standing, facet: Facet, value: str) -> list[str]:
    """The keys of the rows that ever had the value, in the order of its index, so that no planner takes another."""
    sql = _HAVING.format(column=f"f_{facet.name}", table=at.build.rows, limit=MOST_NARROWED + 1)
    return [key for (key,) in at.rows(sql, value, value, at.occurred)]


_HAVING = """
    SELECT key FROM {table} WHERE {column} >= ? AND {column} <= ? AND valid_from <= ?
    ORDER BY {column}, valid_from, event_position, key LIMIT {limit}"""
