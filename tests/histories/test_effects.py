"""What an event did to each key: as folding the key's events anew, at every commit, tells it."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings

from eventstore import EventStore
from eventstore.core.canonical import encode
from eventstore.core.event import NewEvent, RecordedEvent
from eventstore.core.history import LONG_KEY
from eventstore.core.moment import Moment
from eventstore.core.projection import Projection, State
from eventstore.core.replay import steps
from eventstore.histories import Effect, Effects, Histories, Outcome
from eventstore.projector import Projector
from tests.histories.logs import Log, commits, of_key, time, traced
from tests.store.fresh import fresh_store

EXAMPLES = max(6, settings().max_examples // 13)


def story(log: Sequence[RecordedEvent], key: str, known: int | None) -> list[tuple[int, str | None, str | None, bool]]:
    """Of each event of the key, in fold order: position, the state behind it, the error, whether the key is parked."""
    told = steps(traced, of_key(log, key), Moment(known=known))
    return [
        (one.event.position, None if one.state is None else str(encode(one.state)), one.error, one.parked)
        for one in told
    ]


def rewritten(log: list[RecordedEvent], key: str, event: RecordedEvent) -> int:
    """How many events behind this one have another state since its commit."""
    commit = event.commit_position
    before = {position: state for position, state, *_ in story(log, key, commit - 1)}
    after = story(log, key, commit)
    behind = after[[position for position, *_ in after].index(event.position) + 1 :]
    return sum(before[position] != state for position, state, *_ in behind if position in before)


def is_right(found: Effects, event: RecordedEvent, log: list[RecordedEvent], known: int | None, long_key: int) -> None:
    keys = list(dict.fromkeys(event.data["keys"]))
    assert found.outcome is (Outcome.FOLDED if keys else Outcome.NO_KEY)
    assert [one.key for one in found.effects] == keys
    for one in found.effects:
        told = story(log, one.key, known)
        place = [position for position, *_ in told].index(event.position)
        assert one.after is not None
        assert (one.after.event_position, one.after.state, one.after.error) == told[place][:3]
        assert (one.after.parked is not None) == told[place][3]
        before = None if one.before is None else (one.before.event_position, one.before.state)
        assert before == (told[place - 1][:2] if place else None)
        assert one.rewrote == rewritten(log, one.key, event) or (one.rewrote is None and long_key == 1)


@pytest.mark.parametrize("long_key", [1, LONG_KEY])
def test_an_events_effects_are_what_a_replay_has_before_it_and_behind_it(database_url: str, long_key: int) -> None:
    @settings(max_examples=EXAMPLES if database_url.startswith("sqlite") else EXAMPLES // 3)
    @given(commits)
    def run(log: Log) -> None:
        with fresh_store(database_url) as store:
            for commit in log:
                store.append(commit)
            Projector(store, [traced], batch=7, long_key=long_key).catch_up()
            events, histories = list(store.read_all()), Histories(store, [traced])
            for event in events:
                for known in (None, *{one.commit_position for one in events}):
                    if known is None or known >= event.commit_position:
                        (found,) = histories.effects(event, known)
                        is_right(found, event, events, known, long_key)

    run()


frail = Projection("frail", keys=lambda event: (f"k{number}" for number in range(event.data["keys"])))


@frail.on("add")
def add(state: State, event: RecordedEvent) -> State:
    return {"values": state.get("values", 0) + event.data["value"]}


def said(kind: str = "add", keys: Any = 1, value: Any = 1) -> NewEvent:
    return NewEvent(stream="k", category="k", type=kind, data={"keys": keys, "value": value}, occurred_at=time(0))


def asked(store: EventStore, position: int, *projections: Projection) -> list[Effects]:
    event = store.event(position)
    assert event is not None
    return Histories(store, projections).effects(event)


def test_what_has_no_effect_says_why(store: EventStore) -> None:
    store.append([said("other"), said(keys=0), said(keys="many")])
    assert [one.outcome for one in asked(store, 1, frail)] == [Outcome.NO_FOLD]
    assert [one.outcome for one in asked(store, 2, frail)] == [Outcome.NO_KEY]
    assert [one.outcome for one in asked(store, 3, frail)] == [Outcome.NOT_PROJECTED]
    Projector(store, [frail]).catch_up()
    (unrouted,) = asked(store, 3, frail)
    assert (unrouted.outcome, unrouted.checkpoint) == (Outcome.UNROUTED, 3)
    assert "TypeError" in (unrouted.error or "")
    store.append([said()])
    assert asked(store, 4, frail) == [Effects("frail", Outcome.WAITING, 3)]
    assert asked(store, 1) == [Effects("frail", Outcome.NO_CODE, 3)]


def test_a_fold_that_raises_and_what_waits_behind_it(store: EventStore) -> None:
    store.append([said(value=1), said(value="much"), said(value=2)])
    Projector(store, [frail]).catch_up()
    (parked,) = asked(store, 2, frail)
    (effect,) = parked.effects
    assert effect.before is not None
    assert effect.after is not None
    assert (effect.after.state, effect.after.parked) == (effect.before.state, 2)
    assert "TypeError" in (effect.after.error or "")
    (waits,) = asked(store, 3, frail)[0].effects
    assert waits.after is not None
    assert (waits.after.parked, waits.after.error) == (2, None)


def test_of_very_many_keys_the_first_are_told_and_the_others_counted(store: EventStore) -> None:
    store.append([said(keys=120)])
    Projector(store, [frail]).catch_up()
    (found,) = asked(store, 1, frail)
    assert (len(found.effects), found.left_out) == (50, 70)


def test_a_key_that_the_build_has_no_row_of_says_so(store: EventStore) -> None:
    """The code names another key than the code that made the build."""
    store.append([said()])
    Projector(store, [frail]).catch_up()
    other = Projection("frail", keys=lambda _: ("elsewhere",))
    other.on("add")(add)
    (found,) = asked(store, 1, other)
    assert found.effects == [Effect("elsewhere", None, None, 0)]
