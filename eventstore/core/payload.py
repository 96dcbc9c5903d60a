"""What folds read out of payloads, which hold anything: objects, money, quantities, and the names of things."""

from decimal import Decimal
from typing import Any

from eventstore.core.event import RecordedEvent

_MOST = Decimal(10) ** 15
_FINEST = -6


def body(event: RecordedEvent) -> dict[str, Any]:
    """The payload as an object; one that is none stands under `value`, null is empty."""
    data = event.data
    if isinstance(data, dict):
        return data
    return {} if data is None else {"value": data}


def money(value: Any) -> Decimal | None:
    """An amount of money, written as a number or as its text. None: nothing is said.

    Raises ValueError for what is no amount below 10**15 in at most six digits behind the point: sums would round it.
    """
    if value is None:
        return None
    amount = _decimal(value)
    if amount is None or abs(amount) >= _MOST or amount != round(amount, -_FINEST):
        raise ValueError(f"{_short(value)} is no amount of money: a number below 10**15 with at most 6 decimals is.")
    return amount


def whole(value: Any) -> int | None:
    """A quantity: a whole number below 2**53. None: nothing is said. Raises ValueError for anything else."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**53:
        raise ValueError(f"{_short(value)} is no quantity: a whole number is.")
    return value


def name(value: Any) -> str | None:
    """What can name a thing in a key: a text of 1 to 200 characters or a whole number. None: it names none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return text if 0 < len(text) <= 200 else None


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        amount = Decimal(value)
    except ArithmeticError:
        return None
    return amount if amount.is_finite() else None


def _short(value: Any) -> str:
    return repr(value)[:60]
