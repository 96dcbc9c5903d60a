"""What changed in a whole read model between two moments."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from eventstore.histories.answers import Behind, Between, Changed, Move, Stored, Values
from eventstore.histories.conditions import facet_of
from eventstore.histories.keys import Projections, as_of
from eventstore.histories.standing import Standing, columns

MOST_CHANGED = 50_000
"""More keys than this are not compared at once."""


class _Pair(NamedTuple):
    """A key that may differ, its rows' ids, and its move."""

    key: str
    first: int | None
    second: int | None
    move: Values


def between(first: Standing, second: Standing, by: str | None, keys: Behind, projections: Projections) -> Between:
    """The moves of all keys that differ, and the keys behind them that are asked for, with both their states."""
    if by is not None:
        facet_of(first.build, by)
    flat = first.known is None and second.known is None
    early = first if first.occurred <= second.occurred else second
    pairs = _in_window(early, second if early is first else first, by) if flat else _by_rows(first, second, by)
    if flat and early is not first:
        pairs = [_Pair(key, b, a, (move[1], move[0])) for key, a, b, move in pairs]
    complete, pairs = len(pairs) <= MOST_CHANGED, pairs[:MOST_CHANGED]
    changed = _long(first, second, projections)
    moves = Counter(pair.move for pair in pairs)
    moves.update(_move(one, by) for one in changed)
    rows = _fetched(first, second, [pair for pair in pairs if keys.ask(pair.key, pair.move)][: keys.limit + 1])
    rows += [one for one in changed if keys.ask(one.key, _move(one, by))]
    rows.sort(key=lambda row: row.key)
    return Between(
        projection=first.build.projection,
        by=by,
        moves=[Move(*move, number) for move, number in moves.most_common()],
        rows=rows[: keys.limit],
        after=rows[keys.limit - 1].key if len(rows) > keys.limit else None,
        complete=complete,
        flat=flat,
        checkpoint=first.build.position,
    )


def _in_window(early: Standing, late: Standing, by: str | None) -> list[_Pair]:
    """At the latest belief: of the rows that begin between the moments those that hold at the later one."""
    table, value = early.build.rows, f"f_{by}" if by else "''"
    new = f"n.f_{by}" if by else "''"
    sql = f"""
        SELECT n.key, o.id, n.id, o.state IS NOT NULL, o.{value}, n.state IS NOT NULL, {new}
        FROM {table} n LEFT JOIN {table} o ON o.id = (
            SELECT id FROM {table} p WHERE p.key = n.key AND p.{early.believed} AND p.valid_from <= {early.occurred}
            ORDER BY p.valid_from DESC, p.event_position DESC, p.known_from DESC LIMIT 1)
        WHERE n.{late.believed} AND n.valid_from > {early.occurred} AND n.valid_from <= {late.occurred}
        AND n.valid_to > {late.occurred} AND coalesce(o.state, '') <> coalesce(n.state, '')
        ORDER BY n.key LIMIT {MOST_CHANGED + 1}"""  # noqa: S608 - our own names and numbers
    sql = sql if by else sql.replace("o.''", "''")
    return [_pair(row) for row in early.rows(sql)]


def _pair(row: Sequence[Any]) -> _Pair:
    key, first, second, held, value, holds, new = row
    return _Pair(key, first, second, (_word(held, value), _word(holds, new)))


def _word(held: Any, value: Any) -> str | None:
    """The facet's value as a move has it; '' where the state has none."""
    if not held:
        return None
    return "" if value is None else str(value)


def _by_rows(first: Standing, second: Standing, by: str | None) -> list[_Pair]:
    """Below the latest belief: the rows that hold at one moment and not at the other, looked through."""
    value = f"f_{by}" if by else "''"
    sides = []
    for one, other in ((first, second), (second, first)):
        sql = f"""
            SELECT key, id, state IS NOT NULL, {value}, state FROM {one.build.rows}
            WHERE settled IS NULL AND {one.alive} AND NOT ({other.alive}) ORDER BY key LIMIT {MOST_CHANGED + 1}"""  # noqa: S608
        sides.append({key: rest for key, *rest in one.rows(sql)})
    nothing = (None, False, None, None)
    pairs = []
    for key in sorted({*sides[0], *sides[1]}):
        (a, held, value_a, state_a), (b, holds, value_b, state_b) = (side.get(key, nothing) for side in sides)
        if state_a != state_b:
            pairs.append(_Pair(key, a, b, (_word(held, value_a), _word(holds, value_b))))
    return pairs


def _fetched(first: Standing, second: Standing, pairs: Sequence[_Pair]) -> list[Changed]:
    """The states of both sides."""
    before = _states(first, [pair.first for pair in pairs if pair.first is not None])
    after = _states(second, [pair.second for pair in pairs if pair.second is not None])
    return [Changed(pair.key, _holding(before.get(pair.key)), _holding(after.get(pair.key))) for pair in pairs]


def _holding(row: Stored | None) -> Stored | None:
    return None if row is None or row.state is None else row


def _states(at: Standing, numbers: Sequence[int]) -> dict[str, Stored]:
    condition, values = at.session.database.among("id", numbers)
    sql = f"SELECT {columns(at.build)} FROM {at.build.rows} WHERE {condition}"  # noqa: S608 - our own words
    return {row.key: row for row in map(at.as_stored, at.rows(sql, *values))}


def _long(first: Standing, second: Standing, projections: Projections) -> list[Changed]:
    """Long keys that differ, each asked by itself, where an older belief is asked for."""
    found = []
    for key in sorted({*first.long_keys(), *second.long_keys()}):
        a, b = (_holding(as_of(one, key, projections).row) for one in (first, second))
        if (a and a.state) != (b and b.state):
            found.append(Changed(key, a, b))
    return found


def _move(one: Changed, by: str | None) -> Values:
    first, second = one.first, one.second
    return (
        None if first is None else _word(first, first.facets[by] if by else ""),
        None if second is None else _word(second, second.facets[by] if by else ""),
    )
