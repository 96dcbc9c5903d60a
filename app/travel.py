"""What the steps of one key say when they are looked at together: blame, a field's history, when a condition held.

Pure. Told of what the viewer may see: a condition cannot find out what the mask hides.
"""

from collections.abc import Mapping, Sequence

from app.answers import Spell, Step, Unread
from eventstore import BadCondition, blame, field_history, parse_condition, parse_path, when, written


def blamed(steps: Sequence[Step]) -> Mapping[str, Step]:
    """Of each leaf of the last state, by its path as people write it, the step that made it what it is."""
    by_position = _by_position(steps)
    return {written(path): by_position[one.event_position] for path, one in blame(steps).items()}


def history(steps: Sequence[Step], path: str) -> tuple[Spell, ...] | Unread:
    """Every value that the path ever had, from the first on; what is wrong with it where it is no path."""
    try:
        had = field_history(steps, parse_path(path))
    except BadCondition as error:
        return Unread(error.marked, error.problem)
    by_position = _by_position(steps)
    began = [by_position[one.event_position] for one in had]
    ends = [*began[1:], None]
    return tuple(Spell(one.text, first, last) for one, first, last in zip(had, began, ends, strict=False))


def spells(steps: Sequence[Step], condition: str) -> tuple[Spell, ...] | Unread:
    """Every time in which the condition held; what is wrong with it where it is none."""
    try:
        held = when(steps, parse_condition(condition))
    except BadCondition as error:
        return Unread(error.marked, error.problem)
    by_position = _by_position(steps)
    return tuple(
        Spell(None, by_position[one.began_by], None if one.ended_by is None else by_position[one.ended_by])
        for one in held
    )


def apart(one: Sequence[Step], other: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, in the order in which they happened, whose events only the first has."""
    seen = {step.event_position for step in other}
    return tuple(step for step in one if step.event_position not in seen)


def _by_position(steps: Sequence[Step]) -> dict[int, Step]:
    return {step.event_position: step for step in steps}
