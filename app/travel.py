"""What the steps of one key say when they are looked at together: blame, a field's history, when a condition held.

Pure. Told of what the viewer may see: a condition cannot find out what the mask hides.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from app.answers import Spell, Spells, Unread
from app.key_story import KeyStory, WholeStory
from app.payload import Change, between
from eventstore import BadCondition, Condition, Held, held, parse_condition, parse_path, text_at, turns, verdicts

MOST = 100
"""Of so many spells at most all are told; of more those around the step in view."""

STATUS = ("status",)


def compared(story: KeyStory, one: int, other: int) -> Sequence[Change]:
    """What differs between the states behind so many steps and so many others."""
    return between(*(story.whole.deltas.leaves(count - 1) for count in (one, other)))


def status(story: KeyStory, index: int) -> str | None:
    """The JSON text of the state's status behind a step; None: it has none."""
    return story.whole.deltas.text(STATUS, index)


def status_spell(story: KeyStory, index: int) -> Spell | None:
    """How long the status has been what it is behind a step; None: it has none."""
    found = _history(story, STATUS, index).current if index >= 0 else None
    return found if found is not None and found.text is not None else None


def history(story: KeyStory, path: str, index: int) -> Spells | Unread:
    """Every value that the path ever had, from the first on; what is wrong with it where it is no path."""
    try:
        return _history(story, parse_path(path), index)
    except BadCondition as error:
        return Unread(error.marked, error.problem)


def _history(story: KeyStory, path: tuple[str | int, ...], index: int) -> Spells:
    whole = story.whole
    found = whole.remembered(("turns", path), lambda: turns(whole.deltas, path))
    count, current = bisect_left(found, story.until), bisect_right(found, index) - 1

    def spell(place: int) -> Spell:
        ended = whole.step(found[place + 1]) if place + 1 < count else None
        return Spell(text_at(whole.deltas, path, found[place]), whole.step(found[place]), ended)

    shown = {place: spell(place) for place in _around(current, count)}
    return Spells(tuple(shown.values()), count, shown.get(current), 0)


def _around(place: int, count: int) -> range:
    begin = max(0, min(place - MOST // 2, count - MOST))
    return range(begin, min(count, begin + MOST))


def spells(story: KeyStory, condition: str, index: int, until: int | None) -> Spells | Unread:
    """Every time in which the condition held, up to the moment; what is wrong with it where it is none."""
    try:
        read = parse_condition(condition)
    except BadCondition as error:
        return Unread(error.marked, error.problem)
    whole = story.whole
    found = whole.remembered(("when", condition), lambda: _held(whole, read))
    times = [one.since for one in found]
    count = len(found) if story.until == len(whole) else bisect_left(times, whole.occurred[story.until])
    current = bisect_right(times, whole.occurred[index], hi=count) - 1
    shown = {place: _spell(story, found[place]) for place in _around(current, count)}
    ends = ((one.since, _end(story, one) or until) for one in found[:count])
    lasted = sum(max(0, end - since) for since, end in ends if end is not None)
    return Spells(tuple(shown.values()), count, shown.get(current), lasted)


def _held(whole: WholeStory, condition: Condition) -> list[Held]:
    found = verdicts(whole.deltas, condition)
    return held((whole.position[step], whole.occurred[step], holds) for step, holds in found)


def _end(story: KeyStory, one: Held) -> int | None:
    """When it ended, where the moment sees that."""
    return None if one.ended_by is None or story.place(one.ended_by) is None else one.until


def _spell(story: KeyStory, one: Held) -> Spell:
    began, ended = (None if at is None else story.place(at) for at in (one.began_by, one.ended_by))
    return Spell(None, story.whole.step(began or 0), None if ended is None else story.whole.step(ended))
