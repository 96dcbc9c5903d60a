"""When a condition held, over all keys: in pieces, by an index, and never more than whoever asks may see."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from eventstore.core.condition import parse_condition
from eventstore.core.event import NewEvent
from eventstore.core.history import LONG_KEY
from eventstore.core.moment import LIVE, Moment
from eventstore.histories import Histories, Seen, When, searching
from eventstore.projector import Projector
from eventstore.store import EventStore
from tests.histories.logs import Log, several, time, traced
from tests.histories.questions import Truth, World, whens_are_right
from tests.store.fresh import fresh_store

EXAMPLES = max(4, settings().max_examples // 20)


def bounded(patch: pytest.MonkeyPatch, keys: int, rows: int, narrowed: int) -> None:
    patch.setattr(searching, "MOST_KEYS", keys)
    patch.setattr(searching, "MOST_ROWS", rows)
    patch.setattr(searching, "MOST_NARROWED", narrowed)


@pytest.mark.parametrize("long_key", [1, LONG_KEY])
@pytest.mark.parametrize("bounds", [(2, 1_000, 1_000), (1_000, 3, 1_000), (2, 1_000, 1)], ids=str)
def test_an_answer_in_pieces_is_the_same(database_url: str, long_key: int, bounds: tuple[int, int, int]) -> None:
    @settings(max_examples=EXAMPLES if database_url.startswith("sqlite") else EXAMPLES // 3)
    @given(several)
    def run(log: Log) -> None:
        with fresh_store(database_url) as store, pytest.MonkeyPatch.context() as patch:
            bounded(patch, *bounds)
            for commit in log:
                store.append(commit)
            Projector(store, [traced], long_key=long_key).catch_up()
            world = World(Truth(list(store.read_all())), Histories(store, [traced]), limit=2)
            for moment in world.truth.moments([world.truth.known[len(log) // 2], None]):
                whens_are_right(world, moment)

    run()


def event(key: str, value: int, tick: int) -> NewEvent:
    data = {"keys": [key], "value": value}
    return NewEvent(stream=key, category="k", type="set", data=data, occurred_at=time(tick))


@pytest.fixture
def forty(database_url: str) -> Iterator[EventStore]:
    """Forty keys whose status is s0; every tenth was s1 for a while, and holds 4 in the end."""
    with fresh_store(database_url) as store:
        store.append([event(f"k{number:02}", 0, number) for number in range(40)])
        for value in (1, 4, 0):
            store.append([event(f"k{number:02}", value, 100 + value) for number in range(0, 40, 10)])
        Projector(store, [traced]).catch_up()
        yield store


def asked(store: EventStore, text: str, **more: object) -> When:
    return Histories(store, [traced]).when("traced", parse_condition(text), **more)  # type: ignore[arg-type]


def test_an_index_names_the_keys_where_they_are_few(forty: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked(forty, 'status = "s1" and size = 1')
    assert (found.narrowed, found.keys, [one.key for one in found.found]) == (4, 4, ["k00", "k10", "k20", "k30"])
    bounded(monkeypatch, 1_000, 1_000, 3)
    assert asked(forty, 'status = "s1"').narrowed is None
    assert asked(forty, 'status = "s1"').found == found.found


@pytest.mark.parametrize(
    "text", ["size = 1", 'status = "s1" or size = 2', 'not status = "s1"', 'status != "s1"', "status >= s1"]
)
def test_what_no_index_can_answer_is_looked_through(text: str, forty: EventStore) -> None:
    found = asked(forty, text)
    assert (found.narrowed, found.keys, found.rows, found.after) == (None, 40, 52, None)
    assert found.rows <= found.stored


def test_it_says_how_far_it_came_and_goes_on_there(forty: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    bounded(monkeypatch, 15, 1_000, 1_000)
    first = asked(forty, "values[0] = 4")
    assert ([one.key for one in first.found], first.keys, first.after) == (["k00", "k10"], 15, "k14")
    second = asked(forty, "values[0] = 4", after=first.after)
    assert ([one.key for one in second.found], second.keys, second.after) == (["k20"], 15, "k29")
    last = asked(forty, "values[0] = 4", after=second.after)
    assert ([one.key for one in last.found], last.keys, last.after) == (["k30"], 10, None)


def test_a_key_is_never_cut(forty: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    bounded(monkeypatch, 1_000, 2, 1_000)
    first = asked(forty, "values[0] = 4")
    assert (first.keys, first.rows, first.after) == (1, 4, "k00")


def test_a_page_that_is_full_goes_on_behind_its_last_key(forty: EventStore) -> None:
    first = asked(forty, "values[0] = 4", limit=2)
    assert (first.keys, first.after) == (11, "k10")
    last = asked(forty, "values[0] = 4", limit=2, after="k10")
    assert ([one.key for one in last.found], last.after) == (["k20", "k30"], "k30")
    assert asked(forty, "values[0] = 4", after="k30").found == []


def hide(text: str) -> str:
    """The status and the values are hidden."""
    return json.dumps({**json.loads(text), "status": "-", "values": "-"})


@pytest.mark.parametrize("text", ['status = "s1"', "values[0] = 4"])
def test_a_condition_does_not_find_out_what_is_hidden(text: str, forty: EventStore) -> None:
    plain, hidden = asked(forty, text), asked(forty, text, seen=Seen(hide, {"status"}))
    nobody = asked(forty, 'status = "s9"', seen=Seen(hide, {"status"}))
    assert len(plain.found) == 4
    assert hidden == nobody, "it differs from a value that nobody ever had, so it tells that somebody had this one"
    assert len(asked(forty, 'status = "-" and size = 1', seen=Seen(hide, {"status"})).found) == 40


def test_before_anything_nothing_held(forty: EventStore) -> None:
    for moment in (Moment(time(-1)), Moment(known=0)):
        assert asked(forty, "size = 1", until=moment).found == []
    assert len(asked(forty, "size = 1", until=LIVE).found) == 40
