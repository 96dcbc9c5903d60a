"""Projections: which keyed state an event belongs to, and one pure fold per event type."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

from eventstore.core.event import RecordedEvent
from eventstore.core.facet import Facet, Value

State = Mapping[str, Any]
"""What is known of one key: a JSON object. Folds return a new one and never change the one they were given."""

Fold = Callable[[State, RecordedEvent], State | None]
"""One step: the state before (empty where there was none) and the event; the state after, None removes the key."""

ANY = "*"
"""The event type of a fold that takes whatever no other fold of its projection takes."""


def spelling(event_type: str) -> str:
    """The form by which types are matched: "Order Created" and "OrderCreated" are the same."""
    return event_type.replace(" ", "")


class Projection:
    """A read model: the keys that an event belongs to, how it changes each one's state, and the facets of a state.

    `keys` names them from the event alone; no key means that the event is none of its business.
    """

    def __init__(
        self, name: str, *, keys: Callable[[RecordedEvent], Iterable[str]], facets: Sequence[Facet] = ()
    ) -> None:
        self.name, self.keys, self.facets = name, keys, tuple(facets)
        self._folds: dict[str, Fold] = {}
        self._rolled = [number for number, facet in enumerate(facets) if facet.rolled]

    def rolled_of(self, values: Sequence[Value]) -> tuple[Value, ...]:
        """Of a state's facet values those of the facets that are counted or summed."""
        return tuple([values[number] for number in self._rolled])

    def facet(self, name: str) -> Facet:
        """The facet of that name. Raises ValueError where there is none."""
        for facet in self.facets:
            if facet.name == name:
                return facet
        known = ", ".join(facet.name for facet in self.facets) or "none"
        raise ValueError(f"{self.name} has no facet {name!r}: it has {known}.")

    def facets_of(self, state: State) -> tuple[Value, ...]:
        """The state's value of each facet, in their order."""
        return tuple([facet.of(state) for facet in self.facets])

    def on(self, *types: str) -> Callable[[Fold], Fold]:
        """Register the fold of these event types; `on(ANY)` takes what no other takes.

        Raises ValueError for a type that already has a fold.
        """

        def register(fold: Fold) -> Fold:
            for name in map(spelling, types):
                if name in self._folds:
                    raise ValueError(f"{self.name} already folds {name}: give one of the two folds another type.")
                self._folds[name] = fold
            return fold

        return register

    def handles(self, event: RecordedEvent) -> bool:
        """Whether a fold takes this event's type."""
        return self._fold(event) is not None

    def apply(self, state: State | None, event: RecordedEvent) -> State | None:
        """The state after the event; the same where no fold takes its type. Raises whatever the fold raises."""
        fold = self._fold(event)
        return state if fold is None else fold({} if state is None else state, event)

    def _fold(self, event: RecordedEvent) -> Fold | None:
        return self._folds.get(spelling(event.type)) or self._folds.get(ANY)


def load(modules: Iterable[str]) -> list[Projection]:
    """The projections that the named modules define, in that order. Raises ImportError for one that is not there."""
    return [found for name in modules for found in vars(import_module(name)).values() if isinstance(found, Projection)]


def serving(projections: Iterable[Projection], key: str, events: Sequence[RecordedEvent]) -> Projection | None:
    """The first of the projections that takes any of the events as the key's own."""
    return next((one for one in projections if any(one.handles(e) and key in one.keys(e) for e in events)), None)
