"""Upcasters: the old shape of an event becomes today's when it is read. What is stored never changes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from eventstore.core.canonical import encode
from eventstore.core.event import RecordedEvent, spelling

Shape = Callable[[Any], Any]
"""One step from an older payload to a newer one. It gives back the very one that it was given where nothing is old."""


@dataclass(frozen=True, slots=True)
class Upcaster:
    """A step to today's shape, for the payloads of some event types."""

    types: tuple[str, ...]
    shape: Shape

    def __call__(self, data: Any) -> Any:
        """The payload in the newer shape."""
        return self.shape(data)


def upcaster(*types: str) -> Callable[[Shape], Upcaster]:
    """Make a function of the payload the upcaster of these event types. It must not change what it is given."""
    return lambda shape: Upcaster(types, shape)


class Upcasters:
    """All upcasters in the order in which they are applied, each with its module's text; found by the type alone."""

    def __init__(self, found: Iterable[tuple[Upcaster, str]] = ()) -> None:
        self._steps: dict[str, tuple[Upcaster, ...]] = {}
        self._sources: dict[str, tuple[str, ...]] = {}
        for one, source in found:
            for name in map(spelling, one.types):
                self._steps[name] = (*self._steps.get(name, ()), one)
                self._sources[name] = (*self._sources.get(name, ()), source)

    def of(self, event_type: str) -> tuple[Upcaster, ...]:
        """The upcasters of an event type."""
        return self._steps.get(spelling(event_type), ())

    def sources(self, types: Iterable[str] | None) -> tuple[str, ...]:
        """The texts of the modules whose upcasters take any of these types, without spaces; None: of all types."""
        names = self._sources if types is None else [name for name in types if name in self._sources]
        return tuple(sorted({source for name in names for source in self._sources[name]}))

    def upcast(self, event: RecordedEvent) -> RecordedEvent:
        """The event in today's shape: the same object where nothing is old. Raises whatever an upcaster raises."""
        data = before = event.data if (steps := self.of(event.type)) else None
        for step in steps:
            data = step(data)
        return event if data is before else replace(event, data_text=encode(data))
