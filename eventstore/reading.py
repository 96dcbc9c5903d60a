"""The read side: which events a query asks for, and statements that find them by index, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from eventstore.core.event import Micros
from eventstore.databases import Database, Row, Session
from eventstore.schema import EVENT_COLUMNS

BATCH = 1_000
"""How many events one statement brings."""

SLICE = 50_000
"""How many positions one statement looks through where no index answers the query: it stays well below a second."""

COLUMNS = ", ".join(EVENT_COLUMNS)

_BRANCHES = 50
"""More values of one field than this are looked for in slices, not each by the index."""


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events to read; what is left out does not narrow.

    `stream` is exact, or a beginning that ends in `*`. `text` is part of the stream or of the event's, correlation or
    causation id; case counts. `since <= occurred_at < before`, in microseconds.
    """

    categories: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    stream: str | None = None
    text: str | None = None
    since: Micros | None = None
    before: Micros | None = None
    correlation_id: str | None = None


EVERYTHING = EventQuery()


@dataclass(frozen=True, slots=True)
class Span:
    """The positions `after < position <= until`, and the end from which they are read."""

    after: int
    until: int
    backwards: bool

    def beyond(self, position: int) -> "Span":
        """What is left to read once everything up to this position has been."""
        if self.backwards:
            return Span(self.after, position - 1, backwards=True)
        return Span(position, self.until, backwards=False)

    def slices(self, size: int) -> Iterator["Span"]:
        """The span in parts of at most `size` positions, in reading order."""
        starts = range(self.after, self.until, size)
        for start in reversed(starts) if self.backwards else starts:
            yield Span(start, min(start + size, self.until), self.backwards)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions joined by AND, and their bound values in order."""

    texts: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()

    def and_(self, text: str, *values: Any) -> "Conditions":
        """One more condition."""
        return Conditions((*self.texts, text), (*self.values, *values))


def page(session: Session, query: EventQuery, span: Span, size: int) -> list[Row]:
    """At most `size` rows of `events` that the query asks for, in reading order: those nearest to where it starts.

    Raises `QueryTooSlow` where a reader's deadline passes before enough are found.
    """
    field, values = _indexed(query)
    rest = _rest(session.database, query, field)
    if not rest.texts or field in ("stream", "correlation_id"):
        return session.rows(*_statement(field, values, rest, span, size))
    found: list[Row] = []
    for part in _narrowed(session, query, span).slices(SLICE):
        session.check_deadline()
        found += session.rows(*_statement(field, values, rest, part, size - len(found)))
        if len(found) >= size:
            break
    return found


def commit_at(session: Session, recorded_at: Micros, head: int) -> int:
    """The last position up to `head` that was recorded at that time or before, 0 where none was.

    By halving: positions have no gaps and `recorded_at` never goes back, so it needs no index.
    """
    low, high = 0, head
    while low < high:
        middle = (low + high + 1) // 2
        ((at,),) = session.rows("SELECT recorded_at FROM events WHERE position = ?", (middle,))
        low, high = (middle, high) if at <= recorded_at else (low, middle - 1)
    return low


def _indexed(query: EventQuery) -> tuple[str | None, tuple[str, ...]]:
    """The field whose index finds the events in order, and the values to look for. None: position."""
    if query.stream is not None and not query.stream.endswith("*"):
        return "stream", (query.stream,)
    if query.correlation_id is not None:
        return "correlation_id", (query.correlation_id,)
    for field, values in (("type", query.types), ("category", query.categories)):
        if values and len(set(values)) <= _BRANCHES:
            return field, tuple(sorted(set(values)))
    return None, ()


def _rest(database: Database, query: EventQuery, indexed: str | None) -> Conditions:
    """The conditions that the index does not answer."""
    rest = Conditions()
    for field, values in (("type", query.types), ("category", query.categories)):
        if values and field != indexed:
            text, bound = database.among(field, values)
            rest = rest.and_(text, *bound)
    if query.stream is not None and indexed != "stream":
        rest = _beginning(rest, query.stream[:-1])
    if query.correlation_id is not None and indexed != "correlation_id":
        rest = rest.and_("correlation_id = ?", query.correlation_id)
    if query.text:
        fields = ("stream", "id", "correlation_id", "causation_id")
        rest = rest.and_(f"({' OR '.join(map(database.containing, fields))})", *[query.text] * len(fields))
    if query.since is not None:
        rest = rest.and_("occurred_at >= ?", query.since)
    return rest if query.before is None else rest.and_("occurred_at < ?", query.before)


def _beginning(rest: Conditions, beginning: str) -> Conditions:
    """Text compares by bytes, so all that begins so lies below the beginning with the highest character behind it."""
    return rest.and_("stream >= ? AND stream < ?", beginning, beginning + "\U0010ffff") if beginning else rest


def _statement(
    field: str | None, values: Sequence[str], rest: Conditions, span: Span, size: int
) -> tuple[str, list[Any]]:
    """One range of the index for each value, each with its own limit, laid together in order."""
    where = Conditions().and_("position > ? AND position <= ?", span.after, span.until)
    direction = "DESC" if span.backwards else "ASC"
    order = f"{'version' if field == 'stream' else 'position'} {direction}"  # the same within a stream
    texts, bound = [], list[Any]()
    for value in values or (None,):
        branch = where if field is None else Conditions((f"{field} = ?",), (value,)).and_(*where.texts, *where.values)
        conditions = " AND ".join((*branch.texts, *rest.texts))
        texts.append(f"SELECT {COLUMNS} FROM events WHERE {conditions} ORDER BY {order} LIMIT ?")  # noqa: S608
        bound += (*branch.values, *rest.values, size)
    if len(texts) == 1:
        return texts[0], bound
    laid = " UNION ALL ".join(f"SELECT * FROM ({text}) AS branch{number}" for number, text in enumerate(texts))  # noqa: S608
    return f"{laid} ORDER BY position {direction} LIMIT ?", [*bound, size]


def _narrowed(session: Session, query: EventQuery, span: Span) -> Span:
    """The span without its ends in which no event can be in the query's time.

    Nothing occurs after it is recorded, so what was recorded before `since` is out. Above, late events lie anywhere:
    the last position of the time is asked of the index, once.
    """
    after, until = span.after, span.until
    if query.since is not None:
        after = max(after, min(commit_at(session, query.since - 1, until), until))
    if query.before is not None and span.backwards:
        ((last,),) = session.rows("SELECT max(position) FROM events WHERE occurred_at < ?", (query.before,))
        until = min(until, last or 0)
    return Span(after, until, span.backwards)
