"""Copies of the library's histories with a mistake planted, loaded beside the right ones under names of their own.

What decides how rows are kept and asked is copied: `core/history.py`, `builds.py`, `projector` and `histories`. All
else, stores and events and projections, is the library's own, so a copy works on the same tables.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

import eventstore

SOURCE = Path(eventstore.__file__).parent
COPIED = ("core/history.py", "builds.py", "projector", "histories")


@dataclass(frozen=True)
class Mistake:
    """Text that a careless hand might have written instead of ours, and the check that must find it.

    `edits` are pairs of the file's text and what is put there; a text must occur exactly once. `instead` says why the
    research's mistake is planted in another form than its own.
    """

    name: str
    file: str
    edits: tuple[tuple[str, str], ...]
    found_by: str
    instead: str = ""


@dataclass(frozen=True)
class Copy:
    """The parts of a copy that checks use."""

    history: ModuleType
    projector: ModuleType
    histories: ModuleType


@contextmanager
def planted(mistake: Mistake, folder: Path) -> Iterator[Copy]:
    """The library with the mistake. Fails where a text to replace is not there exactly once."""
    name = f"planted_{len(list(folder.iterdir()))}"
    for file in _files():
        text = file.read_text(encoding="utf-8")
        if file == SOURCE / mistake.file:
            text = _edited(text, mistake)
        target = folder / name / file.relative_to(SOURCE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_renamed(text, name), encoding="utf-8")
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield Copy(*(import_module(f"{name}.{part}") for part in ("core.history", "projector", "histories")))
    finally:
        sys.path.remove(str(folder))
        for module in [one for one in sys.modules if one.split(".")[0] == name]:
            del sys.modules[module]


def _files() -> Iterator[Path]:
    for part in COPIED:
        yield from sorted((SOURCE / part).glob("*.py")) if (SOURCE / part).is_dir() else [SOURCE / part]


def _edited(text: str, mistake: Mistake) -> str:
    for old, new in mistake.edits:
        assert text.count(old) == 1, f"{mistake.name} no longer fits {mistake.file}: {text.count(old)} times {old!r}"
        text = text.replace(old, new)
    return text


def _renamed(text: str, name: str) -> str:
    for part in COPIED:
        module = f"eventstore.{part.removesuffix('.py').replace('/', '.')}"
        text = text.replace(f"from {module} import", f"from {name}.{module.removeprefix('eventstore.')} import")
        text = text.replace(f"from {module}.", f"from {name}.{module.removeprefix('eventstore.')}.")
    return text
