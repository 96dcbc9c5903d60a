"""Flows: the tree that events tell of their causes, as looking for each one's cause anew tells it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from eventstore.core.event import RecordedEvent
from eventstore.core.flow import RAILS, FlowEvent, Top, flow
from eventstore.core.moment import LIVE, Moment
from tests import given
from tests.given import SECOND


def said(position: int, cause: str | None = None, at: int = 0, **other: Any) -> RecordedEvent:
    return given.recorded(position, at=at, causation_id=cause, **other)


IDS = st.one_of(st.none(), st.sampled_from([f"id-{number}" for number in range(1, 14)]))


@st.composite
def logs(draw: st.DrawFn) -> list[RecordedEvent]:
    """Up to twelve events in any order, whose causes may be anything: none, missing, themselves, later, in rings."""
    size = draw(st.integers(0, 12))
    events = [said(number, draw(IDS), draw(st.integers(0, 3)) * SECOND) for number in range(1, size + 1)]
    return draw(st.permutations(events))


moments = st.builds(
    Moment,
    st.one_of(st.none(), st.integers(-1, 3).map(lambda at: at * SECOND)),
    st.one_of(st.none(), st.integers(0, 12)),
)


@dataclass
class Oracle:
    """The tree by the definition: each question looks through all events anew."""

    seen: list[RecordedEvent]

    def named(self, event: RecordedEvent) -> RecordedEvent | None:
        return next((one for one in self.seen if one.id == event.causation_id), None)

    def ring(self, event: RecordedEvent) -> list[RecordedEvent]:
        """The events from this one up to where it comes again; none where it does not."""
        walked, at = [event], self.named(event)
        for _ in self.seen:
            if at is None:
                return []
            if at is event:
                return walked
            walked.append(at)
            at = self.named(at)
        return []

    def cause(self, event: RecordedEvent) -> RecordedEvent | None:
        ring = self.ring(event)
        return None if ring and event is min(ring, key=order) else self.named(event)

    def effects(self, cause: RecordedEvent | None) -> list[RecordedEvent]:
        return sorted((one for one in self.seen if self.cause(one) is cause), key=order)

    def tree(self, cause: RecordedEvent | None = None, depth: int = 0) -> Iterator[tuple[int, int, int | None]]:
        """Each event's position, depth and wait, the way down."""
        for one in self.effects(cause):
            yield one.position, depth, None if cause is None else one.occurred_at - cause.occurred_at
            yield from self.tree(one, depth + 1)


def order(event: RecordedEvent) -> tuple[int, int]:
    return event.occurred_at, event.position


@over(logs(), moments)
def test_the_tree_is_what_looking_for_every_cause_anew_gives(log: list[RecordedEvent], moment: Moment) -> None:
    found = flow(log, moment)
    oracle = Oracle([one for one in log if moment.sees(one.occurred_at, one.commit_position)])
    assert [(one.event.position, one.depth, one.wait) for one in found.events] == list(oracle.tree())
    assert found.beyond == len(log) - len(oracle.seen)
    assert sorted(one.event.position for one in found.events) == sorted(one.position for one in oracle.seen)
    for number, one in enumerate(found.events):
        cause = oracle.cause(one.event)
        assert one.number == number
        assert (None if one.cause is None else found.events[one.cause].event) is cause
        assert one.top is (why(one.event, oracle, log) if cause is None else None)
        assert one.alone == (cause is not None and len(oracle.effects(cause)) == 1)


def why(event: RecordedEvent, oracle: Oracle, log: list[RecordedEvent]) -> Top:
    if event.causation_id is None:
        return Top.BEGINS
    if oracle.named(event) is not None:
        return Top.RING
    return Top.BEYOND if any(one.id == event.causation_id for one in log) else Top.MISSING


@over(logs(), moments)
def test_rails_say_where_a_later_effect_of_the_same_cause_follows(log: list[RecordedEvent], moment: Moment) -> None:
    found = flow(log, moment)
    oracle = Oracle([one.event for one in found.events])
    for one in found.events:
        rails, at = list[bool](), one.event
        while (cause := oracle.cause(at)) is not None:
            beside = oracle.effects(cause)
            rails += [at is not beside[-1]] if len(beside) > 1 else []
            at = cause
        assert one.rails == tuple(rails[::-1])


@over(logs(), moments, st.integers(1, 12), st.integers(1, 13))
def test_a_part_has_the_event_in_view_its_causes_and_what_is_near(
    log: list[RecordedEvent], moment: Moment, most: int, position: int
) -> None:
    found = flow(log, moment)
    part, middle = found.around(position, most), found.at(position)
    assert len(part) == min(most, len(found.events))
    assert [one.number for one in part] == sorted({one.number for one in part})
    if middle is None:
        assert part == found.events[:most]
    elif most > 1:
        assert middle in part
        assert middle.cause is None or most < 4 or found.events[middle.cause] in part


def waits(*at: float) -> tuple[FlowEvent, ...]:
    """A chain of events at these seconds."""
    return flow(said(n, f"id-{n - 1}" if n > 1 else None, int(s * SECOND)) for n, s in enumerate(at, 1)).events


@pytest.mark.parametrize(
    ("at", "long"),
    [
        ((0, 2, 10), [3]),  # 8 of 10 seconds
        ((0, 5, 10), []),  # half is not more than half
        ((0, 1), [2]),
        ((0, 0.999), []),  # all of the span, and below a second
        ((10, 0), []),  # its clock went before its cause's
        ((0,), []),
    ],
)
def test_a_wait_is_long_that_is_a_second_and_more_than_half_of_the_span(at: tuple[float, ...], long: list[int]) -> None:
    assert [one.event.position for one in waits(*at) if one.long] == long


def test_an_effect_may_have_happened_before_its_cause() -> None:
    assert [one.wait for one in waits(10, 4)] == [None, -6 * SECOND]


def test_a_chain_of_five_hundred_and_one_of_ten_thousand_have_their_depth() -> None:
    for length in (500, 10_000):
        found = flow(said(n, f"id-{n - 1}", n) for n in range(1, length + 1))
        assert [one.depth for one in found.events] == list(range(length))
        assert found.events[-1].rails == ()
        assert [one.event.position for one in found.around(length, 4)] == [length - 3, length - 2, length - 1, length]


def test_a_comb_of_ten_thousand_tells_its_innermost_branches() -> None:
    """Every second event has two effects, of which the later one goes on: as many branches as half the events."""
    events = [said(n, f"id-{(n - 2) | 1}" if n > 1 else None, n) for n in range(1, 10_001)]
    random.Random(1).shuffle(events)
    found = flow(events)
    last = found.at(9_999)
    assert last is not None
    assert last.rails == (False,) * RAILS
    assert len(found.events) == 10_000


def test_a_ring_of_ten_thousand_is_cut_once() -> None:
    found = flow(said(n, f"id-{n % 10_000 + 1}", n) for n in range(1, 10_001))
    assert [one.event.position for one in found.events if one.top is not None] == [1]
    assert found.events[0].top is Top.RING


def test_an_event_that_is_given_twice_comes_out_once() -> None:
    one = said(1, "id-1")
    assert [told.event for told in flow([one, one], LIVE).events] == [one]


def test_the_streams_are_those_that_the_tree_crosses() -> None:
    events = [said(1, stream="order-1"), said(2, "id-1", 2, stream="payment-1"), said(3, "id-1", 1, stream="stock-1")]
    assert flow(events).streams == ("order-1", "stock-1", "payment-1")
