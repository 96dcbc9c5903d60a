"""Running users' code: whatever it raises becomes a value. The one place in the core that catches everything."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Raised:
    """What a user's code raised instead of giving an answer."""

    error: Exception

    def __str__(self) -> str:
        return f"{type(self.error).__name__}: {self.error}"


def attempt(code: Callable[..., T], *given: Any) -> T | Raised:
    """What the code gives, or what it raised."""
    try:
        return code(*given)
    except Exception as error:  # noqa: BLE001 - folds, keys and upcasters are users' code: they may raise anything
        return Raised(error)
