"""What a person types to name a moment: a time, a time in words, a position. Pure; times are microseconds UTC."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app import formats

_UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_SHORT = {"s": "second", "sec": "second", "m": "minute", "min": "minute", "h": "hour", "hr": "hour", "d": "day"}
_SHORT["w"] = "week"

_POSITION = re.compile(r"#\s*(\d[\d,]*)|(\d[\d,]*)", re.ASCII)
_AGO = re.compile(r"((?:\d+(?:\.\d+)?\s*[a-z]+\s*)+)ago", re.ASCII)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.ASCII)
_DAY = re.compile(
    r"(yesterday|today)?(?:\s+at)?\s*(?:(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,6})?))?)?(?:\s*utc)?", re.ASCII
)
_LIVE = ("", "live", "now", "latest")
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Live:
    """Back to live."""


@dataclass(frozen=True, slots=True)
class Position:
    """What was known at this position."""

    position: int


@dataclass(frozen=True, slots=True)
class Time:
    """What had happened at this time."""

    at: int


Typed = Live | Position | Time


def moment(text: str, now: int) -> Typed:
    """The moment that the text names, seen from `now`; days are UTC's.

    `2026-03-01 14:05` or any ISO 8601 time, `yesterday 14:30`, `today`, `14:30`, `2 h ago`, `1 d 4 h ago`, `#8412`,
    `live`. Raises ValueError for anything else.
    """
    said = " ".join(text.lower().split())
    if said in _LIVE:
        return Live()
    for form in _FORMS:
        found = form(said, now)
        if found is not None:
            return found
    return Time(formats.parse_time(text))


def _position(said: str, now: int) -> Typed | None:  # noqa: ARG001 - every form is asked alike
    match = _POSITION.fullmatch(said)
    if match is None:
        return None
    digits = (match[1] or match[2]).replace(",", "")
    if len(digits) > _MOST_DIGITS:
        raise ValueError(said)
    return Position(int(digits))


def _ago(said: str, now: int) -> Typed | None:
    match = _AGO.fullmatch(said)
    if match is None:
        return None
    amounts = [(float(amount), _unit(name)) for amount, name in _AMOUNT.findall(match[1])]
    back = sum(round(amount * (unit / timedelta(microseconds=1))) for amount, unit in amounts)
    return _time(now - back, said)


def _unit(name: str) -> timedelta:
    """Raises ValueError for a word that is no unit of time."""
    unit = _UNITS.get(_SHORT.get(name, name.removesuffix("s")))
    if unit is None:
        raise ValueError(name)
    return unit


def _on_a_day(said: str, now: int) -> Typed | None:
    match = _DAY.fullmatch(said)
    if match is None or not (match[1] or match[2]):
        return None
    today = datetime.fromtimestamp(now // 1_000_000, UTC).replace(hour=0, minute=0, second=0)
    midnight = today - timedelta(days=match[1] == "yesterday")
    clock = formats.parse_time(f"1970-01-01T{int(match[2] or 0):02}:{match[3] or '00'}:{match[4] or '00'}")
    return _time(formats.parse_time(midnight.isoformat()) + clock, said)


def _time(at: int, said: str) -> Time:
    """Raises ValueError for a time that no link can carry."""
    try:
        formats.iso_time(at)
    except OverflowError as beyond:
        raise ValueError(said) from beyond
    return Time(at)


_FORMS: tuple[Callable[[str, int], Typed | None], ...] = (_position, _ago, _on_a_day)
