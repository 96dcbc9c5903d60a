"""P6: a read model is asked all the while it is rebuilt. P7: a reader that found a build before it was replaced."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.ground import Ground
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.ledger import build_of, fill, ledger
from eventstore.builds import builds, drop
from eventstore.errors import EventStoreError
from eventstore.histories import Counts, Histories
from eventstore.projector import Projector
from eventstore.store import EventStore

BATCH = 100
REBUILDS = 3


class Reader:
    """Counts keys and sums at each point between two statements of a projector: the log stands, so must they."""

    def __init__(self, url: str) -> None:
        self.store = EventStore.open(url, read_only=True)
        self.histories = Histories(self.store)
        self.whole = self._read()
        self.reads, self.half = 0, 0

    def __call__(self, _: str) -> None:
        self.reads += 1
        self.half += self._read() != self.whole

    def _read(self) -> Counts:
        return replace(self.histories.count("ledger", by="status"), checkpoint=0)


def p6(ground: Ground) -> Iterator[Figure]:
    """Rebuild beside the live build and swap, with a reader between any two statements."""
    events = ground.times(4_000, 800)
    for place, url in ground.urls():
        fill(url, ground.random("p6"), events)
        reader, control = _rebuilt(url)
        yield Figure(
            name="P6",
            place=place,
            did=f"{REBUILDS} rebuilds of {events:,} events, {reader.reads} reads between their statements",
            harms={"half builds seen": reader.half},
            flaws={"reads missing": int(reader.reads == 0)},
            control=f"rebuilt in place, {control.reads} reads",
            control_harms={"half builds seen": control.half},
        )


def _rebuilt(url: str) -> tuple[Reader, Reader]:
    """What readers saw of rebuilds as they are, and of one in place."""
    with EventStore.open(url) as store:
        Projector(store, [ledger]).catch_up()
        reader, control = Reader(url), Reader(url)
        with reader.store, control.store:
            for _ in range(REBUILDS):
                projector = Projector(store, [ledger], hook=reader, batch=BATCH)
                projector.rebuild("ledger")
                projector.catch_up()
            _emptied(store, build_of(url, "ledger"))
            Projector(store, [ledger], hook=control, batch=BATCH).catch_up()
        return reader, control


def _emptied(store: EventStore, build: int) -> None:
    with store.write() as writer:
        writer.execute(f"DELETE FROM history_{build}")
        writer.execute(f"DELETE FROM rollup_{build}")
        writer.execute("UPDATE builds SET position = 0 WHERE build = ?", (build,))


def p7(ground: Ground) -> Iterator[Figure]:
    """A reader looks up the build, is overtaken by a swap, and reads its rows."""
    for place, url in ground.urls():
        fill(url, ground.random("p7"), ground.times(1_000, 200))
        with EventStore.open(url) as store:
            Projector(store, [ledger]).catch_up()
            lost = 0
            for _ in range(REBUILDS):
                found = _overtaken(store, url)
                lost += not _readable(store, found)
            with store.write() as writer:
                (old,) = [one for one in builds(writer.session) if one.state == "old"]
                drop(writer.session, old)
            yield Figure(
                name="P7",
                place=place,
                did=f"{REBUILDS} swaps between a reader's two statements",
                harms={"reads of a build that is gone": lost},
                control="the old build dropped with the swap",
                control_harms={"reads of a build that is gone": int(not _readable(store, old.number))},
            )


def _overtaken(store: EventStore, url: str) -> int:
    found = build_of(url, "ledger")
    projector = Projector(store, [ledger])
    projector.rebuild("ledger")
    projector.catch_up()
    return found


def _readable(store: EventStore, build: int) -> bool:
    try:
        return bool(store.rows(f"SELECT count(*) FROM history_{build}"))
    except EventStoreError:
        return False
