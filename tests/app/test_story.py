"""A key's story is read once: wherever one stands in it, as long as no more is known of it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app import key_story, queries, travel
from app.answers import Spells, Viewer
from app.key_story import KeyStory
from app.links import Place
from app.queries import whole
from benchmarks import long_story
from eventstore import EventStore, Histories, Moment, Projector, changes, field_history, leaves, load, parse_path, when
from eventstore import parse_condition as condition
from eventstore.settings import Settings
from tests import given
from tests.app.conftest import Open, answer_from
from tests.app.test_travel import table, titled

VIEWER = Viewer()
KEY = "device-1"


@pytest.fixture
def long(database_url: str, settings: Settings) -> Iterator[EventStore]:
    """A device's story of 900 steps on each kind of database; the process answers from it."""
    long_story.made(database_url, {KEY: (900, 12)})
    answer_from(replace(settings, database_url=database_url))
    with EventStore.open(database_url) as store:
        yield store


def story(key: str = KEY, **place: str) -> KeyStory:
    found = queries.story(VIEWER, queries.standing(VIEWER, Place(**place)), key, "automatic")
    assert found is not None
    return found


def iso(micros: int) -> str:
    from app import formats

    return formats.iso_time(micros)


def test_moving_the_time_reads_nothing_and_tells_what_histories_do(long: EventStore) -> None:
    live = story()
    rows = Histories(long).steps("automatic", KEY, limit=1_000).rows
    for index in (0, 1, 300, 898, 899):
        at = story(t=iso(rows[index].since))
        assert at.whole is live.whole
        there = Histories(long).steps("automatic", KEY, Moment(rows[index].since), limit=1_000).rows
        assert [step.event_position for step in at.steps] == [row.event_position for row in there]
        assert at.later == 900 - len(there)
        assert at.whole.deltas.leaves(at.until - 1) == leaves(there[-1].state)
    assert story(t=iso(rows[0].since - 1)).until == 0


def test_what_was_known_then_is_a_story_of_its_own_and_stays(long: EventStore, settings: Settings) -> None:
    then = story(known="499")
    rows = Histories(long).steps("automatic", KEY, Moment(known=499), limit=1_000).rows
    assert [step.event_position for step in then.steps] == [row.event_position for row in rows]
    assert then.later == 900 - len(rows)
    long.append([given.event(KEY, "Reading Taken", {"channel_0000": 1}, long_story.BEGIN)])
    Projector(long, load(["eventstore.projections.automatic"])).catch_up()
    assert story(known="499").whole is then.whole
    live = story()
    assert live.until == 901
    assert live.place(901) == 0


@pytest.mark.parametrize("known", range(1, 15))
def test_as_known_it_is_the_beginning_of_the_latest_or_read_anew(known: int, settings: Settings) -> None:
    """Events in commits of their own, two of them late and two at one time: some beliefs are no beginnings."""
    times = (10, 20, 30, 15, 40, 50, 50, 60, 45, 70, 80, 80, 80, 90)
    with EventStore.open(settings.database_url) as store:
        for number, at in enumerate(times):
            said = {"n": number, "late": at < max(times[: number + 1])}
            store.append([given.event(KEY, "Reading Taken", said, given.NOON + at * given.SECOND)])
        Projector(store, load(["eventstore.projections.automatic"])).catch_up()
        rows = Histories(store).steps("automatic", KEY, Moment(known=known)).rows
        found = story(known=str(known))
        assert [step.event_position for step in found.steps] == [row.event_position for row in rows]
        assert (found.known, found.later) == (len(rows), len(times) - len(rows))
        assert found.whole.deltas.changes(found.until - 1) == changes(
            rows[-2].state if rows[1:] else None, rows[-1].state
        )
        for text in ("n > 5", "late = true"):
            told = travel.spells(found, text, found.until - 1, None)
            assert isinstance(told, Spells)
            assert [(one.began.event_position, one.ended and one.ended.event_position) for one in told.shown] == [
                (one.began_by, one.ended_by) for one in when(rows, condition(text))
            ]
        begins = {event.position for event in store.read_all() if event.position <= known} == {
            row.event_position for row in Histories(store).steps("automatic", KEY).rows[: len(rows)]
        }
        assert (found.whole is story().whole) == (begins and known not in (6, 11, 12))


