"""Keys: which there are, and one key's story, rebuilt by replay."""

from app.answers import KeyStory, Standing, Step, Stream, Viewer
from app.queries import source
from app.queries.events import for_folds, seen, shown
from app.queries.moments import moment
from eventstore import curves, encode, serving, steps

FOUND = 12
LONGEST = 20_000
"""The longest stream that this page folds at once."""


def found(viewer: Viewer, text: str, category: str = "") -> tuple[Stream, ...]:  # noqa: ARG001 - every question takes the viewer
    """Streams whose names hold the text, the ones that changed last first; the exact name, if there is one, leads."""
    listed = curves.streams(source.store(), text=text or None, category=category or None, limit=FOUND)
    rows = [Stream(one.stream, one.category, one.version, one.first_at, one.last_at) for one in listed]
    return tuple(sorted(rows, key=lambda row: row.stream != text))


def story(viewer: Viewer, at: Standing, key: str) -> KeyStory | None:
    """The key's steps up to the moment, each with the state behind it; None where the stream has no events at all."""
    events = [for_folds(viewer, event) for event in source.store().read_stream(key, limit=LONGEST)]
    if not events:
        return None
    projection = serving(source.projections(), key, events)
    if projection is None:
        return KeyStory(key, "none", (), len(events))
    told = tuple(
        Step(
            event=seen(viewer, step.event),
            state=None if step.state is None else shown(viewer, encode(step.state)),
            error=step.error,
            parked=step.parked,
        )
        for step in steps(projection, events, moment(at))
    )
    return KeyStory(key, projection.name, told, len(events) - len(told))
