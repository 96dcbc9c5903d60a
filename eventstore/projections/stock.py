"""Stock: what of each product lies on the shelf, and how much of it is promised, from every move of it."""

from collections.abc import Iterator
from typing import Any

from eventstore.core.event import TOMBSTONE, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.payload import body, name, whole
from eventstore.core.projection import Fold, Projection, State

LOW = 5
"""So many free ones, or fewer, are called low."""


def shelf_of(event: RecordedEvent) -> Iterator[str]:
    """The product's shelf: the stock's own stream, and for what is told of a product, that of its sku."""
    if event.category == "stock":
        yield event.stream
    elif event.category == "product":
        sku = name(body(event).get("sku"))
        if sku:
            yield f"stock-{sku}"


stock = Projection(
    "stock",
    keys=shelf_of,
    facets=[
        Facet("status", counted=True),
        Facet("on_hand", Kind.INTEGER, summed=True),
        Facet("reserved", Kind.INTEGER, summed=True),
        Facet("available", Kind.INTEGER, summed=True),
        Facet("picked", Kind.INTEGER, summed=True),
        Facet("refused", Kind.INTEGER, summed=True),
        Facet("sku"),
        Facet("price", Kind.DECIMAL),
    ],
)


def levelled(state: State, **more: Any) -> dict[str, Any]:
    """The shelf with its levels in accord, and what they are called."""
    shelf = {"on_hand": 0, "reserved": 0, **state, **more}
    available = shelf["on_hand"] - shelf["reserved"]
    return {**shelf, "available": available, "status": status_of(available)}


def status_of(available: int) -> str:
    """What so many free ones are called. Below nothing, more was promised than there is."""
    if available < 0:
        return "oversold"
    return "sold out" if available == 0 else "low" if available <= LOW else "in stock"


def move(on_hand: int, reserved: int, total: str = "") -> Fold:
    """The fold of a move: what one thing does to each level, and under which name such moves are added up.

    Moves are added, not the stated levels taken: a late event then leaves the right level, whatever it was told.
    """

    def moved(state: State, event: RecordedEvent) -> State:
        data = body(event)
        quantity = whole(data.get("quantity")) or 0
        levels = {
            "on_hand": state.get("on_hand", 0) + on_hand * quantity,
            "reserved": state.get("reserved", 0) + reserved * quantity,
        }
        named = {"sku": data["sku"]} if "sku" in data else {}
        sums = {total: state.get(total, 0) + quantity} if total else {}
        return levelled(state, **named, **levels, **sums)

    return moved


stock.on("Stock Received")(move(1, 0, "received"))
stock.on("Stock Reserved")(move(0, 1))
stock.on("Stock Released")(move(0, -1))
stock.on("Stock Picked")(move(-1, -1, "picked"))
stock.on("Stock Returned")(move(1, 0, "returned"))


@stock.on("Reservation Failed")
def refused(state: State, event: RecordedEvent) -> State:
    """There was not enough for an order, which the shelf names."""
    more = {"refused": state.get("refused", 0) + 1, "refused_last": body(event).get("order_id")}
    return levelled(state, **more)


@stock.on("Product Created", "Price Changed")
def described(state: State, event: RecordedEvent) -> State:
    """What it is called and what it costs."""
    data = body(event)
    return levelled(state, **{field: data[field] for field in ("sku", "name", "price", "currency") if field in data})


@stock.on(TOMBSTONE)
def deleted(_: State, __: RecordedEvent) -> None:
    """The shelf was deleted at its source."""
