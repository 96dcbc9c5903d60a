"""The map of services: nothing lies on anything else, and the same calls give the same map."""

from itertools import pairwise

from hypothesis import given as given_any
from hypothesis import strategies as st

from app.frames.layout import LANE, Layout, laid_out

NAMES = st.sampled_from("abcdefgh")
HEIGHTS = st.dictionaries(NAMES, st.integers(20, 200), min_size=1)
PAIRS = st.lists(st.tuples(NAMES, NAMES), max_size=20)


def columns(layout: Layout) -> dict[str, int]:
    return {box.name: box.column for box in layout.boxes}


def known(heights: dict[str, int], pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(one, other) for one, other in pairs if one in heights and other in heights]


def test_callers_stand_before_those_whom_they_call() -> None:
    names = dict.fromkeys(("customers", "gateway", "orders", "payments"), 50)
    calls = [("gateway", "orders"), ("orders", "payments"), ("customers", "gateway"), ("gateway", "payments")]
    found = laid_out(names, calls)
    assert columns(found) == {"customers": 0, "gateway": 1, "orders": 2, "payments": 3}
    assert found.columns == 4
    (way,) = [way for way in found.ways if (way.caller, way.callee) == ("gateway", "payments")]
    assert [column for column, _ in way.points] == [1, 2, 3]


def test_of_a_ring_one_call_goes_back() -> None:
    found = laid_out({"a": 50, "b": 50}, [("a", "b"), ("b", "a")])
    assert columns(found) == {"a": 0, "b": 1}
    assert {(way.caller, way.callee): way.turned for way in found.ways} == {("a", "b"): False, ("b", "a"): True}


def test_who_calls_nobody_and_is_called_by_none_stands_where_there_is_room() -> None:
    found = laid_out({"a": 50, "b": 50, "c": 200, "lonely": 50}, [("a", "b"), ("a", "c")])
    assert columns(found)["lonely"] == 0


def test_no_services_make_no_map() -> None:
    assert laid_out({}, []) == Layout((), (), 1, 0)


@given_any(HEIGHTS, PAIRS)
def test_no_two_services_overlap_and_no_call_runs_through_one(
    heights: dict[str, int], pairs: list[tuple[str, str]]
) -> None:
    found = laid_out(heights, known(heights, pairs))
    taken = [(box.column, box.top, box.top + box.height) for box in found.boxes]
    lanes = {point for way in found.ways for point in way.points[1:-1]}  # there and back share theirs
    taken += [(column, y - LANE / 2, y + LANE / 2) for column, y in lanes]
    for column in range(found.columns):
        spans = sorted((top, end) for place, top, end in taken if place == column)
        assert all(end <= top for (_, end), (top, _) in pairwise(spans))
        assert all(top >= 0 and end <= found.height for top, end in spans)


@given_any(HEIGHTS, PAIRS)
def test_every_service_and_call_is_there_in_whatever_order_they_are_named(
    heights: dict[str, int], pairs: list[tuple[str, str]]
) -> None:
    calls = known(heights, pairs)
    found = laid_out(heights, calls)
    assert laid_out(dict(reversed(heights.items())), sorted(calls, reverse=True)) == found
    assert {box.name for box in found.boxes} == set(heights)
    assert {(way.caller, way.callee) for way in found.ways} == {pair for pair in calls if pair[0] != pair[1]}
    at = {box.name: box for box in found.boxes}
    for way in found.ways:
        left, right = (way.callee, way.caller) if way.turned else (way.caller, way.callee)
        assert [column for column, _ in way.points] == list(range(at[left].column, at[right].column + 1))
        for name, (_, y) in ((left, way.points[0]), (right, way.points[-1])):
            assert at[name].top < y < at[name].top + at[name].height
