"""The checks find what they are for: each mistake is planted into the library and must be found; the right one passes.

Without this nobody knows whether a property that holds says anything: most of these mistakes are invisible to logs in
order, to times that never tie, or to questions that never leave the latest belief.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eventstore import histories, projector
from eventstore.core import history as rule
from eventstore.core.history import LONG_KEY, history
from eventstore.core.moment import Moment
from eventstore.errors import EventStoreError
from eventstore.store import EventStore
from tests.histories import projected, pure
from tests.histories.declared import as_told
from tests.histories.logs import Log, mended, named, seeded
from tests.histories.mistakes import HARMLESS, OF_HEALING, OURS, THIRTY, TWELVE
from tests.histories.planted import Mistake, planted
from tests.histories.questions import (
    Truth,
    World,
    between_is_right,
    counts_are_right,
    curves_are_right,
    ever_is_right,
    key_is_right,
    pages_are_right,
    whens_are_right,
)

PURE_LOGS = [seeded(number) for number in range(150)]
STORED_LOGS = [seeded(number) for number in range(40)]

RIGHT: Any = SimpleNamespace(history=rule, projector=projector, histories=histories)
"""The library itself, in the form of a copy."""

ALL = [*TWELVE, *THIRTY, *OF_HEALING, *OURS]


class Ground:
    """One store with the logs, projected by the right code, on which all copies work."""

    def __init__(self, store: EventStore) -> None:
        self.store, self.builds = store, 0
        for commit in (commit for log in STORED_LOGS for commit in log):
            store.append(commit)
        self.truth = Truth(list(store.read_all()))
        self.some = [*self.truth.known[:-1:18], *self.truth.known[-2:]]
        self.plain, self.long = self.project(RIGHT), self.project(RIGHT, long_key=1)

    def project(self, copy: Any, *, batch: int = 10_000, long_key: int = LONG_KEY) -> str:
        """The name of a new projection, projected by the copy."""
        self.builds += 1
        name, reached = f"traced_{self.builds}", list[int]()
        found = copy.projector.Projector(self.store, [named(name)], batch=batch, long_key=long_key)
        found.catch_up(on_progress=lambda position, _: reached.append(position))
        assert set(reached) <= set(self.truth.known), "a checkpoint inside a commit"
        return name

    def world(self, copy: Any, name: str, limit: int = 50) -> World:
        """The questions of a copy to a build."""
        return World(self.truth, copy.histories.Histories(self.store, [named(name)]), name, limit=limit)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    url = f"sqlite:///{tmp_path_factory.mktemp('mistakes') / 'store.db'}"
    with EventStore.open(url) as store:
        yield Ground(store)


def of_pure(check: Callable[[Any, Log], None]) -> Callable[[Ground, Any], None]:
    def run(_: Ground, copy: Any) -> None:
        for log in PURE_LOGS:
            check(copy.history, log)

    return run


def projects(ground: Ground, copy: Any) -> None:
    """However the log is cut, its rows are those of the right pure function, and checkpoints are commits' ends."""
    for long_key, batch in ((LONG_KEY, 10_000), (LONG_KEY, 7), (1, 7)):
        build = projected.live(ground.store, ground.project(copy, batch=batch, long_key=long_key))
        told = projected.table(ground.store, build)
        for key, events in ground.truth.of_key.items():
            assert told.get(key) == as_told(history(named("any"), events, long_key=long_key))


def rolls_up(ground: Ground, copy: Any) -> None:
    """What is counted is the sum of the rows."""
    build = projected.live(ground.store, ground.project(copy, batch=7))
    assert projected.rollup(ground.store, build) == projected.recounted(ground.store, build)


def keys(ground: Ground, copy: Any) -> None:
    world = ground.world(copy, ground.plain)
    for key in ground.truth.keys:
        for moment in ground.truth.moments_of(key):
            key_is_right(world, key, moment)


def long_keys(ground: Ground, copy: Any) -> None:
    world = ground.world(copy, ground.long)
    for key in ground.truth.keys:
        for moment in ground.truth.moments_of(key):
            key_is_right(world, key, moment)


