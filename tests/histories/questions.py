"""What every question must answer at a moment, by a replay of the log that shares nothing with the tables."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from eventstore.core.blame import Held, when
from eventstore.core.canonical import decode, encode
from eventstore.core.condition import parse_condition
from eventstore.core.event import Micros, RecordedEvent
from eventstore.core.moment import Moment
from eventstore.core.replay import steps
from eventstore.histories import Behind, Where
from tests.histories.logs import TIMES, of_key, oracle, time, traced
from tests.histories.pure import keys_of

STATUSES = ("s0", "s1", "s2")


class Truth:
    """What a replay says of a log. What was asked once is kept: many implementations are asked the same."""

    def __init__(self, events: Sequence[RecordedEvent]) -> None:
        self.events = list(events)
        self.keys = keys_of(self.events)
        self.of_key = {key: of_key(self.events, key) for key in self.keys}
        self.known = [*sorted({0, *(event.commit_position for event in self.events)}), None]
        self.state = cache(self._state)
        self.story = cache(self._story)

    def _state(self, key: str, moment: Moment) -> str | None:
        return oracle(self.of_key[key], key, moment)

    def _story(self, key: str, moment: Moment) -> list["Told"]:
        """The key's steps by plain replay."""
        told = steps(traced, self.of_key[key], moment)
        return [
            Told(one.event.position, one.event.occurred_at, None if one.state is None else str(encode(one.state)))
            for one in told
        ]

    def moments(self, known: Sequence[int | None] | None = None) -> list[Moment]:
        """Every time, before the first and live too, at those commits, or at every one."""
        times = [*map(time, range(-1, TIMES + 1)), None]
        return [Moment(at, p) for at, p in product(times, self.known if known is None else known)]

    def moments_of(self, key: str) -> list[Moment]:
        """The same, at the commits of the key's events, before and after them."""
        mine = {event.commit_position for event in self.of_key[key]}
        return self.moments([*sorted(mine | {min(mine) - 1}), None])

    def held(self, moment: Moment) -> dict[str, str]:
        """The state of each key that holds anything."""
        states = {key: self.state(key, moment) for key in self.keys}
        return {key: state for key, state in states.items() if state is not None}

    def statuses(self, moment: Moment) -> Counter[str]:
        """How many keys have each status."""
        return Counter(status(state) for state in self.held(moment).values())


class Told(NamedTuple):
    """A step, as far as conditions look at it."""

    event_position: int
    since: Micros
    state: str | None


class World:
    """A projected log: what answers, and what a replay says. `limit` is how many lines a page has."""

    def __init__(self, truth: Truth, histories: Any, name: str = "traced", limit: int = 1) -> None:
        self.truth, self.histories, self.name, self.limit = truth, histories, name, limit


@cache
def status(state: str) -> str:
    return str(decode(state)["status"])


@cache
def amount(state: str) -> int:
    return int(decode(state)["amount"] * 10)


def key_is_right(world: World, key: str, moment: Moment) -> None:
    """The state, and the steps that led to it."""
    found = world.histories.as_of(world.name, key, moment)
    assert found.state == world.truth.state(key, moment)
    told = world.histories.steps(world.name, key, moment).rows
    assert (told[-1].state if told else None) == found.state
    seen = [e for e in world.truth.of_key[key] if moment.sees(e.occurred_at, e.commit_position)]
    assert [row.event_position for row in told] == [
        e.position for e in sorted(seen, key=lambda e: (e.occurred_at, e.position))
    ]


def last_change_is_right(world: World, key: str) -> None:
    """A story stays as it is until then."""
    expected = max((event.commit_position for event in world.truth.of_key.get(key, ())), default=0)
    assert world.histories.last_change(world.name, key) == expected


def pages_are_right(world: World, moment: Moment) -> None:
    held = world.truth.held(moment)
    for where in ([], [Where("status", "=", "s1")], [Where("amount", ">", "1.5"), Where("size", "!=", 2)]):
        wanted = {key: state for key, state in held.items() if fulfils(state, where)}
        shown, after = dict[str, str | None](), None
        for _ in range(len(wanted) + 1):
            page = world.histories.page(world.name, moment, where=where, after=after, limit=world.limit)
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


def lasting_is_right(world: World, moment: Moment) -> None:
    """The times of a status, of all keys, the newest first: by the steps of each as the replay tells them."""
    for wanted in STATUSES:
        expected = [one for key in world.truth.keys for one in _lasted(world.truth.story(key, moment), wanted)]
        found = world.histories.lasting(world.name, "status", wanted, moment)
        assert sorted(map(tuple, found), key=str) == sorted(expected, key=str)
        assert [one.since for one in found] == sorted((one.since for one in found), reverse=True)


def _lasted(story: Sequence[Told], wanted: str) -> list[tuple[Micros, Micros | None]]:
    found: list[tuple[Micros, Micros | None]] = []
    since: Micros | None = None
    for step in story:
        holds = step.state is not None and status(step.state) == wanted
        if holds and since is None:
            since = step.since
        elif not holds and since is not None:
            found.append((since, step.since))
            since = None
    return found if since is None else [*found, (since, None)]


