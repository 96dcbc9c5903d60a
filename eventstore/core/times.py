"""Times at the edges: what producers write becomes integer microseconds UTC, or is refused with a reason."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from eventstore.core.event import Micros, OccurredSource
from eventstore.errors import Unreadable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND

EARLIEST: Micros = (date(1900, 1, 1).toordinal() - _EPOCH_DAY) * _DAY
"""1900-01-01T00:00:00Z: no earlier time is read."""

LATEST: Micros = (date(9999, 12, 31).toordinal() - _EPOCH_DAY) * _DAY - 1
"""The last microsecond of 9999-12-30: no later time is read."""

_FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    r"(?:([Zz])|([+-])(\d\d):?(\d\d)?)?)?",
    re.ASCII,
)

# A number is read by its size: below 1e11 it is seconds (to the year 5138), below 1e14 milliseconds (from 1973),
# below 1e17 microseconds, below 1e20 nanoseconds. So no number has two readings within the years 1973 to 5138.
_UNITS = (
    (Decimal(10) ** 11, Decimal(1_000_000)),
    (Decimal(10) ** 14, Decimal(1_000)),
    (Decimal(10) ** 17, Decimal(1)),
    (Decimal(10) ** 20, Decimal("0.001")),
)


class Time(NamedTuple):
    """A time as stated: `micros` since 1970 UTC, and in `source` whether it had to be interpreted."""

    micros: Micros
    source: OccurredSource


def parse_time(text: str | int | float | Decimal) -> Time:
    """Reads RFC 3339 and its common relatives, or a number since 1970 in seconds, milli-, micro- or nanoseconds.

    What lies below a microsecond is cut. No zone is read as UTC, a date alone as its midnight, both marked `NO_ZONE`;
    second 60 as 59.999999, marked `LEAP_SECOND`. Raises `Unreadable` for anything else, and outside the years 1900 to
    9999-12-30.
    """
    if isinstance(text, str):
        return _common(text) or _from_text(text)
    if isinstance(text, bool) or not isinstance(text, int | float | Decimal):
        raise _not_a_time(text)  # a stated time may be any JSON value, so also a list or an object
    return _from_number(Decimal(repr(text)) if isinstance(text, float) else Decimal(text))


def format_time(micros: Micros) -> str:
    """RFC 3339 in UTC with all six digits: 2026-03-01T14:05:09.120000Z. Sorts as text as it does in time."""
    return (_EPOCH + timedelta(microseconds=micros)).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _common(text: str) -> Time | None:
    """What nearly all producers write, 2026-03-01T14:05:09[.123[456]]Z, by the fast parser of the standard library.

    The signs are compared first, since that parser takes more forms than we do. None: read it with care.
    """
    if len(text) not in (20, 24, 27) or text[-1] != "Z" or text[4:17:3] != "--T::" or not text.isascii():
        return None
    try:
        since = datetime.fromisoformat(text) - _EPOCH
    except ValueError:
        return None
    micros = since.days * _DAY + since.seconds * _SECOND + since.microseconds
    return Time(micros, OccurredSource.PRODUCER) if EARLIEST <= micros <= LATEST else None


def _from_text(text: str) -> Time:
    found = _FORM.fullmatch(text)
    if found is None:
        raise _not_a_time(text)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.group(1, 2, 3, 4, 5, 6))
    if hour > 23 or minute > 59 or second > 60:
        raise _not_a_time(text)
    micros = _midnight(text, year, month, day) + (hour * 3_600 + minute * 60) * _SECOND - _offset(text, found)
    if second == 60:
        return _within(text, micros + 60 * _SECOND - 1, OccurredSource.LEAP_SECOND)
    micros += second * _SECOND + int((found[7] or "")[:6].ljust(6, "0"))
    stated = found[8] is not None or found[9] is not None
    return _within(text, micros, OccurredSource.PRODUCER if stated else OccurredSource.NO_ZONE)


def _midnight(text: str, year: int, month: int, day: int) -> Micros:
    try:
        return (date(year, month, day).toordinal() - _EPOCH_DAY) * _DAY
    except ValueError:
        raise _not_a_time(text) from None


def _offset(text: str, found: re.Match[str]) -> Micros:
    if found[9] is None:
        return 0
    hours, minutes = int(found[10]), int(found[11] or 0)
    if hours > 23 or minutes > 59:
        raise _not_a_time(text)
    return (hours * 60 + minutes) * 60 * _SECOND * (-1 if found[9] == "-" else 1)


def _from_number(value: Decimal) -> Time:
    if not value.is_finite() or value < 0:
        raise Unreadable("not a time", f"The number {value} is not a time: below 0 it mostly means that there is none.")
    for bound, micros in _UNITS:
        if value < bound:
            return _within(value, int((value * micros).to_integral_value(ROUND_FLOOR)), OccurredSource.PRODUCER)
    raise _out_of_range(value)


def _within(stated: str | Decimal, micros: Micros, source: OccurredSource) -> Time:
    if not EARLIEST <= micros <= LATEST:
        raise _out_of_range(stated)
    return Time(micros, source)


def _not_a_time(stated: object) -> Unreadable:
    return Unreadable("not a time", f"{str(stated)[:60]!r} is not a time as in 2026-03-01T14:05:09.120Z.")


def _out_of_range(stated: object) -> Unreadable:
    return Unreadable("time out of range", f"{str(stated)[:60]!r} is not between 1900-01-01 and 9999-12-30.")
