"""Log lines: pages of them, filtered by what they say, and one line beside the events of its trace."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from app.answers import Event, Standing, Viewer
from app.links import Place, number
from app.log_answers import Beside, LogLine, LogPage, OpenLine
from app.queries import source
from app.queries.causing import service
from app.queries.events import asked, for_folds, seen
from app.queries.moments import moment
from eventstore import LEVELS, LOG_CATEGORY, EventQuery, RecordedEvent, body, level_of, message_of, service_of

PAGE = 100
LONGEST = 400
"""A message in a list is cut behind so many characters."""

CHUNK = 250
LOOKED = 5_000
"""A search that must read lines to judge them reads so many for a page, ..."""
READ = 20_000_000
"""... or lines of so many characters together."""

BLOCK = 1_024
"""Live, what a search found up to the last multiple of so many positions is kept: only what is behind it is new."""

AROUND = 100
"""Of a trace so many events before the line are shown, and so many after it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: what an index answers, and what only a line itself can, as the viewer may see it."""

    viewer: Viewer
    query: EventQuery
    stream: str
    level: str
    text: str

    @property
    def judged(self) -> bool:
        """Whether lines must be read to be judged."""
        return bool(self.stream or self.level or self.text)

    def has(self, event: RecordedEvent) -> bool:
        """Whether the line is one of them; it is as the viewer may see it, for a search would tell the rest."""
        if self.stream and event.stream != self.stream:
            return False
        if LEVELS.get(level_of(event), 0) < LEVELS.get(self.level, 0):
            return False
        return self.text.casefold() in message_of(event).casefold()


@dataclass(frozen=True, slots=True)
class Found:
    """Lines in reading order, how many were read, and the last of those where the search ended at its bound."""

    lines: tuple[LogLine, ...]
    looked: int
    stopped: int | None = None
    stopped_at: int | None = None

    @property
    def more(self) -> bool:
        """Whether there may be more lines beyond these."""
        return len(self.lines) > PAGE or self.stopped is not None


def lines(viewer: Viewer, at: Standing, place: Place) -> LogPage:
    """The page of log lines that the place asks for, as seen from the moment."""
    wanted, after, until = _wanted(viewer, at, place), number(place.after), number(place.until)
    if after is not None:
        found = _search(wanted, after, at.until, backwards=False)
        return _page(found, older=after > 0, newer=found.more, backwards=False)
    top = at.until if until is None else min(until, at.until)
    found = _search(wanted, 0, top, backwards=True) if until is not None else _newest(wanted, top)
    return _page(found, older=found.more, newer=top < at.until, backwards=True)


def _page(found: Found, *, older: bool, newer: bool, backwards: bool) -> LogPage:
    kept = found.lines[:PAGE] if backwards else found.lines[:PAGE][::-1]
    return LogPage(kept, older, newer, found.looked, found.stopped, found.stopped_at)


def _wanted(viewer: Viewer, at: Standing, place: Place) -> Wanted:
    """By trace the index finds few lines, so of those the stream is judged; else the stream has the index."""
    text = place.q.strip()
    query = replace(asked(at, place.but(c="", type="", q="", stream="")), categories=(LOG_CATEGORY,))
    level = place.level if place.level in LEVELS else ""
    if place.trace:
        return Wanted(viewer, replace(query, correlation_id=place.trace), place.stream, level, text)
    return Wanted(viewer, replace(query, stream=place.stream or None), "", level, text)


def _newest(wanted: Wanted, top: int) -> Found:
    """The newest lines up to a position: those behind the last whole block anew, what is older as it was found."""
    edge = top - top % BLOCK
    if not wanted.judged or not edge:
        return _search(wanted, 0, top, backwards=True)
    fresh = _search(wanted, edge, top, backwards=True)
    if fresh.more:
        return fresh
    older = _older(source.loaded().database_url, wanted, edge)
    return replace(older, lines=(*fresh.lines, *older.lines), looked=fresh.looked + older.looked)


@lru_cache(maxsize=32)
def _older(url: str, wanted: Wanted, top: int) -> Found:  # noqa: ARG001 - the cache's key
    return _search(wanted, 0, top, backwards=True)


def _search(wanted: Wanted, after: int, until: int, *, backwards: bool) -> Found:
    """One line more than a page holds, if there are so many before the bound."""
    found, looked, read, last = list[LogLine](), 0, 0, (0, 0)
    for event in _read(wanted, after, until, backwards=backwards):
        if wanted.judged and (looked >= LOOKED or read >= READ):
            return Found(tuple(found), looked, *last)
        looked, read, last = looked + 1, read + len(event.data_text), (event.position, event.occurred_at)
        clear = for_folds(wanted.viewer, event)
        if wanted.has(clear):
            found.append(_line(clear))
        if len(found) > PAGE:
            break
    return Found(tuple(found), looked)


def _read(wanted: Wanted, after: int, until: int, *, backwards: bool) -> Iterator[RecordedEvent]:
    """The lines that the index gives, in small parts: a single line may be a megabyte."""
    size = CHUNK if wanted.judged else PAGE + 1
    while until > after:
        part = list(
            source.store().read_all(after=after, until=until, query=wanted.query, backwards=backwards, limit=size)
        )
        yield from part
        if len(part) < size:
            return
        after, until = (after, part[-1].position - 1) if backwards else (part[-1].position, until)


def _line(event: RecordedEvent) -> LogLine:
    """The line of an event whose mask is applied."""
    message, instance = message_of(event), body(event).get("instance")
    return LogLine(
        position=event.position,
        occurred_at=event.occurred_at,
        stream=event.stream,
        service=service_of(event),
        instance=instance if isinstance(instance, str) else "",
        level=level_of(event),
        message=message[:LONGEST],
        length=len(message),
        trace=event.correlation_id,
    )


def line(viewer: Viewer, at: Standing, position: int) -> OpenLine | None:
    """The line at the position beside the events of its trace; None where the log has no line there."""
    event = source.store().event(position)
    if event is None or event.category != LOG_CATEGORY:
        return None
    clear = for_folds(viewer, event)
    before, after = ([], []) if event.correlation_id is None else _trace(at, event)
    told = sorted([*before[:AROUND], *after[:AROUND], event], key=lambda one: (one.occurred_at, one.position))
    return OpenLine(
        line=_line(clear),
        event=seen(viewer, event),
        message=message_of(clear),
        beside=tuple(_beside(viewer, told)) if event.correlation_id is not None else (),
        more_before=len(before) > AROUND,
        more_after=len(after) > AROUND,
        visible=moment(at).sees(event.occurred_at, event.commit_position),
    )


def _trace(at: Standing, event: RecordedEvent) -> tuple[list[RecordedEvent], list[RecordedEvent]]:
    """The events of the trace before the event's position and after it, as seen from the moment, the nearest first."""
    store, query = source.store(), replace(asked(at, Place()), correlation_id=event.correlation_id)
    before = min(event.position - 1, at.until)
    return (
        list(store.read_all(until=before, query=query, backwards=True, limit=AROUND + 1)),
        list(store.read_all(after=event.position, until=at.until, query=query, limit=AROUND + 1)),
    )


def _beside(viewer: Viewer, told: Sequence[RecordedEvent]) -> Iterator[Beside]:
    topics = source.store().topics([one.position for one in told])
    gaps = [None, *(later.occurred_at - one.occurred_at for one, later in pairwise(told))]
    for event, gap in zip(told, gaps, strict=True):
        event_shown: Event = seen(viewer, event)
        is_line = event.category == LOG_CATEGORY
        said = _line(for_folds(viewer, event)) if is_line else None
        yield Beside(event_shown, said.service if said else service(event_shown, topics), said, gap)
