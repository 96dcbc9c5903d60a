"""Appends of any shape against a second, slow telling of the rules for positions, versions and times."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eventstore.core.event import Micros, NewEvent, OccurredSource, RecordedEvent
from eventstore.core.origin import Origin
from eventstore.store import EventStore
from tests.given import NOON, SECOND, event
from tests.store.fresh import fresh_store

SKEW = 5 * SECOND
STATED = {OccurredSource.PRODUCER, OccurredSource.NO_ZONE, OccurredSource.LEAP_SECOND}


@dataclass(frozen=True)
class Given:
    stream: str
    claim: Micros | None
    source: OccurredSource
    partition: int | None


@dataclass(frozen=True)
class Commit:
    clock: Micros
    events: list[Given]
    seen: frozenset[str]


@dataclass
class Oracle:
    """The log as lists, every rule by looking at all of it."""

    log: list[dict[str, Any]] = field(default_factory=list)

    def of(self, stream: str) -> list[dict[str, Any]]:
        return [row for row in self.log if row["stream"] == stream]

    def take(self, commit: Commit) -> None:
        recorded_at = max([commit.clock, *(row["recorded_at"] for row in self.log)])
        last = len(self.log) + len(commit.events)
        for given_ in commit.events:
            row = {"position": len(self.log) + 1, "commit_position": last, "recorded_at": recorded_at}
            row |= {"stream": given_.stream, "version": len(self.of(given_.stream)) + 1, "from": given_.partition}
            row |= self.timed(given_, recorded_at, given_.stream in commit.seen)
            self.log.append(row)
            row["stream_frontier"] = max(row["occurred_at"] for row in self.of(given_.stream))
        for row in self.log[last - len(commit.events) :]:
            row["frontier"] = max(row["occurred_at"] for row in self.log)

    def timed(self, given_: Given, recorded_at: Micros, seen: bool) -> dict[str, Any]:
        before = self.of(given_.stream)
        at, source = given_.claim, given_.source
        if at is None:
            return {"occurred_at": recorded_at, "claimed_at": None, "occurred_source": OccurredSource.RECORDED}
        if at > recorded_at:
            at, source = recorded_at, OccurredSource.CLOCK
        elif seen and before and at < max(row["occurred_at"] for row in before):
            at, source = max(row["occurred_at"] for row in before), OccurredSource.WRITER
        elif before and before[-1]["from"] == given_.partition is not None:
            behind = before[-1]["occurred_at"] - at
            if 0 < behind <= SKEW:
                at, source = before[-1]["occurred_at"], OccurredSource.PARTITION
        changed = at != given_.claim and given_.source in STATED
        return {"occurred_at": at, "claimed_at": given_.claim if changed else None, "occurred_source": source}


times = st.integers(0, 12).map(lambda seconds: NOON + seconds * SECOND)
sources = st.sampled_from([*sorted(STATED), OccurredSource.KAFKA])
givens = st.builds(Given, st.sampled_from("ab"), st.none() | times, sources, st.none() | st.integers(0, 1))
commits = st.builds(Commit, times, st.lists(givens, min_size=1, max_size=5), st.frozensets(st.sampled_from("ab")))


def append(store: EventStore, commit: Commit, offsets: "count[int]") -> list[RecordedEvent]:
    new: list[NewEvent] = [
        event(f"{given_.stream}", at=given_.claim, occurred_source=given_.source) for given_ in commit.events
    ]
    origins = [
        None
        if given_.partition is None
        else Origin(kind="kafka", topic="t", topic_id="", partition=given_.partition, offset=next(offsets))
        for given_ in commit.events
    ]
    expected = {stream: store.version(stream) for stream in commit.seen}
    if any(origins):
        with store.write() as writer:
            return writer.append(new, expected=expected, origins=origins)
    return store.append(new, expected=expected)


# a quarter of the profile's examples: each makes a store of its own, and up to 30 events come in an example
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings().max_examples // 4)
@given(st.lists(commits, min_size=1, max_size=6))
def test_appends_of_any_shape_follow_the_rules(database_url: str, history: list[Commit]) -> None:
    oracle, offsets, clock = Oracle(), count(), iter([commit.clock for commit in history])
    with fresh_store(database_url, now=lambda: next(clock)) as store:
        for commit in history:
            oracle.take(commit)
            recorded = append(store, commit, offsets)
            assert recorded == [store.event(one.position) for one in recorded]
        stored = [vars(one) for one in store.read_all()]
        assert [
            {name: row[name] for name in expected if name != "from"}
            for row, expected in zip(stored, oracle.log, strict=True)
        ] == [{name: value for name, value in expected.items() if name != "from"} for expected in oracle.log]
        head = store.head()
        assert (head.position, head.recorded_at, head.frontier) == (
            len(oracle.log),
            oracle.log[-1]["recorded_at"],
            oracle.log[-1]["frontier"],
        )


def test_recorded_at_never_goes_back(database_url: str) -> None:
    readings = iter([100, 101, 90, 91, 150])
    with fresh_store(database_url, now=lambda: next(readings)) as store:
        recorded = [store.append([event(at=None)])[0].recorded_at for _ in range(5)]
    assert recorded == [100, 101, 101, 101, 150]


@pytest.mark.parametrize(("behind", "raised"), [(SKEW, True), (SKEW + 1, False)])
def test_the_clock_skew_is_the_largest_step_that_is_mended(store: EventStore, behind: Micros, raised: bool) -> None:
    with store.write() as writer:
        origins = [Origin(kind="kafka", topic="t", topic_id="", partition=0, offset=offset) for offset in (0, 1)]
        recorded = writer.append([event(), event(at=NOON - behind)], origins=origins)
    assert recorded[1].occurred_at == (NOON if raised else NOON - behind)
    assert recorded[1].claimed_at == (NOON - behind if raised else None)
