"""Times: the rows of docs/values.md, and that the quick way reads as the careful one does."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core import times
from eventstore.core.event import OccurredSource
from eventstore.core.times import EARLIEST, LATEST, format_time, parse_time
from eventstore.errors import Unreadable

NOON = 1_772_366_400_000_000  # 2026-03-01T12:00:00Z
PRODUCER, NO_ZONE, LEAP_SECOND = OccurredSource.PRODUCER, OccurredSource.NO_ZONE, OccurredSource.LEAP_SECOND

READ: list[tuple[Any, int, OccurredSource]] = [
    ("2026-03-01T12:00:00Z", NOON, PRODUCER),
    ("2026-03-01T12:00:00.120Z", NOON + 120_000, PRODUCER),
    ("2026-03-01T12:00:00.123456Z", NOON + 123_456, PRODUCER),
    ("2026-03-01T12:00:00.1Z", NOON + 100_000, PRODUCER),
    ("2026-03-01T12:00:00.123456789Z", NOON + 123_456, PRODUCER),
    ("2026-03-01T12:00:00.999999999Z", NOON + 999_999, PRODUCER),
    ("2026-03-01 12:00:00,5+00:00", NOON + 500_000, PRODUCER),
    ("2026-03-01t12:00:00z", NOON, PRODUCER),
    ("2026-03-01T14:00:00+02:00", NOON, PRODUCER),
    ("2026-03-01T06:30:00-0530", NOON, PRODUCER),
    ("2026-03-01T13:00+01", NOON, PRODUCER),
    ("2026-03-01T12:00:00-00:00", NOON, PRODUCER),
    ("2026-03-01T12:00:00", NOON, NO_ZONE),
    ("2026-03-01 12:00", NOON, NO_ZONE),
    ("2026-03-01", NOON - 43_200_000_000, NO_ZONE),
    ("2016-12-31T23:59:60Z", 1_483_228_799_999_999, LEAP_SECOND),
    ("2016-12-31T23:59:60.5", 1_483_228_799_999_999, LEAP_SECOND),
    ("2017-01-01T01:59:60+02:00", 1_483_228_799_999_999, LEAP_SECOND),
    ("1900-01-01T00:00:00Z", EARLIEST, PRODUCER),
    ("1899-12-31T23:00:00-01:00", EARLIEST, PRODUCER),
    ("9999-12-30T23:59:59.999999Z", LATEST, PRODUCER),
    (1_772_366_400, NOON, PRODUCER),
    (Decimal("1772366400.1234567"), NOON + 123_456, PRODUCER),
    (1772366400.5, NOON + 500_000, PRODUCER),
    (1_772_366_400_123, NOON + 123_000, PRODUCER),
    (Decimal("1772366400123.456"), NOON + 123_456, PRODUCER),
    (1_772_366_400_123_456, NOON + 123_456, PRODUCER),
    (1_772_366_400_123_456_789, NOON + 123_456, PRODUCER),
    (0, 0, PRODUCER),
    (99_999_999_999, 99_999_999_999_000_000, PRODUCER),
    (100_000_000_000, 100_000_000_000_000, PRODUCER),
    (10**14, 10**14, PRODUCER),
    (10**17, 10**14, PRODUCER),
]
REFUSED: list[tuple[Any, str]] = [
    ("", "not a time"),
    ("yesterday", "not a time"),
    ("1772366400", "not a time"),
    ("2026-W09-7", "not a time"),
    ("2026-W01-1T10:00:00Z", "not a time"),
    ("2026-060", "not a time"),
    ("20260301T120000Z", "not a time"),
    ("2026-02-30T12:00:00Z", "not a time"),
    ("2026-03-01T24:00:00Z", "not a time"),
    ("2026-03-01T12:60:00Z", "not a time"),
    ("2026-03-01T12:00:61Z", "not a time"),
    ("2026-03-01T12:00:00+24:00", "not a time"),
    ("2026-03-01T12:00:00+01:60", "not a time"),
    ("2026-03-01T13+01", "not a time"),
    ("2026-03-01T12:00:00.Z", "not a time"),
    ("2026-03-01T12:00:00Z ", "not a time"),
    ("2026-03-01T12:00:00Z\n", "not a time"),
    ("٢٠٢٦-03-01T12:00:00Z", "not a time"),
    ("10000-01-01T00:00:00Z", "not a time"),
    ("0000-01-01T00:00:00Z", "not a time"),
    ("infinity", "not a time"),
    ("0001-01-01T00:00:00+01:00", "time out of range"),
    ("1899-12-31T23:59:59Z", "time out of range"),
    ("9999-12-31T00:00:00Z", "time out of range"),
    ("9999-12-30T23:30:00-01:00", "time out of range"),
    (-1, "not a time"),
    (float("nan"), "not a time"),
    (Decimal("Infinity"), "not a time"),
    (True, "not a time"),
    (None, "not a time"),
    ({}, "not a time"),
    ([], "not a time"),
    ([0, [1], 0], "not a time"),
    (10**20, "time out of range"),
]


@pytest.mark.parametrize(("stated", "micros", "source"), READ, ids=[repr(row[0]) for row in READ])
def test_what_is_read(stated: Any, micros: int, source: OccurredSource) -> None:
    assert parse_time(stated) == (micros, source)


@pytest.mark.parametrize(("stated", "reason"), REFUSED, ids=[repr(row[0]) for row in REFUSED])
def test_what_is_refused(stated: Any, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_time(stated)
    assert refused.value.reason == reason


@given(st.integers(EARLIEST, LATEST))
def test_a_time_that_is_written_is_read_back(micros: int) -> None:
    assert parse_time(format_time(micros)) == (micros, PRODUCER)


@given(st.lists(st.integers(EARLIEST, LATEST), max_size=20))
def test_written_times_sort_as_times(moments: list[int]) -> None:
    assert [format_time(micros) for micros in sorted(moments)] == sorted(format_time(micros) for micros in moments)


@given(st.integers(EARLIEST, LATEST))
def test_times_are_those_of_the_standard_library(micros: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    assert parse_time(moment.isoformat()).micros == micros
    assert parse_time(moment.astimezone(timezone(timedelta(hours=-5, minutes=-30))).isoformat()).micros == micros


near = st.from_regex(
    r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][T W][0-2][0-9]:[0-5][0-9]:[0-6][0-9]([.,][0-9]{3,6})?Z", fullmatch=True
)


@given(near)
def test_the_quick_way_reads_as_the_careful_one(text: str) -> None:
    quick = times._common(text)
    if quick is not None:
        assert quick == times._from_text(text)


def test_the_quick_way_is_taken() -> None:
    assert times._common("2026-03-01T12:00:00.120Z") == (NOON + 120_000, PRODUCER)
