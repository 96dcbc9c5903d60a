"""Times and numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import formats

AT = 1_772_373_909_120_456  # 2026-03-01T14:05:09.120456Z


def test_a_time() -> None:
    assert formats.clock_time(AT) == "14:05:09.120"
    assert formats.day(AT) == "Sun 1 Mar 2026"
    assert formats.full_time(AT) == "Sun 1 Mar 2026 14:05:09.120 UTC"
    assert formats.plain_time(AT) == "1 Mar 2026 14:05:09.120 UTC"
    assert formats.iso_time(AT) == "2026-03-01T14:05:09.120456Z"
    assert formats.full_time(None) == "-"


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_a_written_time_is_read_again(micros: int) -> None:
    if micros >= -30_000_000_000_000_000:  # strftime writes years below 1000 without zeros
        assert formats.parse_time(formats.iso_time(micros)) == micros


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-03-01", "2026-03-01T00:00:00.000000Z"),
        ("2026-03-01 14:05", "2026-03-01T14:05:00.000000Z"),
        ("2026-03-01T14:05:09Z", "2026-03-01T14:05:09.000000Z"),
        ("2026-03-01T14:05:09+02:00", "2026-03-01T12:05:09.000000Z"),
        (" 2026-03-01 14:05:09.5 UTC", "2026-03-01T14:05:09.500000Z"),
    ],
)
def test_typed_times(typed: str, meant: str) -> None:
    assert formats.iso_time(formats.parse_time(typed)) == meant


@pytest.mark.parametrize("typed", ["", "now", "14:05", "2026-13-01", "12", "2026-03-01T00:00:00+14:00x"])
def test_what_is_no_time(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is Python's own, and differs by its version
        formats.parse_time(typed)


@pytest.mark.parametrize(
    ("micros", "said"),
    [
        (0, "0 ms"),
        (340_000, "340 ms"),
        (192_000_000, "3 min 12 s"),
        (187_200_000_000, "2 d 4 h"),
        (3_600_000_000, "1 h"),
        (86_401_000_000, "1 d"),
        (-5_000_000, "-5 s"),
    ],
)
def test_durations(micros: int, said: str) -> None:
    assert formats.duration(micros) == said


def test_numbers() -> None:
    assert formats.count(1_234_567) == "1,234,567"
    assert formats.count(None) == "-"
    assert [formats.short(n) for n in (0, 0.4, 950, 12_345, 1_234_567)] == ["0", "0.4", "950", "12.3 k", "1.2 M"]
    assert [formats.size(n) for n in (418, 12_400)] == ["418 B", "12.4 KB"]
    assert [formats.plural(n, "event") for n in (0, 1, 2)] == ["0 events", "1 event", "2 events"]


@given(st.text(), st.integers(4, 60))
def test_an_elided_text_keeps_both_ends(text: str, width: int) -> None:
    short = formats.elided(text, width)
    assert len(short) <= max(width, 0) or short == text
    if short != text:
        head, _, tail = short.partition("…") if "…" not in text else (short[:1], "", short[-1:])
        assert text.startswith(head)
        assert text.endswith(tail)
