"""Which store and which settings the dashboard answers from: one of each in a process."""

import os
import threading
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from app.payload import Mask, hides_path, mask_of
from eventstore import EventStore, Projection, load
from eventstore.settings import Settings

_given: list[Settings] = []
_opening = threading.Lock()


def use(settings: Settings) -> None:
    """Answer from these settings from now on; without it the environment's and the settings file's hold."""
    _given[:] = [settings]
    for cached in (loaded, mask, state_mask, projections):
        cached.cache_clear()


@cache
def loaded() -> Settings:
    """The settings that hold; without a file of the user's, the shop's."""
    return _given[0] if _given else Settings.load(os.environ, Path(str(files("seed") / "shop.toml")))


@cache
def mask() -> Mask:
    """The paths that viewers must not see."""
    return mask_of(loaded().mask)


@cache
def state_mask() -> Mask:
    """The same for states and facets, by the paths' last names too: folds move values, seldom their names."""
    return tuple({*mask(), *((steps[-1],) for steps in mask() if steps[-1] != "*")})


def hides(path: Sequence[str]) -> bool:
    """Whether the value at this path of a state is hidden, by itself or by what it is in."""
    return hides_path(state_mask(), path)


@cache
def projections() -> tuple[Projection, ...]:
    """The read models that the settings name. Raises BadProjection."""
    return tuple(load(loaded().projections))


def store() -> EventStore:
    """The store, opened for reading once. Raises as `EventStore.open` does, each time anew until it succeeds."""
    with _opening:
        return _opened(loaded().database_url)


@cache
def _opened(url: str) -> EventStore:
    return EventStore.open(url, read_only=True)


def forget() -> None:
    """Close the store and forget the settings: for tests, and where the store was replaced."""
    with _opening:
        for opened in [_opened(loaded().database_url)] if _opened.cache_info().currsize else []:
            opened.close()
        for cached in (_opened, loaded, mask, state_mask, projections):
            cached.cache_clear()
