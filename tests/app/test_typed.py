"""What a person types to name a moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import formats, typed

NOW = formats.parse_time("2026-03-02T10:00:00Z")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("yesterday 14:30", "2026-03-01T14:30"),
        ("Yesterday at 9:05:07.5 UTC", "2026-03-01T09:05:07.5"),
        ("yesterday", "2026-03-01"),
        ("today", "2026-03-02"),
        (" 14:30 ", "2026-03-02T14:30"),
        ("2 h ago", "2026-03-02T08:00"),
        ("2h ago", "2026-03-02T08:00"),
        ("1 d 4 h ago", "2026-03-01T06:00"),
        ("90 minutes ago", "2026-03-02T08:30"),
        ("1.5 hours ago", "2026-03-02T08:30"),
        ("1 week ago", "2026-02-23T10:00"),
        ("30 sec ago", "2026-03-02T09:59:30"),
        ("2026-03-01 14:05", "2026-03-01T14:05"),
        ("2026-03-01T14:05:09+02:00", "2026-03-01T12:05:09"),
    ],
)
def test_a_time_in_words(text: str, meant: str) -> None:
    assert typed.moment(text, NOW) == typed.Time(formats.parse_time(meant))


@pytest.mark.parametrize(("text", "position"), [("#8412", 8412), ("# 8,412", 8412), ("1,234", 1234), ("0", 0)])
def test_a_position(text: str, position: int) -> None:
    assert typed.moment(text, NOW) == typed.Position(position)


@pytest.mark.parametrize("text", ["", "  ", "live", "Now", "latest"])
def test_live(text: str) -> None:
    assert typed.moment(text, NOW) == typed.Live()


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "25:00",
        "14:5",
        "ago",
        "5 bananas ago",
        "h ago",
        "#",
        "#" + "9" * 19,
        "9" * 17 + " days ago",
        "at",
        "2026-13-01",
    ],
)
def test_what_names_no_moment(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is Python's own, and differs by its version
        typed.moment(text, NOW)


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    try:
        found = typed.moment(text, NOW)
    except ValueError:
        return
    assert isinstance(found, typed.Live | typed.Position | typed.Time)


@given(st.integers(0, 10_000_000))
def test_a_number_of_seconds_ago_is_exact(seconds: int) -> None:
    assert typed.moment(f"{seconds} s ago", NOW) == typed.Time(NOW - seconds * 1_000_000)
