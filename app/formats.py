"""Times, numbers and ids as people read them. Pure; times are microseconds UTC."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MISSING = "-"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def _moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def clock_time(micros: int) -> str:
    """`14:05:09.120`: the time of day, for lists that name the day above."""
    return _moment(micros).strftime("%H:%M:%S.%f")[:-3]


def day(micros: int) -> str:
    """`Sun 1 Mar 2026`."""
    moment = _moment(micros)
    return f"{moment:%a} {moment.day} {moment:%b} {moment:%Y}"


def short_day(micros: int) -> str:
    """`1 Mar`."""
    moment = _moment(micros)
    return f"{moment.day} {moment:%b}"


def short_time(micros: int) -> str:
    """`1 Mar 14:05:09`: where a column holds day and time."""
    return f"{short_day(micros)} {clock_time(micros)[:8]}"


def full_time(micros: int | None) -> str:
    """`Sun 1 Mar 2026 14:05:09.120 UTC`: a time that stands alone."""
    return MISSING if micros is None else f"{day(micros)} {clock_time(micros)} UTC"


def plain_time(micros: int) -> str:
    """`1 Mar 2026 14:05:09.120 UTC`: where there is little room."""
    return f"{day(micros)[4:]} {clock_time(micros)} UTC"


def iso_time(micros: int) -> str:
    """`2026-03-01T14:05:09.120000Z`: exact, as links carry it."""
    return _moment(micros).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def naive_time(micros: int) -> str:
    """`2026-03-01 14:05:09`: UTC without its name, as chart axes take it."""
    return _moment(micros).strftime("%Y-%m-%d %H:%M:%S.%f")


def parse_time(text: str) -> int:
    """A time that a person typed or a link carries: ISO 8601, `2026-03-01 14:05` too; without a zone it is UTC.

    Raises ValueError for anything else, also for times that a year of four digits cannot hold.
    """
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - EPOCH) // timedelta(microseconds=1)
    except OverflowError as beyond:
        raise ValueError(text) from beyond


def duration(micros: int) -> str:
    """`340 ms`, `3 min 12 s`, `2 d 4 h`: two units at most; negative ones keep their sign."""
    sign, seconds = "-" if micros < 0 else "", abs(micros) // 1_000_000
    if seconds < 1:
        return f"{sign}{abs(micros) // 1_000} ms"
    parts = []
    for size, unit in _UNITS:
        amount, seconds = divmod(seconds, size)
        parts.append((amount, unit))
    first = next(i for i, (amount, _) in enumerate(parts) if amount)
    return sign + " ".join(f"{amount} {unit}" for amount, unit in parts[first : first + 2] if amount)


def ago(micros: int, now: int) -> str:
    """`2 d 4 h ago`, `in 3 min`; a relative time always stands beside an absolute one."""
    return f"in {duration(micros - now)}" if micros > now else f"{duration(now - micros)} ago"


def count(number: int | None) -> str:
    """`1,234,567`."""
    return MISSING if number is None else f"{number:,}"


def short(number: float) -> str:
    """`1.2 M`: for cards and axes, the exact value stands in the tooltip."""
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")):
        if abs(number) >= size:
            return f"{number / (1_000 if unit == 'k' else size):.1f} {unit}"
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"


def fitting(number: int | Decimal, width: int = 12) -> str:
    """`189,257.59`, and shortened only where that is too long."""
    return f"{number:,}" if len(f"{number:,}") <= width else short(float(number))


def size(number: int) -> str:
    """`418 B`, `12.4 KB`: bytes by 1,000."""
    return f"{number:,} B" if number < 10_000 else f"{number / 1_000:,.1f} KB"


def elided(text: str, width: int = 28) -> str:
    """`order-9f3…c21`: the middle left out, so that both ends can be told apart."""
    if len(text) <= width:
        return text
    head = (width - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def plural(number: int, one: str, many: str = "") -> str:
    """`1 event`, `1,204 events`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
