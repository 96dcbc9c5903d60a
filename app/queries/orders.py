"""Keys: which there are, and one key's story: its stored states, or a replay where no read model has come so far."""

from typing import NamedTuple

import streamlit as st

from app.answers import Standing, Stream, Viewer
from app.key_story import KeyStory, WholeStory
from app.model_answers import Model
from app.queries import source
from app.queries.models import door, models
from app.queries.whole import NO_FOLD, Asked, replayed, stored
from eventstore import RecordedEvent, curves

FOUND = 12


def found(viewer: Viewer, text: str, category: str = "") -> tuple[Stream, ...]:  # noqa: ARG001 - every question takes the viewer
    """Streams whose names hold the text, the ones that changed last first; the exact name, if there is one, leads."""
    listed = curves.streams(source.store(), text=text or None, category=category or None, limit=FOUND)
    rows = [Stream(one.stream, one.category, one.version, one.first_at, one.last_at) for one in listed]
    return tuple(sorted(rows, key=lambda row: row.stream != text))


def story(viewer: Viewer, at: Standing, key: str, wanted: str = "") -> KeyStory | None:
    """The key's steps up to the moment, each with the state behind it; None where nothing knows the key.

    Told by the wanted read model, else by the first that has the key. A stream that went on behind its checkpoint, or
    that none has, is replayed.
    """
    having = holding(viewer, key)
    told_by = sorted(having, key=lambda one: one[0].name != wanted)
    last = next(source.store().read_stream(key, backwards=True, limit=1), None)
    told = _Telling(viewer, at, key, last, tuple(model.name for model, _ in having))
    if told_by and not _went_on(told, told_by[0][0]):
        found = _stored(told, *told_by[0])
        if found is not None:
            return found
    return _replayed(told, behind=told_by[0][0] if told_by else None)


class _Telling(NamedTuple):
    """Which story is asked for: `last` is the last event of the stream of that name, `having` who ever held the key."""

    viewer: Viewer
    at: Standing
    key: str
    last: RecordedEvent | None
    having: tuple[str, ...]

    def asked(self, projection: str, build: int, last: int, *, known: int | None) -> Asked:
        """What the whole story depends on; what was known at a commit never changes."""
        grows = (last, self.version) if known is None else (0, 0)
        return Asked(source.loaded().database_url, self.viewer, self.key, projection, build, known, *grows)

    @property
    def version(self) -> int:
        """How many events the stream has."""
        return 0 if self.last is None else self.last.version


def holding(viewer: Viewer, key: str) -> tuple[tuple[Model, int], ...]:
    """The read models that ever held the key, each with the commit that brought it the key's newest event."""
    changed = ((model, _changed(model, key)) for model in models(viewer))
    return tuple((model, commit) for model, commit in changed if commit)


def _changed(model: Model, key: str) -> int:
    if model.build is None:
        return 0
    return _last_change(source.loaded().database_url, model.name, model.build.number, model.build.position, key)


@st.cache_data(show_spinner=False, max_entries=256)
def _last_change(url: str, name: str, build: int, checkpoint: int, key: str) -> int:  # noqa: ARG001 - the cache's key
    return door().last_change(name, key)


def _went_on(told: _Telling, model: Model) -> bool:
    """Whether the stream of that name has events that can be seen, and that the read model has not applied."""
    checkpoint = model.build.position if model.build else 0
    return told.at.until > checkpoint and told.last is not None and told.last.position > checkpoint


def _stored(told: _Telling, model: Model, changed: int) -> KeyStory | None:
    """None where an older belief of a long key must be folded by code that is not at hand."""
    build, position = (model.build.number, model.build.position) if model.build else (0, 0)
    known = told.at.known if told.at.known is not None and told.at.known < position else None
    whole = stored(told.asked(model.name, build, changed, known=known))
    latest = stored(told.asked(model.name, build, changed, known=None))
    return _up_to(told, whole, latest, _read(model, position, told.at))


def _up_to(told: _Telling, whole: WholeStory | None, latest: WholeStory | None, note: str) -> KeyStory | None:
    """The part of the whole up to the moment; what the latest has more of it comes later."""
    if whole is None or latest is None:
        return None
    until = whole.until(told.at.occurred)
    said = "; ".join(part for part in (note, whole.note) if part)
    return KeyStory(whole, until, len(latest) - until, said, told.having)


def _read(model: Model, checkpoint: int, at: Standing) -> str:
    behind = at.until - checkpoint
    return f"read from {model.name}" + (f", which is {behind:,} events behind" if behind > 0 else "")


def _replayed(told: _Telling, behind: Model | None) -> KeyStory | None:
    """The story of a stream, folded anew from its events; None where it has none."""
    known = told.at.known if told.at.known is not None and told.at.known < told.at.head else None
    whole, latest = (replayed(told.asked("", 0, 0, known=one)) for one in (known, None))
    if whole is not None and whole.projection == NO_FOLD:
        return KeyStory(whole, 0, told.version, "no read model folds its events")
    return None if whole is None else _up_to(told, whole, latest, _why_replayed(whole.projection, behind))


def _why_replayed(name: str, behind: Model | None) -> str:
    if behind is None:
        return f"replayed with {name}: no read model has come to it yet"
    position = behind.build.position if behind.build else 0
    return f"replayed with {name}: the read model stands at #{position:,}, before its last event"
