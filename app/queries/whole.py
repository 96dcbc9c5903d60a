"""Whole stories, read or folded once and kept for as long as nothing is added to them."""

from collections import deque
from collections.abc import Iterator, Sequence
from secrets import token_hex
from typing import NamedTuple

import streamlit as st

from app import payload
from app.answers import Brief, Viewer
from app.key_story import WholeStory
from app.queries import source
from app.queries.events import error_told, for_folds, late
from app.queries.models import door
from eventstore import Deltas, Moment, NotProjected, RecordedEvent, encode, serving, steps
from eventstore.histories import Stored

KEPT = 6
"""So many stories are kept."""

LONGEST = 200_000
"""The longest story that is told, in steps."""

LARGEST = 64_000_000
"""The most that a story's changes may say together, in characters."""

NO_FOLD = "none"
"""What tells the story of a stream whose events no read model folds: it has no steps."""

SLICE = 2_000
"""So many states are read at once."""


class Asked(NamedTuple):
    """What a story depends on. `last` and `version` change when the read model, or the stream, knows more of the key.

    `known` is a commit, None: the latest. `build` 0: no read model tells it, it is folded anew.
    """

    url: str
    viewer: Viewer
    key: str
    projection: str
    build: int
    known: int | None
    last: int
    version: int

    @property
    def tag(self) -> str:
        """The same as long as the story is, for this viewer."""
        return ".".join(map(str, (_RUN, self.build, self.known or "", self.last, self.version)))


_RUN = token_hex(4)
"""Folds and masks may be others in the next process."""


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def stored(asked: Asked) -> WholeStory | None:
    """The story as the read model has it, with those events of the stream that no fold takes: they change nothing.

    None where an older belief of a long key must be folded by code that is not at hand.
    """
    whole = _begun(asked, source.state_mask())
    try:
        _fill(whole, asked)
    except NotProjected:
        return None
    return whole


@st.cache_resource(show_spinner=False, max_entries=KEPT)
def replayed(asked: Asked) -> WholeStory | None:
    """The story of a stream, folded anew from its events; None where it has none."""
    events = [for_folds(asked.viewer, event) for event in source.store().read_stream(asked.key, limit=LONGEST)]
    projection = serving(source.projections(), asked.key, events)
    if not events:
        return None
    whole = _begun(asked._replace(projection=NO_FOLD if projection is None else projection.name), source.mask())
    for step in steps(projection, events, Moment(known=asked.known)) if projection is not None else ():
        state = None if step.state is None else str(encode(step.state))
        if not _told(whole, brief(step.event), state, step.error, parked=step.parked):
            break
    return whole


def _begun(asked: Asked, mask: payload.Mask) -> WholeStory:
    hides = None if asked.viewer.sees_clear or not mask else payload.hiding(mask)
    return WholeStory(asked.key, asked.projection, asked.tag, Deltas(hides))


def _told(whole: WholeStory, event: Brief, state: str | None, error: str | None, *, parked: bool) -> bool:
    """Whether the step found room."""
    if len(whole) >= LONGEST or whole.deltas.size > LARGEST:
        whole.note = f"its first {len(whole):,} steps"
        return False
    whole.add(event, state, error, parked=parked)
    return True


def _fill(whole: WholeStory, asked: Asked) -> None:
    state, parked = None, False
    for event, row in _rows_and_events(asked):
        error = None if row is None else error_told(asked.viewer, row.error)
        if row is not None:
            state, parked = row.state, row.parked is not None
        elif not len(whole):
            continue  # nothing of the key is known before the first event that a fold takes
        if not _told(whole, event, state, error, parked=parked):
            return


def _rows_and_events(asked: Asked) -> Iterator[tuple[Brief, Stored | None]]:
    """Stored states with their events, and the stream's other events between them, in fold order."""
    own = _own_events(asked)
    told = {event.position for event in own}
    for rows in _slices(asked):
        others = source.store().events_at([row.event_position for row in rows if row.event_position not in told])
        for row in rows:
            while own and _place(own[0]) < (row.since, row.event_position):
                yield own.popleft(), None
            mine = own and own[0].position == row.event_position
            yield (own.popleft() if mine else brief(others[row.event_position])), row
    yield from ((event, None) for event in own)


def _place(event: Brief) -> tuple[int, int]:
    return event.occurred_at, event.position


def _own_events(asked: Asked) -> deque[Brief]:
    """Those of the stream that has the key's name, in fold order."""
    until = asked.version if asked.known is None else None
    read = source.store().read_stream(asked.key, until=until, limit=LONGEST)
    sees = Moment(known=asked.known).sees
    return deque(sorted((brief(one) for one in read if sees(one.occurred_at, one.commit_position)), key=_place))


def _slices(asked: Asked) -> Iterator[Sequence[Stored]]:
    """The stored states, so many at a time; all as they were known when the first were read."""
    histories = door()
    found = histories.steps(asked.projection, asked.key, Moment(known=asked.known), limit=SLICE)
    known = found.checkpoint if asked.known is None else asked.known
    yield found.rows
    while found.more:
        limit = LONGEST if found.refolded else SLICE  # what is folded anew is folded up to its end each time
        after = found.rows[-1].place
        found = histories.steps(asked.projection, asked.key, Moment(known=known), after=after, limit=limit)
        yield found.rows


def brief(event: RecordedEvent) -> Brief:
    """The event in short: nothing in it can be masked."""
    return Brief(
        position=event.position,
        commit_position=event.commit_position,
        stream=event.stream,
        version=event.version,
        type=event.type,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        late=late(event),
        corrected=event.claimed_at is not None,
    )
