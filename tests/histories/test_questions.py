"""Every question at every moment answers as a replay of the log does, which shares nothing with the tables."""

import pytest
from hypothesis import given, settings

from eventstore.core.event import NewEvent
from eventstore.core.history import LONG_KEY
from eventstore.histories import Histories, Where
from eventstore.projector import Projector
from tests.histories.logs import Log, commits, time, traced
from tests.histories.questions import (
    Truth,
    World,
    between_is_right,
    counts_are_right,
    curves_are_right,
    ever_is_right,
    key_is_right,
    last_change_is_right,
    lasting_is_right,
    pages_are_right,
    whens_are_right,
)
from tests.store.fresh import fresh_store

EXAMPLES = max(6, settings().max_examples // 13)


def check(url: str, log: Log, long_key: int) -> None:
    with fresh_store(url) as store:
        for commit in log:
            store.append(commit)
        Projector(store, [traced], batch=7, long_key=long_key).catch_up()
        world = World(Truth(list(store.read_all())), Histories(store, [traced]))
        everything_is_right(world, long_key)


def everything_is_right(world: World, long_key: int = LONG_KEY) -> None:
    assert world.histories.as_of(world.name, "nobody").row is None
    for key in (*world.truth.keys, "nobody"):
        last_change_is_right(world, key)
    moments = world.truth.moments()
    for moment in moments:
        for key in world.truth.keys:
            key_is_right(world, key, moment)
        pages_are_right(world, moment)
        counts_are_right(world, moment)
        ever_is_right(world, moment)
        whens_are_right(world, moment)
        if moment.known is None or long_key > 1:
            lasting_is_right(world, moment)
    for known in world.truth.known:
        curves_are_right(world, known)
    for first, second in zip(moments, [*moments[5:], *moments[:5]], strict=True):
        between_is_right(world, first, second)


@pytest.mark.parametrize("long_key", [1, LONG_KEY])
def test_every_question_answers_as_the_replay(database_url: str, long_key: int) -> None:
    @settings(max_examples=EXAMPLES if database_url.startswith("sqlite") else EXAMPLES // 3)
    @given(commits)
    def run(log: Log) -> None:
        check(database_url, log, long_key)

    run()


def test_a_page_of_a_status_that_keys_pass_through_ends_at_the_last_that_holds_it(database_url: str) -> None:
    def event(key: int, value: int, tick: int) -> NewEvent:
        data = {"keys": [f"k{key}"], "value": value}
        return NewEvent(stream=f"k{key}", category="k", type="set", data=data, occurred_at=time(tick))

    passed = [event(key, value, 2 * key + value) for key in range(400) for value in (0, 1)]
    with fresh_store(database_url) as store:
        store.append([*passed, event(400, 0, 1_000)])
        Projector(store, [traced]).catch_up()
        page = Histories(store, [traced]).page("traced", where=[Where("status", "=", "s0")])
    assert [row.key for row in page.rows] == ["k400"]
    assert page.visited < 400


def test_of_a_value_the_last_rows_are_looked_at_and_only_of_a_counted_facet(database_url: str) -> None:
    def event(tick: int) -> NewEvent:
        return NewEvent(
            stream="k", category="k", type="set", data={"keys": ["k"], "value": tick % 2}, occurred_at=time(tick)
        )

    with fresh_store(database_url) as store:
        store.append([event(tick) for tick in range(9)])
        Projector(store, [traced]).catch_up()
        histories = Histories(store, [traced])
        assert [one.since for one in histories.lasting("traced", "status", "s0", limit=2)] == [time(8), time(6)]
        for facet in ("amount", "size", "nothing"):
            with pytest.raises(ValueError, match=facet):
                histories.lasting("traced", facet, "s0")