def test_events_of_others_leave_it_as_it_is(long: EventStore) -> None:
    before = story()
    long.append([given.event("device-2", "Reading Taken", {}, long_story.BEGIN)])
    Projector(long, load(["eventstore.projections.automatic"])).catch_up()
    assert story().whole is before.whole


@pytest.mark.parametrize("path", ["channel_0001", "place.hall", "place", "marks", "marks[2]", "nowhere"])
def test_a_fields_history_at_a_time_is_that_of_the_steps_by_then(path: str, long: EventStore) -> None:
    rows = Histories(long).steps("automatic", KEY, limit=1_000).rows
    for index in (3, 450, 899):
        had = field_history(rows[: index + 1], parse_path(path))
        found = travel.history(story(t=iso(rows[index].since)), path, index)
        assert isinstance(found, Spells)
        assert found.count == len(had)
        told = [(spell.text, spell.began.event_position, spell.ended and spell.ended.since) for spell in found.shown]
        assert told == [(one.text, one.event_position, one.until) for one in had][-travel.MOST :]
        assert found.current == (found.shown[-1] if found.shown else None)


@pytest.mark.parametrize("text", ["channel_0000 > 5000", "place is nothing", 'not place.hall = "H1"'])
def test_when_a_condition_held_at_a_time_is_told_of_the_steps_by_then(text: str, long: EventStore) -> None:
    rows = Histories(long).steps("automatic", KEY, limit=1_000).rows
    for index in (3, 450, 899):
        times = when(rows[: index + 1], condition(text))
        found = travel.spells(story(t=iso(rows[index].since)), text, index, rows[index].since)
        assert isinstance(found, Spells)
        assert found.count == len(times)
        told = [(one.began.event_position, one.ended and one.ended.event_position) for one in found.shown]
        assert told == [(one.began_by, one.ended_by) for one in times][-travel.MOST :]
        ends = [rows[index].since if one.until is None else one.until for one in times]
        assert found.lasted == sum(end - one.since for end, one in zip(ends, times, strict=True))


def test_only_the_newest_answers_are_kept(long: EventStore) -> None:
    told, asked = story().whole, list[int]()

    def answer(number: int) -> int:
        asked.append(number)
        return number

    def ask(number: int) -> int:
        return told.remembered(number, lambda: answer(number))

    for number in (*range(key_story.REMEMBERED), key_story.REMEMBERED - 1):
        assert ask(number) == number
    assert asked == list(range(key_story.REMEMBERED))
    ask(key_story.REMEMBERED)
    ask(1)
    ask(0)
    assert asked[-2:] == [key_story.REMEMBERED, 0]


def test_two_places_of_it_are_compared(long: EventStore) -> None:
    rows = Histories(long).steps("automatic", KEY, limit=1_000).rows
    for one, other in ((0, 1), (1, 900), (300, 301)):
        before = rows[one - 1].state if one else None
        assert travel.compared(story(), one, other) == changes(before, rows[other - 1].state)


def test_of_many_values_those_around_the_step_in_view_are_told(long: EventStore, open_page: Open) -> None:
    at = open_page("order", k=KEY, p="automatic", path="status", e="450")
    assert not at.exception
    shown = table(at, "Every value of status")["rows"]
    assert len(shown) == travel.MOST
    assert [row["selected"] for row in shown].count(True) == 1
    assert f"; the {travel.MOST} around the step in view" in titled(at, "status")["note"]


def test_a_story_that_is_too_long_says_how_much_of_it_is_told(
    long: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "LONGEST", 100)
    cut = story()
    assert cut.until == 100
    assert cut.note == "read from automatic; its first 100 steps"


def test_a_story_that_says_too_much_is_cut_where_it_does(long: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "LARGEST", 9_000)
    cut = story()
    assert 0 < cut.until < 900
    assert f"its first {cut.until:,} steps" in cut.note