def counts_are_right(world: World, moment: Moment) -> None:
    held = world.truth.held(moment)
    found = world.histories.count(world.name, moment, by="status")
    assert {tally.value: tally.keys for tally in found.tallies} == world.truth.statuses(moment)
    for tally in found.tallies:
        assert tally.sums == {"amount": sum(amount(s) for s in held.values() if status(s) == tally.value)}
    everything = world.histories.count(world.name, moment)
    assert everything.keys == len(held)
    assert found.flat is (moment.known is None or moment.known >= len(world.truth.events))


def ever_is_right(world: World, until: Moment) -> None:
    for wanted in STATUSES:
        told = dict[str, list[tuple[int, int | None]]]()
        after = None
        while True:
            found = world.histories.ever(
                world.name, [Where("status", "=", wanted)], until, after=after, limit=world.limit
            )
            told |= {was.key: list(map(tuple, was.intervals)) for was in found.found}
            after = found.after
            if after is None:
                break
        truth = world.truth
        assert told == {key: times for key in truth.keys if (times := intervals(truth, key, wanted, until))}


def intervals(truth: Truth, key: str, wanted: str, until: Moment) -> list[tuple[int, int | None]]:
    """By asking the replay at each time at which anything can change."""
    ticks = [at for at in map(time, range(TIMES)) if until.occurred is None or at <= until.occurred]
    states = [truth.state(key, Moment(at, until.known)) for at in ticks]
    return spans(ticks, [state is not None and status(state) == wanted for state in states])


CONDITIONS = (
    'status = "s1"',
    "status = s0 and amount < 1.5",
    "values[1] = 2 or (size > 2 and status = s2)",
    "status = s2 or status = s0",
    "not status = s1 and values is not nothing",
)


def whens_are_right(world: World, until: Moment) -> None:
    """For all keys what the core says of each, and that is what asking at every time says."""
    for text in CONDITIONS:
        told, truth = when_told(world, text, until), world.truth
        condition = parse_condition(text)
        wanted = {key: when(truth.story(key, until), condition) for key in truth.keys}
        assert {key: (told.get(key), wanted[key]) for key in wanted if told.get(key, []) != wanted[key]} == {}
        assert told.keys() <= wanted.keys()
        for key in truth.keys:
            assert [(one.since, one.until) for one in told.get(key, [])] == holding(truth, key, text, until)


def when_told(world: World, text: str, until: Moment) -> dict[str, list[Held]]:
    """All pages of the answer, which come in the order of the keys, each key once."""
    told, after, condition = list[tuple[str, list[Held]]](), None, parse_condition(text)
    while True:
        found = world.histories.when(world.name, condition, until, after=after, limit=world.limit)
        told += [(one.key, list(one.held)) for one in found.found]
        after = found.after
        if after is None:
            break
    assert [key for key, _ in told] == sorted({key for key, _ in told})
    return dict(told)


def holding(truth: Truth, key: str, text: str, until: Moment) -> list[tuple[int, int | None]]:
    """By asking the replay at each time at which anything can change."""
    condition = parse_condition(text)
    ticks = [at for at in map(time, range(TIMES)) if until.occurred is None or at <= until.occurred]
    states = [truth.state(key, Moment(at, until.known)) for at in ticks]
    return spans(ticks, [state is not None and condition.holds(decode(state)) for state in states])


def spans(ticks: Sequence[int], so: Sequence[bool]) -> list[tuple[int, int | None]]:
    """The times in which it was so."""
    found: list[tuple[int, int | None]] = []
    for number, at in enumerate(ticks):
        end = ticks[number + 1] if number + 1 < len(ticks) else None
        if so[number] and found and found[-1][1] == at:
            found[-1] = (found[-1][0], end)
        elif so[number]:
            found.append((at, end))
    return found


def curves_are_right(world: World, known: int | None) -> None:
    for since, until, buckets in ((time(0), time(TIMES), 3), (time(1) + 5, time(3), 50), (time(-3), time(9), 2)):
        curve = world.histories.curve(world.name, "status", since, until, buckets=buckets, known=known)
        assert curve.points[0].at > since
        assert curve.points[-1].at >= until
        for point in curve.points[:: max(1, len(curve.points) // 9)]:
            told = {value: tally.keys for value, tally in point.tallies.items()}
            assert told == world.truth.statuses(Moment(point.at - 1, known))


def between_is_right(world: World, first: Moment, second: Moment) -> None:
    a, b = world.truth.held(first), world.truth.held(second)
    differ = {key: (a.get(key), b.get(key)) for key in world.truth.keys if a.get(key) != b.get(key)}
    moves = Counter((one and status(one), other and status(other)) for one, other in differ.values())
    found = world.histories.between(world.name, first, second, by="status")
    assert {(move.before, move.after): move.keys for move in found.moves} == moves
    for move in moves:
        behind = world.histories.between(world.name, first, second, by="status", behind=Behind(move, limit=1_000)).rows
        assert len(behind) == moves[move]
        for row in behind:
            assert (row.first and row.first.state, row.second and row.second.state) == differ[row.key]
