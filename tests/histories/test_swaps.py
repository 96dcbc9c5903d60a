"""Two projectors come to the same new build: it is put in its predecessor's place once, and one generation is kept."""

from collections.abc import Callable

import pytest

from eventstore import clock
from eventstore.projector import Projector
from eventstore.store import EventStore
from tests.histories.logs import seeded, traced


def states(store: EventStore) -> dict[int, str]:
    return dict(store.rows("SELECT build, state FROM builds"))


@pytest.mark.parametrize(
    ("rebuilds", "left"),
    [(0, {1: "old", 2: "live"}), (1, {2: "old", 3: "live"})],
    ids=["the other swapped it in", "the other swapped it in and replaced it"],
)
def test_a_build_is_swapped_in_once(database_url: str, rebuilds: int, left: dict[int, str]) -> None:
    levelled, overtaken = list[int](), list[Callable[[], None]]()

    def now() -> int:
        """The proof before a swap ends with a look at the clock: there another projector overtakes."""
        if levelled and overtaken:
            overtaken.pop()()
        return clock.now()

    with EventStore.open(database_url) as other, EventStore.open(database_url, now=now) as store:
        rival = Projector(other, [traced])

        def overtake() -> None:
            rival.catch_up()
            for _ in range(rebuilds):
                rival.rebuild("traced")
                rival.catch_up()

        for commit in seeded(1):
            other.append(commit)
        rival.catch_up()
        rival.rebuild("traced")
        overtaken.append(overtake)
        Projector(store, [traced]).catch_up(on_progress=lambda reached, _: levelled.append(reached))
        assert overtaken == []
        assert states(other) == left
