"""Every question at every moment answers as a replay of the log does, which shares nothing with the tables."""

from collections import Counter
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings

from eventstore.core.canonical import decode
from eventstore.core.event import NewEvent, RecordedEvent
from eventstore.core.history import LONG_KEY
from eventstore.core.moment import Moment
from eventstore.histories import Behind, Histories, Interval, Where
from eventstore.projector import Projector
from eventstore.store import EventStore
from tests.histories.logs import KEYS, TIMES, commits, oracle, time, traced
from tests.store.fresh import fresh_store

EXAMPLES = 15
STATUSES = ("s0", "s1", "s2")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.real("postgres"))])
def url(request: pytest.FixtureRequest) -> str:
    """An address for `fresh_store`."""
    return "sqlite://" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


class World:
    """A projected log, and what a replay says of it."""

    def __init__(self, store: EventStore, log: Sequence[Sequence[NewEvent]], long_key: int) -> None:
        for commit in log:
            store.append(commit)
        Projector(store, [traced], batch=7, long_key=long_key).catch_up()
        self.histories = Histories(store, [traced])
        self.events: list[RecordedEvent] = list(store.read_all())
        self.known = [*sorted({0, *(event.commit_position for event in self.events)}), None]
        self.moments = [Moment(at, p) for at, p in product([*map(time, range(-1, TIMES + 1)), None], self.known)]

    def held(self, moment: Moment) -> dict[str, str]:
        """The state of each key that holds anything."""
        states = {key: oracle(self.events, key, moment) for key in KEYS}
        return {key: state for key, state in states.items() if state is not None}

    def statuses(self, moment: Moment) -> Counter[str]:
        return Counter(status(state) for state in self.held(moment).values())


def status(state: str) -> str:
    return str(decode(state)["status"])


def amount(state: str) -> int:
    return int(decode(state)["amount"] * 10)


def check(url: str, log: list[list[NewEvent]], long_key: int) -> None:
    with fresh_store(url) as store:
        world = World(store, log, long_key)
        for moment in world.moments:
            keys_are_right(world, moment)
            pages_are_right(world, moment)
            counts_are_right(world, moment)
            ever_is_right(world, moment)
        for known in world.known:
            curves_are_right(world, known)
        for first, second in zip(world.moments, [*world.moments[5:], *world.moments[:5]], strict=True):
            between_is_right(world, first, second)


def keys_are_right(world: World, moment: Moment) -> None:
    for key in KEYS:
        found = world.histories.as_of("traced", key, moment)
        assert found.state == oracle(world.events, key, moment)
        told = world.histories.steps("traced", key, moment).rows
        assert (told[-1].state if told else None) == found.state
        seen = [e for e in world.events if key in e.data["keys"] and moment.sees(e.occurred_at, e.commit_position)]
        assert [row.event_position for row in told] == [
            e.position for e in sorted(seen, key=lambda e: (e.occurred_at, e.position))
        ]


def pages_are_right(world: World, moment: Moment) -> None:
    held = world.held(moment)
    for where in ([], [Where("status", "=", "s1")], [Where("amount", ">", "1.5"), Where("size", "!=", 2)]):
        wanted = {key: state for key, state in held.items() if fulfils(state, where)}
        shown, after = dict[str, str | None](), None
        for _ in range(len(wanted) + 1):
            page = world.histories.page("traced", moment, where=where, after=after, limit=1)
            shown |= {row.key: row.state for row in page.rows}
            after = page.after
            if after is None:
                break
        assert shown == wanted


def fulfils(state: str, where: Sequence[Where]) -> bool:
    if not where:
        return True
    if where[0].facet == "status":
        return status(state) == "s1"
    return amount(state) > 15 and decode(state)["size"] != 2


def counts_are_right(world: World, moment: Moment) -> None:
    held = world.held(moment)
    found = world.histories.count("traced", moment, by="status")
    assert {tally.value: tally.keys for tally in found.tallies} == world.statuses(moment)
    for tally in found.tallies:
        assert tally.sums == {"amount": sum(amount(s) for s in held.values() if status(s) == tally.value)}
    everything = world.histories.count("traced", moment)
    assert everything.keys == len(held)
    assert found.flat is (moment.known is None or moment.known >= len(world.events))


def ever_is_right(world: World, until: Moment) -> None:
    for wanted in STATUSES:
        told = dict[str, list[Interval]]()
        after = None
        while True:
            found = world.histories.ever("traced", [Where("status", "=", wanted)], until, after=after, limit=1)
            told |= {was.key: list(was.intervals) for was in found.found}
            after = found.after
            if after is None:
                break
        assert told == {key: times for key in KEYS if (times := intervals(world, key, wanted, until))}


def intervals(world: World, key: str, wanted: str, until: Moment) -> list[Interval]:
    """By asking the replay at each time at which anything can change."""
    ticks = [at for at in map(time, range(TIMES)) if until.occurred is None or at <= until.occurred]
    found: list[Interval] = []
    for number, at in enumerate(ticks):
        state = oracle(world.events, key, Moment(at, until.known))
        if state is None or status(state) != wanted:
            continue
        end = ticks[number + 1] if number + 1 < len(ticks) else None
        if found and found[-1].until == at:
            found[-1] = Interval(found[-1].since, end)
        else:
            found.append(Interval(at, end))
    return found


def curves_are_right(world: World, known: int | None) -> None:
    for since, until, buckets in ((time(0), time(TIMES), 3), (time(1) + 5, time(3), 50), (time(-3), time(9), 2)):
        curve = world.histories.curve("traced", "status", since, until, buckets=buckets, known=known)
        assert curve.points[0].at > since
        assert curve.points[-1].at >= until
        for point in curve.points[:: max(1, len(curve.points) // 9)]:
            told = {value: tally.keys for value, tally in point.tallies.items()}
            assert told == world.statuses(Moment(point.at - 1, known))


def between_is_right(world: World, first: Moment, second: Moment) -> None:
    a, b = world.held(first), world.held(second)
    moves = Counter(
        (a.get(key) and status(a[key]), b.get(key) and status(b[key])) for key in KEYS if a.get(key) != b.get(key)
    )
    found = world.histories.between("traced", first, second, by="status")
    assert {(move.before, move.after): move.keys for move in found.moves} == moves
    for move in moves:
        behind = world.histories.between("traced", first, second, by="status", behind=Behind(move)).rows
        assert len(behind) == moves[move]
        for row in behind:
            assert (row.first and row.first.state, row.second and row.second.state) == (a.get(row.key), b.get(row.key))


@pytest.mark.parametrize("long_key", [1, LONG_KEY])
def test_every_question_answers_as_the_replay(url: str, long_key: int) -> None:
    @settings(max_examples=EXAMPLES)
    @given(commits)
    def run(log: list[list[NewEvent]]) -> None:
        check(url, log, long_key)

    run()
