"""The moment bar: counts over any window, as fine as it takes, and the steps beside a moment."""

from functools import lru_cache
from itertools import islice

from app.answers import Count, Curve, Near, Viewer
from app.queries import source
from eventstore import RecordedEvent, curves

SECOND = 1_000_000
MINUTE = 60 * SECOND
MOST_BARS = 600
COUNTED = 10 * MINUTE
"""Buckets from here on are read from counts; finer ones from the events of the window, if those are few enough."""

FINE_EVENTS = 50_000
FINE = tuple(step * SECOND for step in (1, 2, 5, 10, 15, 30, 60, 120, 300))
COARSE = tuple(step * MINUTE for step in (10, 20, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 40_320))
NEAR = 50
COMMITS_READ = 400


def bars(viewer: Viewer, since: int, before: int, buckets: int) -> Curve:
    """Events by category over `since <= t < before`, in at most `buckets` bars, and one more at an end."""
    return _bars(source.loaded().database_url, viewer, source.store().head().position, (since, before, buckets))


@lru_cache(maxsize=128)
def _bars(url: str, viewer: Viewer, head: int, asked: tuple[int, int, int]) -> Curve:  # noqa: ARG001 - the cache's key
    since, before, buckets = asked
    coarse = _step(COARSE, before - since, buckets)
    curve = _counted(since, before, coarse)
    fine = _step(FINE, before - since, buckets)
    if coarse > COUNTED or fine >= COUNTED or curve.total > FINE_EVENTS:
        return curve
    return _counted(since, before, fine)


def _step(steps: tuple[int, ...], span: int, buckets: int) -> int:
    """The finest step that gives no more bars; beyond the fine ones the counted begin, beyond those whole weeks."""
    whole = -(-span // (buckets * COARSE[-1])) * COARSE[-1]
    beyond = COUNTED if steps is FINE else whole
    return next((step for step in steps if span // step <= buckets), beyond)


def _counted(since: int, before: int, bucket: int) -> Curve:
    since, before = since - since % bucket, before + -before % bucket
    found = curves.event_counts(source.store(), since, before, bucket=bucket, by="category")
    return Curve(tuple(Count(one.bucket, one.value, one.events) for one in found), bucket, since, before)


def near(viewer: Viewer, at: int, known: int, key: str) -> Near:  # noqa: ARG001 - every question takes the viewer
    """The events that occurred beside a time, of those known at a position; the key's, where one is named."""
    store, stream = source.store(), key or None
    before, after = (
        curves.beside(store, at, known=known, backwards=back, stream=stream, limit=NEAR) for back in (True, False)
    )
    return Near(
        *(tuple((one.at, one.position, f"{one.type} of {one.stream}") for one in side) for side in (before, after))
    )


def commits(viewer: Viewer, known: int) -> Near:  # noqa: ARG001 - every question takes the viewer
    """The commits beside a position, each with the time at which the store learnt it."""
    store = source.store()
    back = store.read_all(until=known, backwards=True, limit=COMMITS_READ)
    on = store.read_all(after=known, limit=COMMITS_READ)
    return Near(_commits(list(back), known), _commits(list(on), known))


def _commits(events: list[RecordedEvent], known: int) -> tuple[tuple[int, int, str], ...]:
    ends = {event.commit_position: event.recorded_at for event in events if event.commit_position != known}
    return tuple(islice(((at, end, f"commit #{end:,}") for end, at in ends.items()), NEAR))
