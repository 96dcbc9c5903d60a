"""Where the viewer stands: the link's moment, resolved against the log once a run."""

from app.answers import Standing, Viewer
from app.links import Place
from app.queries import source
from eventstore import EventStore, Moment
from eventstore.clock import now


def standing(viewer: Viewer, place: Place) -> Standing:  # noqa: ARG001 - every question takes the viewer
    """The moment of the link, bounded by what the store holds."""
    store = source.store()
    head = store.head()
    known = None if place.known_position is None else commit_of(store, place.known_position, head.position)
    known_event = store.event(known) if known else None
    return Standing(
        occurred=place.occurred,
        known=known,
        known_at=known_event.recorded_at if known_event else None,
        head=head.position,
        head_at=head.recorded_at,
        frontier=known_event.frontier if known_event else head.frontier,
        now=now(),
    )


def commit_of(store: EventStore, position: int, head: int) -> int:
    """The commit that a position means: its own where it ends one, else the one before; 0 before all."""
    if position >= head:
        return head
    for event in store.read_all(until=position, backwards=True):
        if event.commit_position <= position:
            return event.commit_position
    return 0


def commit_at(viewer: Viewer, recorded_at: int) -> int:  # noqa: ARG001 - every question takes the viewer
    """The last commit that the store knew at that time."""
    return source.store().commit_at(recorded_at)


def moment(at: Standing) -> Moment:
    """The library's word for where the viewer stands."""
    return Moment(at.occurred, at.known)
