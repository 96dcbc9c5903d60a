"""Keys: which there are, and one key's story: its stored states, or a replay where no read model has come so far."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.answers import KeyStory, Standing, Step, Stream, Viewer
from app.model_answers import Model
from app.queries import source
from app.queries.events import error_shown, for_folds, seen, shown, state_shown
from app.queries.models import door, models
from app.queries.moments import moment
from eventstore import NotProjected, RecordedEvent, curves, encode, fold_order, serving, steps
from eventstore.histories import Stored

FOUND = 12
LONGEST = 20_000
"""The longest story that this page tells at once."""


def found(viewer: Viewer, text: str, category: str = "") -> tuple[Stream, ...]:  # noqa: ARG001 - every question takes the viewer
    """Streams whose names hold the text, the ones that changed last first; the exact name, if there is one, leads."""
    listed = curves.streams(source.store(), text=text or None, category=category or None, limit=FOUND)
    rows = [Stream(one.stream, one.category, one.version, one.first_at, one.last_at) for one in listed]
    return tuple(sorted(rows, key=lambda row: row.stream != text))


def story(viewer: Viewer, at: Standing, key: str, wanted: str = "") -> KeyStory | None:
    """The key's steps up to the moment, each with the state behind it; None where nothing knows the key.

    Told by the wanted read model, else by the first that has the key. A stream that went on behind its checkpoint, or
    that none has, is replayed.
    """
    having = holding(viewer, key)
    told_by = sorted(having, key=lambda model: model.name != wanted)
    if told_by and not _went_on(at, key, told_by[0]):
        stored = _stored(viewer, at, key, told_by[0], tuple(model.name for model in having))
        if stored is not None:
            return stored
    return _replayed(viewer, at, key, behind=told_by[0] if told_by else None)


def holding(viewer: Viewer, key: str) -> tuple[Model, ...]:
    """The read models that ever held the key."""
    histories = door()
    return tuple(model for model in models(viewer) if model.build is not None and histories.as_of(model.name, key).row)


def _went_on(at: Standing, key: str, model: Model) -> bool:
    """Whether the stream of that name has events that can be seen, and that the read model has not applied."""
    checkpoint = model.build.position if model.build else 0
    if at.until <= checkpoint:
        return False
    last = next(source.store().read_stream(key, backwards=True, limit=1), None)
    return last is not None and last.position > checkpoint


def _stored(viewer: Viewer, at: Standing, key: str, model: Model, having: tuple[str, ...]) -> KeyStory | None:
    """None where an older belief of a long key must be folded by code that is not at hand."""
    histories = door()
    try:
        told = histories.steps(model.name, key, moment(at), limit=LONGEST)
    except NotProjected:
        return None
    known = told if at.live else histories.steps(model.name, key, limit=LONGEST)
    later = len(known.rows) - len(told.rows)
    note = _read(model, told.checkpoint, at) + (f"; its first {LONGEST:,} steps" if told.more else "")
    made = tuple(_steps(viewer, at, key, told.rows))
    return KeyStory(key, model.name, made, later, note, having)


def _read(model: Model, checkpoint: int, at: Standing) -> str:
    behind = at.until - checkpoint
    return f"read from {model.name}" + (f", which is {behind:,} events behind" if behind > 0 else "")


def _steps(viewer: Viewer, at: Standing, key: str, rows: Sequence[Stored]) -> Iterator[Step]:
    """The stored states with their events, and those events of the stream that no fold takes: they change nothing."""
    store = source.store()
    told = {row.event_position: row for row in rows}
    events = {**{event.position: event for event in store.read_stream(key, limit=LONGEST)}, **store.events_at([*told])}
    last: Step | None = None
    for event in fold_order(events.values(), moment(at)):
        if event.position in told:
            last = _step(viewer, told[event.position], event)
            yield last
        elif last is not None:
            yield replace(last, event=seen(viewer, event), error=None)


def _step(viewer: Viewer, row: Stored, event: RecordedEvent) -> Step:
    return Step(
        event=seen(viewer, event),
        state=None if row.state is None else state_shown(viewer, row.state),
        error=None if row.error is None else error_shown(viewer, row.error) or "hidden by the mask",
        parked=row.parked is not None,
    )


def _replayed(viewer: Viewer, at: Standing, key: str, behind: Model | None) -> KeyStory | None:
    """The story of a stream, folded anew from its events; None where it has none."""
    events = [for_folds(viewer, event) for event in source.store().read_stream(key, limit=LONGEST)]
    if not events:
        return None
    projection = serving(source.projections(), key, events)
    if projection is None:
        return KeyStory(key, "none", (), len(events), "no read model folds its events")
    told = tuple(
        Step(
            event=seen(viewer, step.event),
            state=None if step.state is None else shown(viewer, encode(step.state)),
            error=step.error,
            parked=step.parked,
        )
        for step in steps(projection, events, moment(at))
    )
    return KeyStory(key, projection.name, told, len(events) - len(told), _why_replayed(projection.name, behind))


def _why_replayed(name: str, behind: Model | None) -> str:
    if behind is None:
        return f"replayed with {name}: no read model has come to it yet"
    position = behind.build.position if behind.build else 0
    return f"replayed with {name}: the read model stands at #{position:,}, before its last event"
