"""What is taken along of a key's story: a test, JSON Lines, the state; as the viewer may see it."""

import re
from typing import NamedTuple

from app.answers import Standing, Viewer
from app.key_story import KeyStory
from app.queries import source
from app.queries.events import for_folds
from app.queries.moments import moment
from app.queries.orders import story
from eventstore import Story, as_json_lines, as_pytest, text_at

LONGEST_NAME = 60
"""The longest name of a file, in characters, without its ending."""


class Taken(NamedTuple):
    """A file to take along."""

    name: str
    media: str
    text: str


def taken(viewer: Viewer, at: Standing, key: str, wanted: str, form: str) -> Taken | None:
    """The key's story up to the moment as a file of that form: `py`, `jsonl` or `json`.

    None where there is nothing to take: no such form, no such key, no event by then, no projection at hand to fold it.
    """
    told = story(viewer, at, key, wanted)
    if told is None or not told.until:
        return None
    if form == "json":
        return _state(told)
    replayable = _replayable(viewer, at, told)
    return None if replayable is None else _file(replayable, form)


def _state(told: KeyStory) -> Taken:
    state = text_at(told.whole.deltas, (), told.until - 1)
    return Taken(f"{_named(told.key)}.json", "application/json", f"{state or 'null'}\n")


def _replayable(viewer: Viewer, at: Standing, told: KeyStory) -> Story | None:
    """The story with what the mask hides left out of its events: what is folded from them says it no more."""
    projection = next((one for one in source.projections() if one.name == told.projection), None)
    if projection is None:
        return None
    events = source.store().events_at(list(told.whole.position[: told.until]))
    return Story(projection, told.key, [for_folds(viewer, event) for event in events.values()], moment(at))


def _file(told: Story, form: str) -> Taken | None:
    if form == "py":
        text = as_pytest(told, source.loaded().projections)
        return Taken(f"test_{_named(told.key)}.py", "text/x-python", text)
    if form == "jsonl":
        text = "".join(f"{line}\n" for line in as_json_lines(told))
        return Taken(f"{_named(told.key)}.jsonl", "application/x-ndjson", text)
    return None


def _named(key: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "_", key).strip("_").lower()[:LONGEST_NAME] or "story"
