"""Which store and which settings the dashboard answers from: one of each in a process."""

import os
import threading
from functools import cache
from importlib.resources import files
from pathlib import Path

from app.payload import Mask, mask_of
from eventstore import EventStore, Projection, load
from eventstore.settings import Settings

_given: list[Settings] = []
_opening = threading.Lock()


def use(settings: Settings) -> None:
    """Answer from these settings from now on; without it the environment's and the settings file's hold."""
    _given[:] = [settings]
    loaded.cache_clear()
    projections.cache_clear()


@cache
def loaded() -> Settings:
    """The settings that hold; without a file of the user's, the shop's."""
    return _given[0] if _given else Settings.load(os.environ, Path(str(files("seed") / "shop.toml")))


@cache
def mask() -> Mask:
    """The paths that viewers must not see."""
    return mask_of(loaded().mask)


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
        for cached in (_opened, loaded, mask, projections):
            cached.cache_clear()
