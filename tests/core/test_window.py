"""Steps kept as deltas tell at every step what the states themselves do: leaves, changes, blame, history, verdicts."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core import window
from eventstore.core.blame import Had, blame, field_history, held, when
from eventstore.core.condition import parse_condition
from eventstore.core.diff import changes
from eventstore.core.paths import Path, leaves, written
from eventstore.core.turning import text_at, turns, verdicts
from eventstore.core.window import Deltas, Window
from tests.core.painted import Row, logs, moments, rows, text
from tests.core.test_blame import paths
from tests.core.test_condition import Written, conditions

numbers = st.sampled_from([Decimal("1E+5"), Decimal("1.50"), Decimal("0E-7"), -0, 10**30, 1.5e300, -0.0])
anything = st.recursive(
    st.sampled_from(["1", "true", True, None, 1, "é\u202e\n"]) | numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
told = st.lists(st.none() | st.dictionaries(st.sampled_from("abcd"), anything, max_size=4), max_size=14)
stories = told.map(
    lambda states: [Row(place, place // 2, text(state)) for place, state in enumerate(states, 1)]
) | st.builds(rows, logs, moments)


@pytest.fixture(autouse=True, scope="module")
def close_by() -> Iterator[None]:
    """Few steps between the places where order is kept, so that short stories have several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "EVERY", 3)
        yield


def kept(story: Sequence[Row]) -> Deltas:
    made = Deltas()
    for step in story:
        made.add(step.state)
    return made


def made_so(story: Sequence[Row]) -> dict[Path, int]:
    """Blame, as a place in the story."""
    places = {step.event_position: place for place, step in enumerate(story)}
    return {path: places[one.event_position] for path, one in blame(story).items()}


@given(stories)
def test_at_every_step_the_leaves_their_blame_and_the_changes_are_those_of_the_states(story: list[Row]) -> None:
    deltas = kept(story)
    assert len(deltas) == len(story)
    assert deltas.leaves(-1) == {}
    for place, step in enumerate(story):
        before = story[place - 1].state if place else None
        assert deltas.leaves(place) == leaves(step.state)
        assert deltas.changes(place) == changes(before, step.state)
        setters = {deltas.paths[number]: setter for number, _, setter in deltas.standing(place)}
        assert setters == made_so(story[: place + 1])
        assert bool(deltas.held[place]) == (step.state is not None)


def walked(found: Window) -> list[dict[str, tuple[str, int]]]:
    """What a browser makes of a window: by path text and setter, before its first step and behind each."""
    now = {place: (leaf, setter) for place, leaf, setter in found.leaves}
    seen = [dict(now)]
    for number, step in enumerate(found.steps, found.first):
        for place, leaf in step:
            if leaf is None:
                del now[place]
            else:
                now[place] = (leaf, number)
        seen.append(dict(now))
    return [{found.paths[place]: one for place, one in state.items()} for state in seen]


@given(stories, st.data())
def test_a_window_walked_forwards_tells_what_the_states_do(story: list[Row], data: st.DataObject) -> None:
    deltas = kept(story)
    for first in range(len(story)):
        found = deltas.window(first, data.draw(st.integers(1, 9)), 10_000)
        assert found.held == bool(first and story[first - 1].state is not None)
        assert len(set(found.paths)) == len(found.paths)
        for place, seen in enumerate(walked(found), first):
            told = story[:place]
            by, now = made_so(told), leaves(told[-1].state) if told else {}
            assert seen == {written(path): (leaf, by[path]) for path, leaf in now.items()}


grown = st.lists(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), max_size=3), max_size=8)


@given(grown)
def test_what_is_new_stands_in_the_states_order(added: list[list[tuple[str, str]]]) -> None:
    deltas, there, states = Deltas(), set[tuple[str, str]](), list[str | None]()
    for names in added:
        there.update(names)
        inner = {name: {two: 1 for one, two in sorted(there) if one == name} for name, _ in sorted(there)}
        states.append(text(inner))
        deltas.add(states[-1])
    for first in range(len(added)):
        paths = deltas.window(first, 99, 10_000).paths
        assert [path for path in paths if path != "(whole)"] == [
            written(path) for path in leaves(states[-1]) if path != ()
        ]


def test_a_window_ends_before_it_is_too_heavy_but_never_empty() -> None:
    deltas = Deltas()
    for size in (1_000, 10, 10, 5_000, 10):
        deltas.add(f'{{"a":"{"x" * size}","b":{len(deltas)}}}')
    assert [len(deltas.window(first, 9, 1_200).steps) for first in range(5)] == [3, 2, 1, 1, 1]
    assert len(deltas.window(1, 1, 1_200).steps) == 1
    for beyond in (-1, 5):
        with pytest.raises(IndexError):
            deltas.window(beyond, 1, 1_200)


def test_what_is_hidden_is_one_leaf_that_comes_and_goes_but_never_changes() -> None:
    deltas = Deltas(hides=lambda path: path[-1:] in (("card",), ("pin",)))
    for state in (
        '{"card":{"holder":"Ada"},"pin":1}',
        '{"card":{"holder":"Bob","n":2},"pin":2,"a":{"pin":[1]}}',
        '{"card":7,"a":{"pin":[1,2]}}',
        '{"a":{}}',
        "{}",
    ):
        deltas.add(state)
    hidden = '"•••"'
    assert deltas.leaves(0) == {("card",): hidden, ("pin",): hidden}
    assert [one.path for one in deltas.changes(1)] == [("a", "pin")]
    assert [(one.path, one.after) for one in deltas.changes(2)] == [(("pin",), None)]
    assert "Ada" not in str(deltas.window(0, 9, 9_999))
    assert deltas.leaves(3) == {("a",): "{}"}
    assert turns(deltas, ("card", "holder")) == []
    assert turns(deltas, ("card",)) == [0, 3]


@given(stories, paths | st.sampled_from([("a",), ("a", "b"), ("a", 0), ("a", "0"), ("a", "00")]))
def test_a_paths_turns_are_those_of_its_history(story: list[Row], path: Path) -> None:
    deltas, had = kept(story), [*field_history(story, path)]
    expected = list[Had]()
    for one in had:
        if not expected or leaves(one.text) != leaves(expected[-1].text):  # the order of members does not count
            expected.append(one)
    found = turns(deltas, path)
    assert [story[step].event_position for step in found] == [one.event_position for one in expected]
    texts = [text_at(deltas, path, step) for step in found]
    assert [leaves(one) for one in texts] == [leaves(one.text) for one in expected]
    assert [one is None for one in texts] == [one.text is None for one in expected]


@given(stories, conditions | st.sampled_from(["a.b = 1", "not a is nothing", 'a."0" = 1 or a[0] != true', "a < 2"]))
def test_a_condition_holds_when_it_holds_of_the_states(story: list[Row], asked: Written | str) -> None:
    condition = parse_condition(asked if isinstance(asked, str) else asked.text)
    judged = (
        (story[step].event_position, story[step].since, holds) for step, holds in verdicts(kept(story), condition)
    )
    assert held(judged) == when(story, condition)


def test_digits_are_as_they_were_written() -> None:
    deltas = Deltas()
    for number in ("1", "1.0", "1.00", "true", '"1"', "1E+5", "123456789012345678901234567890"):
        deltas.add(f'{{"n":{number}}}')
        assert deltas.leaves(len(deltas) - 1) == {("n",): number}
    assert turns(deltas, ("n",)) == list(range(7))
