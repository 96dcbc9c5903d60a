"""How files write times, beside ISO 8601 and numbers: which form a column's texts have, and reading by it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any

from eventstore.core.event import Micros
from eventstore.core.times import Time, parse_time
from eventstore.errors import AmbiguousTimes, Unreadable

COMMON = ""
"""The form of what `parse_time` reads: ISO 8601 and its relatives, and numbers since 1970."""

_DATES = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_ZONES = ("", "%z", " %z")
_OTHERS = (
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S.%f %z",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %Y",
    "%Y%m%dT%H%M%S",
    "%Y%m%dT%H%M%S%z",
)
FORMS = (*_OTHERS, *map("".join, product(_DATES, _CLOCKS, _ZONES)))

_FEW = 20  # texts that rule most forms out
_FIRST_NUMBER = 100_000_000  # 1973 in seconds: smaller numbers are quantities, not times


def time_of(stated: Any, form: str) -> Time:
    """The time in a cell or member. Raises Unreadable, with the reason `no time` where there is none."""
    if stated is None or (isinstance(stated, str) and not stated.strip()):
        raise Unreadable("no time", "The row does not say when it happened.")
    if not isinstance(stated, str):
        return parse_time(stated)
    text = stated.strip()
    return _common(text) if form == COMMON else _by(form, text)


def form_of(texts: Sequence[str], column: str, enough: float = 0.9) -> str | None:
    """The form in which most of these texts, that share of them at least, are times; None: they are none.

    Raises AmbiguousTimes where two forms fit as well and say different times: is 03/04 in March or in April?
    """
    if _fitting(texts, COMMON) >= enough * len(texts):
        return COMMON
    shares = {form: _fitting(texts, form) for form in FORMS if _fitting(texts[:_FEW], form)}
    most = max(shares.values(), default=0)
    if most < enough * len(texts) or not most:
        return None
    best = [form for form, share in shares.items() if share == most]
    _refuse_two_readings(texts, best, column)
    return best[0]


def is_number(text: str) -> bool:
    """Whether the text is a number that may be a time, which a quantity may be too."""
    return text.strip().replace(".", "", 1).isdecimal()


def looks_like_value(text: str) -> bool:
    """Whether a text is a number or a time, as no column's name is."""
    return is_number(text) or _read(text, COMMON) is not None


def _common(text: str) -> Time:
    if is_number(text) and text.isascii():
        return parse_time(Decimal(text))
    for zone in (" UTC", " GMT"):
        text = text.removesuffix(zone) + "Z" if text.endswith(zone) else text
    return parse_time(text)


def _by(form: str, text: str) -> Time:
    for zone in (" UTC", " GMT"):
        text = text.removesuffix(zone) + " +0000" if text.endswith(zone) else text
    try:
        return parse_time(datetime.strptime(text, form).isoformat())  # noqa: DTZ007 - a form may have no zone: parse_time marks it
    except ValueError:
        raise Unreadable("not a time", f"{text[:60]!r} is not a time as {form} writes it.") from None


def _read(text: str, form: str) -> Micros | None:
    try:
        return time_of(text, form).micros
    except Unreadable:
        return None


def _fitting(texts: Iterable[str], form: str) -> int:
    return sum(_read(text, form) is not None and not _small(text) for text in texts)


def _small(text: str) -> bool:
    return is_number(text) and Decimal(text.strip()) < _FIRST_NUMBER


def _refuse_two_readings(texts: Sequence[str], forms: Sequence[str], column: str) -> None:
    for other in forms[1:]:
        for text in texts:
            if _read(text, forms[0]) != _read(text, other):
                raise AmbiguousTimes(column, text, forms[0], other)
