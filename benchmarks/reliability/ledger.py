"""A log with late events for the projector's figures, a fold that reveals order, and what its builds hold."""

from collections import Counter
from collections.abc import Iterator
from copy import copy
from random import Random
from typing import Any

from benchmarks.reliability.oracle import select
from eventstore.core.event import Micros, NewEvent, RecordedEvent
from eventstore.core.facet import Facet, Kind
from eventstore.core.projection import Projection, State
from eventstore.store import EventStore

KEYS = 8
LATE = 0.2
BEGINNING: Micros = 1_772_366_400_000_000
SECOND: Micros = 1_000_000

ledger = Projection(
    "ledger",
    keys=lambda event: [event.stream],
    facets=(Facet("status", counted=True), Facet("total", Kind.INTEGER, summed=True)),
)


mended = Projection("ledger", keys=lambda event: [event.stream], facets=ledger.facets)
mended.sources = ("mended = True",)


@ledger.on("Booked")
def booked(state: State, event: RecordedEvent) -> State:
    """A value that is no number raises."""
    return _after(state, int(event.data["value"]))


@mended.on("Booked")
def booked_or_not(state: State, event: RecordedEvent) -> State:
    """Takes what is no number for nothing."""
    return _after(state, event.data["value"] if isinstance(event.data["value"], int) else 0)


def _after(state: State, value: int) -> State:
    """The last values in their order, and their sum."""
    values = [*state.get("last", []), value][-6:]
    return {"last": values, "total": state.get("total", 0) + value, "status": f"s{sum(values) % 4}"}


def named(name: str) -> Projection:
    """The same by another name: a build of its own over the same log."""
    one = copy(ledger)
    one.name = name
    return one


def fill(url: str, random: Random, events: int, *, poison: int | None = None) -> None:
    """Append a log of so many events in commits of 1 to 20; the event numbered `poison` cannot be folded."""
    with EventStore.open(url) as store:
        number = 0
        while number < events:
            size = min(random.randint(1, 20), events - number)
            store.append([_event(random, number + place, poison) for place in range(size)])
            number += size


def _event(random: Random, number: int, poison: int | None) -> NewEvent:
    late = random.randint(1, 600) if random.random() < LATE else 0
    key = KEYS if number == poison else random.randint(1, KEYS)
    value = "many" if number == poison else random.randint(0, 9)
    return NewEvent(
        stream=f"book-{key}",
        category="book",
        type="Booked",
        data={"value": value},
        occurred_at=BEGINNING + (number - late) * SECOND,
    )


def build_of(url: str, projection: str) -> int:
    """The number of the live build."""
    ((number,),) = select(url, f"SELECT build FROM builds WHERE projection = '{projection}' AND state = 'live'")
    return int(number)


def held(url: str, projection: str, *, key: str = "%") -> Counter[tuple[Any, ...]]:
    """The rows of a build, those of some keys, as the driver reads them."""
    columns = (
        "key, valid_from, valid_to, event_position, known_from, known_to, closed_commit, settled, gone_since, parked, "
        "error, state, f_status, f_total, held_before, b_status, b_total"
    )
    return Counter(select(url, f"SELECT {columns} FROM history_{build_of(url, projection)} WHERE key LIKE '{key}'"))


def rolled_up(url: str, projection: str) -> Counter[tuple[Any, ...]]:
    """The roll-ups of a build."""
    table = f"rollup_{build_of(url, projection)}"
    return Counter(select(url, f"SELECT facet, width, bucket, value, keys, s_total FROM {table} WHERE keys <> 0"))


def differences(url: str, one: str, other: str) -> dict[str, int]:
    """How many rows and roll-ups of a build are not those of another."""
    return {
        "rows differ": _apart(held(url, one), held(url, other)),
        "roll-ups differ": _apart(rolled_up(url, one), rolled_up(url, other)),
    }


def _apart(one: Counter[tuple[Any, ...]], other: Counter[tuple[Any, ...]]) -> int:
    return (one - other).total() + (other - one).total()


class NaiveProjector:
    """One number a key, and a checkpoint: as many projectors are written. `apart`: it has a transaction of its own."""

    def __init__(self, store: EventStore) -> None:
        self.store = store

    def make(self) -> None:
        """The tables."""
        with self.store.write() as writer:
            writer.execute("CREATE TABLE naive_seen (key TEXT PRIMARY KEY, events BIGINT NOT NULL)")
            writer.execute("CREATE TABLE naive_checkpoint (position BIGINT NOT NULL)")
            writer.execute("INSERT INTO naive_checkpoint VALUES (0)")
            for number in range(1, KEYS + 1):
                writer.execute("INSERT INTO naive_seen VALUES (?, 0)", (f"book-{number}",))

    def batches(self, size: int) -> Iterator[list[RecordedEvent]]:
        """What is to do, from the checkpoint on."""
        while True:
            ((position,),) = self.store.rows("SELECT position FROM naive_checkpoint")
            events = list(self.store.read_all(after=position, limit=size))
            if not events:
                return
            yield events

    def take(self, writer: Any, events: list[RecordedEvent]) -> None:
        """Count the events of each key."""
        for key, number in sorted(Counter(event.stream for event in events).items()):
            writer.execute("UPDATE naive_seen SET events = events + ? WHERE key = ?", (number, key))

    def move(self, writer: Any, events: list[RecordedEvent]) -> None:
        """Move the checkpoint, without a look at where it stands."""
        writer.execute("UPDATE naive_checkpoint SET position = ?", (events[-1].position,))


def naive_harm(url: str) -> dict[str, int]:
    """How many events the naive projector counted more than once."""
    ((events,),) = select(url, "SELECT count(*) FROM events")
    ((seen,),) = select(url, "SELECT sum(events) FROM naive_seen")
    return {"doubled": int(seen) - int(events)}
