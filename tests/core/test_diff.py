"""What changed between two states: nothing is missed, nothing is told that did not change."""

import time
from typing import Any

import pytest
from hypothesis import given

from eventstore.core.canonical import decode, encode
from eventstore.core.condition import parse_path
from eventstore.core.diff import Change, changes
from eventstore.core.paths import MISSING, Path, found, leaves, written
from tests.core.painted import flat, flat_state, states, values


def told(before: str | None, after: str | None) -> list[tuple[str, str | None, str | None]]:
    return [(one.name, one.before, one.after) for one in changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('{"a":1}', '{"a":1}', []),
        ('{"a":1,"b":2}', '{"b":2,"a":1}', []),
        ('{"a":1}', '{"a":true}', [("a", "1", "true")]),
        ('{"a":1}', '{"a":1.0}', [("a", "1", "1.0")]),
        ('{"a":1.0}', '{"a":1.00}', [("a", "1.0", "1.00")]),
        ('{"a":"1"}', '{"a":1}', [("a", '"1"', "1")]),
        ('{"a":null}', "{}", [("(whole)", None, "{}"), ("a", "null", None)]),
        (None, '{"a":null}', [("a", None, "null")]),
        (None, "{}", [("(whole)", None, "{}")]),
        ("{}", None, [("(whole)", "{}", None)]),
        ("{}", '{"a":1}', [("a", None, "1")]),
        ('{"a":[1]}', '{"a":[1,2,[3]]}', [("a[1]", None, "2"), ("a[2][0]", None, "3")]),
        ('{"a":[]}', '{"a":[1]}', [("a[0]", None, "1")]),
        ('{"a":[]}', '{"a":{"0":1}}', [("a", "[]", None), ("a.0", None, "1")]),
        ('{"a":[1,2,3]}', '{"a":[2,3]}', [("a[0]", "1", "2"), ("a[1]", "2", "3"), ("a[2]", "3", None)]),
        ('{"a":{"b":1}}', '{"a":{}}', [("a", None, "{}"), ("a.b", "1", None)]),
        ('{"a":{"b":1}}', '{"a":7}', [("a", None, "7"), ("a.b", "1", None)]),
        ('{"a":[0,1,2,3,4,5,6,7,8,9,10]}', '{"a":[0,1,5,3,4,5,6,7,8,9,5]}', [("a[2]", "2", "5"), ("a[10]", "10", "5")]),
    ],
)
def test_changes(before: str | None, after: str | None, expected: list[Any]) -> None:
    assert told(before, after) == expected


def test_kinds() -> None:
    kinds = [one.kind for one in changes('{"a":1,"b":1}', '{"b":2,"c":1}')]
    assert kinds == ["removed", "changed", "added"]


@given(states, states)
def test_no_leaf_that_differs_is_missed_and_no_other_is_told(before: Any, after: Any) -> None:
    old, new = flat_state(before), flat_state(after)
    differing = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    found_ = changes(encode(before), encode(after))
    left_out = differing - {one.path for one in found_}
    assert {one.path for one in found_} <= differing
    for path in left_out:  # an empty one that was filled
        assert old[path][1] in ("{}", "[]")
        assert any(one.path[: len(path)] == path and one.before is None for one in found_)


@given(states, states)
def test_the_later_state_can_be_made_of_the_earlier_and_the_changes(before: Any, after: Any) -> None:
    made = leaves(encode(before))
    told_ = changes(encode(before), encode(after))
    came = [one.path for one in told_ if one.after is not None]
    for one in told_:
        made.pop(one.path, None)
    for path in [p for p, leaf in made.items() if leaf in ("{}", "[]") and any(c[: len(p)] == p for c in came)]:
        del made[path]
    made |= {one.path: one.after for one in told_ if one.after is not None}
    assert made == leaves(encode(after))


@given(states, states)
def test_back_is_the_contrary(before: Any, after: Any) -> None:
    def full(first: Any, second: Any) -> set[Change]:
        return {
            one for one in changes(encode(first), encode(second)) if "{}" not in said(one) and "[]" not in said(one)
        }

    def said(one: Change) -> tuple[str | None, str | None]:
        return one.before, one.after

    assert full(before, after) == {Change(one.path, one.after, one.before) for one in full(after, before)}


@given(values)
def test_leaves_are_all_the_values_that_hold_no_others(value: Any) -> None:
    text = encode(value)
    assert list(leaves(text)) == list(dict(flat(value)))
    assert all(encode(found(value, path)) == leaf for path, leaf in leaves(text).items())


@given(values)
def test_paths_are_read_as_they_are_written(value: Any) -> None:
    paths = [path for path in leaves(encode(value)) if path]
    assert [parse_path(written(path)) for path in paths] == paths


@pytest.mark.parametrize("name", ["a\u202eb", "a\nb", "\x1b[31m", "\u2018x", "a.b", "[0]", "", "日本", "\U000e0001"])
def test_hostile_names_can_be_written_and_read(name: str) -> None:
    path: Path = ("items", name, 0)
    assert parse_path(written(path)) == path
    assert written(path).isprintable()


@pytest.mark.parametrize(
    ("path", "there"),
    [(("a", 0), 1), (("a", "0"), 1), (("a", 1), MISSING), (("a", "-1"), MISSING), (("a", "²"), MISSING),
     (("b", "0"), 2), (("b", 0), MISSING), (("c",), None), (("c", "d"), MISSING)],
)  # fmt: skip
def test_what_stands_at_a_path(path: Path, there: Any) -> None:
    assert found(decode('{"a":[1],"b":{"0":2},"c":null}'), path) is there


def test_the_cost_grows_with_the_leaves_alone() -> None:
    """Doubling the leaves doubles the work; comparing each with each would make it four times as much."""

    def cost(count: int) -> float:
        texts = [encode({"items": [{"sku": n, "x": []} for n in range(start, count + start)]}) for start in (0, 1)]
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            assert len(changes(*texts)) == count
            best = min(best, time.process_time() - began)
        return best

    assert cost(16_000) < 12 * cost(4_000)