def at_moments(check: Callable[[World, Any], None]) -> Callable[[Ground, Any], None]:
    def run(ground: Ground, copy: Any) -> None:
        world = ground.world(copy, ground.plain)
        for moment in ground.truth.moments(ground.some):
            check(world, moment)

    return run


def when(ground: Ground, copy: Any) -> None:
    """As known at many commits, since in each other keys stand in the middle of their story."""
    for name, limit in ((ground.plain, 2), (ground.long, 50)):
        world = ground.world(copy, name, limit)
        for known in ground.truth.known[::8]:
            whens_are_right(world, Moment(None, known))


def curves(ground: Ground, copy: Any) -> None:
    world = ground.world(copy, ground.plain)
    for known in ground.some:
        curves_are_right(world, known)


def between(ground: Ground, copy: Any) -> None:
    world, moments = ground.world(copy, ground.plain), ground.truth.moments(ground.some)
    for first, second in zip(moments, [*moments[5:], *moments[:5]], strict=True):
        between_is_right(world, first, second)
    latest = ground.truth.moments([None])
    for first, second in pairwise(latest):
        between_is_right(world, first, second)


def tells_when_it_went(_: Ground, copy: Any) -> None:
    """`gone_since` is when the last state ended."""
    for log in PURE_LOGS:
        events = pure.stored(log)
        for key in pure.keys_of(events):
            mine = sorted(Truth(events).of_key[key], key=rule.place)
            rows = sorted(copy.history.history(named("any"), mine), key=lambda row: row.place)
            before, gone = None, None
            for row in (row for row in rows if row.known_to == rule.OPEN):
                gone = gone if before is None else row.valid_from
                assert row.at.gone_since == (gone if row.at.state is None else None)
                before = row.at.state


def heals(ground: Ground, copy: Any) -> None:
    """After a fix the rows are as if nothing had ever been parked, on both clocks."""
    name = ground.project(RIGHT)
    copy.projector.heal(ground.store, mended(name), accept_code=True)
    build = projected.live(ground.store, name)
    told = projected.table(ground.store, build)
    assert told == {key: as_told(history(mended(name), events)) for key, events in ground.truth.of_key.items()}
    assert projected.rollup(ground.store, build) == projected.recounted(ground.store, build)


CHECKS: dict[str, Callable[[Ground, Any], None]] = {
    "answers": of_pure(pure.answers),
    "declares": of_pure(pure.declares),
    "one_holds": of_pure(pure.one_holds),
    "long_ones_keep_the_latest": of_pure(pure.long_ones_keep_the_latest),
    "projects": projects,
    "rolls_up": rolls_up,
    "heals": heals,
    "keys": keys,
    "long_keys": long_keys,
    "counts": at_moments(counts_are_right),
    "pages": at_moments(pages_are_right),
    "ever": at_moments(ever_is_right),
    "when": when,
    "curves": curves,
    "between": between,
    "tells_when_it_went": tells_when_it_went,
}


@pytest.mark.parametrize("check", CHECKS)
def test_the_right_code_passes(check: str, ground: Ground) -> None:
    CHECKS[check](ground, RIGHT)


@pytest.mark.parametrize("mistake", ALL, ids=lambda mistake: mistake.name)
def test_a_mistake_is_found(mistake: Mistake, ground: Ground, tmp_path: Path) -> None:
    with planted(mistake, tmp_path) as copy, pytest.raises((AssertionError, EventStoreError)):
        CHECKS[mistake.found_by](ground, copy)


def test_the_harmless_one_is_harmless(ground: Ground, tmp_path: Path) -> None:
    right = ground.world(RIGHT, ground.plain).histories
    with planted(HARMLESS, tmp_path) as copy:
        asked = ground.world(copy, ground.plain).histories
        for key, events in ground.truth.of_key.items():
            for occurred, known in product(
                [events[0].occurred_at, None], range(events[0].position - 1, events[-1].position + 2)
            ):
                moment = Moment(occurred, known)
                assert asked.as_of(ground.plain, key, moment).state == right.as_of(ground.plain, key, moment).state
