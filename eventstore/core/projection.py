"""Projections: which keyed state an event belongs to, and one pure fold per event type."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from inspect import getsource
from types import ModuleType
from typing import Any, Self, TypeVar

from eventstore.core.attempt import Raised, attempt
from eventstore.core.event import RecordedEvent, spelling
from eventstore.core.facet import Facet, Value
from eventstore.core.upcast import Upcaster, Upcasters
from eventstore.errors import BadProjection

T = TypeVar("T")

State = Mapping[str, Any]
"""What is known of one key: a JSON object. Folds return a new one and never change the one they were given."""

Fold = Callable[[State, RecordedEvent], State | None]
"""One step: the state before (empty where there was none) and the event; the state after, None removes the key."""

ANY = "*"
"""The event type of a fold that takes whatever no other fold of its projection takes."""


def streams_of(category: str) -> Callable[[RecordedEvent], Iterable[str]]:
    """The keys of a projection that follows the streams of one category."""
    return lambda event: (event.stream,) if event.category == category else ()


class Projection:
    """A read model: the keys that an event belongs to, how it changes each one's state, and the facets of a state.

    `keys` names them from the event alone; no key means that the event is none of its business. Folds and keys see
    events in today's shape: `upcasters` bring old ones to it. `module` is where it is defined, as settings name it once
    it is loaded; `sources` are then the texts of the code that its states depend on: its module's, its upcasters'.
    """

    upcasters = Upcasters()
    sources: tuple[str, ...] = ()

    def __init__(
        self, name: str, *, keys: Callable[[RecordedEvent], Iterable[str]], facets: Sequence[Facet] = ()
    ) -> None:
        self.name, self.facets, self._keys = name, tuple(facets), keys
        self.module = keys.__module__
        self._folds: dict[str, Fold] = {}
        self._readers = [facet.reader() for facet in facets]
        self._rolled = [number for number, facet in enumerate(facets) if facet.rolled]

    def keys(self, event: RecordedEvent) -> Iterable[str]:
        """The keys that the event belongs to. Raises whatever the projection's own function raises.

        An event that its upcaster cannot take has the keys of its stored shape: they park where it is folded.
        """
        seen = attempt(self.upcast, event)
        return self._keys(event if isinstance(seen, Raised) else seen)

    def upcast(self, event: RecordedEvent) -> RecordedEvent:
        """The event as it is folded: the very one where its shape is today's. Raises whatever an upcaster raises."""
        return self.upcasters.upcast(event)

    def loaded(self, module: str, source: str, upcasters: Upcasters) -> Self:
        """The same projection, defined in that module with that text, which sees every event through the upcasters."""
        one = copy(self)
        one.module, one.upcasters = module, upcasters
        one.sources = (source, *upcasters.sources(None if ANY in self._folds else self._folds))
        return one

    @property
    def types(self) -> tuple[str, ...]:
        """The event types that have a fold, without spaces."""
        return tuple(self._folds)

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
        return tuple([value_of(state) for value_of in self._readers])

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
        """The state after the event; the same where no fold takes its type.

        Raises whatever the fold raises, or the event's upcaster.
        """
        fold = self._fold(event)
        return state if fold is None else fold({} if state is None else state, self.upcast(event))

    def _fold(self, event: RecordedEvent) -> Fold | None:
        return self._folds.get(spelling(event.type)) or self._folds.get(ANY)


def load(modules: Iterable[str]) -> list[Projection]:
    """The projections that the modules define, in that order, each seeing events through the upcasters of all.

    A module is named as Python imports it, or by the path of its file, which ends in `.py`. Raises BadProjection for
    one that is missing, raises while it is loaded, defines neither, or names a projection as another does.
    """
    found = [_Found(name) for name in modules]
    upcasters = Upcasters((step, one.source) for one in found for step in one.all(Upcaster))
    projections: dict[str, Projection] = {}
    for module in found:
        for one in module.all(Projection):
            if one.name in projections:
                other = projections[one.name].module
                raise BadProjection(module.name, f"a projection called {one.name} is in {other} too")
            projections[one.name] = one.loaded(module.name, module.source, upcasters)
    return list(projections.values())


def source_of(module: ModuleType) -> str:
    """The module's text; where there is none, as in an interactive session, its name stands for it."""
    try:
        return getsource(module)
    except (OSError, TypeError):
        return module.__name__


class _Found:
    """What a module that settings name defines."""

    def __init__(self, name: str) -> None:
        module = attempt(_from_file if name.endswith(".py") else import_module, name)
        if isinstance(module, Raised):
            raise BadProjection(name, str(module)) from module.error
        self.name, self.source = name, source_of(module)
        self._values = {id(one): one for one in vars(module).values() if isinstance(one, Projection | Upcaster)}
        if not self._values:
            raise BadProjection(name, "it defines no projection and no upcaster")

    def all(self, kind: type[T]) -> list[T]:
        """Those of that kind, in the order of their definition."""
        return [one for one in self._values.values() if isinstance(one, kind)]


def _from_file(path: str) -> ModuleType:
    """The module in that file, run anew."""
    spec = spec_from_file_location(path.removesuffix(".py").replace("\\", "/").rpartition("/")[2], path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def serving(projections: Iterable[Projection], key: str, events: Sequence[RecordedEvent]) -> Projection | None:
    """The first of the projections that takes any of the events as the key's own."""
    return next((one for one in projections if any(one.handles(e) and key in one.keys(e) for e in events)), None)


def as_folded(projections: Iterable[Projection], event: RecordedEvent) -> str | Raised | None:
    """The payload as the projections fold it, where that is not how it is stored; or what its upcaster raised."""
    one = next(iter(projections), None)
    seen = event if one is None else attempt(one.upcast, event)
    if isinstance(seen, Raised):
        return seen
    return None if seen is event else seen.data_text
