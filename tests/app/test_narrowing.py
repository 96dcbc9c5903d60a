"""Conditions as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.narrowing import parse, toggled, written
from eventstore import Where

conditions = st.builds(
    Where,
    st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.text(max_size=12) | st.sampled_from(["nothing", "a and b", '"', "x, y", "and", "= 3"]),
) | st.builds(Where, st.just("a"), st.sampled_from(["=", "!="]), st.none())


@given(st.lists(conditions, max_size=4))
def test_what_is_written_is_read_as_the_same(asked: list[Where]) -> None:
    assert list(parse(written(asked))) == asked


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("status=paid", [("status", "=", "paid")]),
        ("status = partly refunded and total>=10.50", [("status", "=", "partly refunded"), ("total", ">=", "10.50")]),
        ('a = "x and y" AND b is not nothing', [("a", "=", "x and y"), ("b", "!=", None)]),
        ('a = "nothing"', [("a", "=", "nothing")]),
        ("created_at < 2026-03-01 12:00", [("created_at", "<", "2026-03-01 12:00")]),
    ],
)
def test_reading(text: str, found: list[tuple[str, str, str | None]]) -> None:
    assert [(one.facet, one.operator, one.value) for one in parse(text)] == found


@pytest.mark.parametrize("text", ["paid", "status =", "= paid", "status = paid and", "status ~ paid", "1 = 1"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        parse(text)


def test_a_value_is_chosen_and_taken_back() -> None:
    chosen = toggled("total > 10 and status = paid", "status", "shipped")
    assert chosen == "total > 10 and status = shipped"
    assert toggled(chosen, "status", "shipped") == "total > 10"
    assert toggled("what", "status", None) == "status is nothing"
