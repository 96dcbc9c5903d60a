"""Any course of appends, crashes, restarts, rebuilds and rivals: after each step every moment answers as the replay.

One rule appends and projects: with two, the median run projects nothing, and mistakes pass (that is asserted too). A
crash is between any two statements, at the projector's own hook.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise, product
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from eventstore import projector
from eventstore.core.history import LONG_KEY, Row, history
from eventstore.histories import Histories
from tests.histories import projected
from tests.histories.declared import as_told
from tests.histories.logs import Log, commits, events, traced
from tests.histories.mistakes import APART, BLIND, TWELVE
from tests.histories.planted import Mistake, planted
from tests.histories.questions import (
    Truth,
    World,
    between_is_right,
    counts_are_right,
    curves_are_right,
    ever_is_right,
    pages_are_right,
)
from tests.store.fresh import fresh_store

RUNS, STEPS = max(4, settings().max_examples // 33), 6
"""In CI 6 runs; a soak has hundreds."""

more = st.lists(st.lists(events, min_size=1, max_size=3), min_size=1, max_size=2)
crash = st.integers(1, 20)
Hook = Callable[[str], None]


class Crashed(Exception):
    """The projector ended here."""


def crashing(after: int, met: Counter[str]) -> Hook:
    """A hook that ends the projector at its so-manieth call; `met` counts where."""
    left = [after]

    def hook(point: str) -> None:
        left[0] -= 1
        if not left[0]:
            met[point] += 1
            raise Crashed(point)

    return hook


class Machine(RuleBasedStateMachine):
    """A store under a projector that dies, comes back, rebuilds, and meets others."""

    url: str
    parts: Any
    projected: list[int]
    met: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.opened = fresh_store(self.url)
        self.store = self.opened.__enter__()
        self.options: dict[str, int] = {}

    @initialize(log=commits, batch=st.sampled_from([1, 3, 7]), long_key=st.sampled_from([2, LONG_KEY]))
    def begin(self, log: Log, batch: int, long_key: int) -> None:
        self.options = {"batch": batch, "long_key": long_key}
        self.append(log)
        self.projector().catch_up()

    def append(self, log: Log) -> None:
        for commit in log:
            self.store.append(commit)

    def projector(self, hook: Hook = lambda _: None) -> Any:
        """A new one, as after a restart."""
        return self.parts.projector.Projector(self.store, [traced], hook=hook, **self.options)

    @rule(log=more)
    def follow(self, log: Log) -> None:
        self.append(log)
        self.projector().catch_up()

    @rule(log=more, after=crash)
    def die(self, log: Log, after: int) -> None:
        self.append(log)
        try:
            self.projector(crashing(after, self.met)).catch_up()
        except Crashed:
            return

    @rule(log=more, point=st.sampled_from(["read", "folded"]))
    def meet_another(self, log: Log, point: str) -> None:
        """Another projector overtakes this one between its reading and its writing."""
        self.append(log)
        rival = self.projector()

        def overtaken(at: str) -> None:
            if at == point:
                rival.catch_up()
                self.met["rival"] += 1

        self.projector(overtaken).catch_up()

    @rule(log=more, after=crash)
    def rebuild(self, log: Log, after: int) -> None:
        """A new build dies on its way, while the live one answers, and is swapped in later."""
        self.append(log)
        self.projector().rebuild("traced")
        try:
            self.projector(crashing(after, self.met)).catch_up()
        except Crashed:
            return

    @invariant()
    def every_moment_answers_as_the_replay(self) -> None:
        if not self.options:
            return
        checkpoint = projected.live(self.store).position
        truth = Truth([event for event in self.store.read_all() if event.commit_position <= checkpoint])
        world = World(truth, Histories(self.store, [traced]))
        for key, moment in product(truth.keys, truth.moments()):
            assert world.histories.as_of("traced", key, moment).state == truth.state(key, moment)
        sample(world)

    @invariant()
    def no_two_rows_overlap(self) -> None:
        if self.options:
            assert [pair for mine in projected.rows(self.store).values() for pair in overlaps(mine)] == []

    def teardown(self) -> None:
        try:
            if self.options:
                self.ends_well()
        finally:
            self.opened.__exit__(None, None, None)

    def ends_well(self) -> None:
        """Whatever happened, once it is level its rows are those of the pure function."""
        self.projector().catch_up()
        self.projected.append(projected.live(self.store).position)
        truth = Truth(list(self.store.read_all()))
        wanted = {
            key: as_told(history(traced, mine, long_key=self.options["long_key"])) for key, mine in truth.of_key.items()
        }
        assert projected.table(self.store) == wanted
        assert projected.rollup(self.store) == projected.recounted(self.store)


def sample(world: World) -> None:
    """The questions to the whole model, at some moments: other ones at each length of the log."""
    moments = world.truth.moments()
    some = moments[len(world.truth.events) % 11 :: 11]
    for moment in some:
        pages_are_right(world, moment)
        counts_are_right(world, moment)
        ever_is_right(world, moment)
    for first, second in pairwise(some):
        between_is_right(world, first, second)
    for known in world.truth.known[-3:]:
        curves_are_right(world, known)


def overlaps(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Pairs of rows that hold at the same time as believed at the same time. What ends in its instant never holds."""
    whole = [row for row in rows if row.valid_from < row.valid_to and row.known_from < row.known_to]
    return [
        (one.place, other.place)
        for number, one in enumerate(whole)
        for other in whole[:number]
        if max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)
        and max(one.known_from, other.known_from) < min(one.known_to, other.known_to)
    ]


def run(url: str, parts: Any, **options: Any) -> tuple[Counter[str], list[int]]:
    """Where it crashed and met others, and how many events each run projected."""
    met, seen = Counter[str](), list[int]()
    machine = type("Here", (Machine,), {"url": url, "parts": parts, "projected": seen, "met": met})
    some = settings(max_examples=RUNS, stateful_step_count=STEPS, report_multiple_bugs=False)
    run_state_machine_as_test(machine, settings=settings(some, **options))
    return met, seen


def test_any_course_answers_as_the_replay(database_url: str) -> None:
    met, seen = run(database_url, SimpleNamespace(projector=projector))
    assert median(seen) > 0
    assert {"read", "folded", "begun", "checkpoint written", "rows written", "rollup written"} & {*met}
    assert met["rival"]


@pytest.mark.parametrize("mistake", [BLIND, APART, TWELVE[8]], ids=lambda mistake: mistake.name)
def test_a_mistake_is_found(mistake: Mistake, tmp_path: Path) -> None:
    """The naive controls: shrinking would only say in fewer words what is wrong with them."""
    once = {"max_examples": 24, "phases": [Phase.generate], "derandomize": True, "database": None}
    with planted(mistake, tmp_path) as copy, pytest.raises(AssertionError):
        run("sqlite://", copy, **once)
