"""Events of a batch, and a store that does not know it is watched."""

from benchmarks.reliability.oracle import Batch
from eventstore.core.event import NewEvent


def events(batch: Batch, *, streams: int = 20) -> list[NewEvent]:
    """The batch's events, over a few streams that all writers share."""
    return [event(id_, f"order-{hash((batch.number, place)) % streams}") for place, id_ in enumerate(batch.ids())]


def event(id_: str, stream: str = "order-1", data: object = None) -> NewEvent:
    """One event with the given id."""
    return NewEvent(
        id=id_, stream=stream, category="order", type="Order Changed", data={"id": id_} if data is None else data
    )
