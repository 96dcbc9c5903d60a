"""Reproduction: a key's story to take along, as JSON Lines, or as a test for pytest that passes as it is written.

Both hold what was visible at a moment, in fold order, and nothing but ASCII: what could turn the direction of writing,
or be mistaken for another sign, stands as its escape. The same story gives the same text.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from eventstore.core.canonical import decode, encode
from eventstore.core.event import RecordedEvent
from eventstore.core.moment import LIVE, Moment
from eventstore.core.projection import Projection
from eventstore.core.replay import Step, steps
from eventstore.core.times import format_time

LONGEST_NAME = 60
"""The longest name of a test, in characters, without `test_`."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is taken along: a key, its projection, its events (in any order, also later ones), and the moment."""

    projection: Projection
    key: str
    events: Sequence[RecordedEvent]
    moment: Moment = LIVE

    @property
    def steps(self) -> Iterator[Step]:
        """The visible events in fold order, each with the state behind it."""
        return steps(self.projection, self.events, self.moment)


def event_facts(event: RecordedEvent) -> dict[str, Any]:
    """All that the store keeps of an event beside data and metadata, as plain JSON values; times as RFC 3339."""
    return {
        "position": event.position,
        "id": event.id,
        "stream": event.stream,
        "category": event.category,
        "version": event.version,
        "type": event.type,
        "occurred_at": format_time(event.occurred_at),
        "recorded_at": format_time(event.recorded_at),
        "claimed_at": None if event.claimed_at is None else format_time(event.claimed_at),
        "occurred_source": event.occurred_source.name.lower(),
        "commit_position": event.commit_position,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "content_hash": event.content_hash.hex(),
    }


def as_json_lines(story: Story) -> Iterator[str]:
    """A line of JSON for each step: the event with its payload, numbers as they were sent, and the state behind it."""
    for step in story.steps:
        texts = {name: json.dumps(value) for name, value in event_facts(step.event).items()}
        texts |= {"data": step.event.data_text, "metadata": step.event.metadata_text}
        texts |= {"state": encode(step.state), "error": json.dumps(step.error), "parked": json.dumps(step.parked)}
        yield "{" + ", ".join(f"{json.dumps(name)}: {_one_line(text)}" for name, text in texts.items()) + "}"


def _one_line(text: str) -> str:
    """JSON text in ASCII on one line: blanks aside, other signs stand within texts only, so they may be escaped."""
    return re.sub(r"[^\x20-\x7e]", _escaped, text)


def _escaped(sign: re.Match[str]) -> str:
    return " " if sign[0] in "\r\n\t" else json.dumps(sign[0])[1:-1] if sign[0] > "\x7f" else f"\\u{ord(sign[0]):04x}"


def as_pytest(story: Story, modules: Iterable[str]) -> str:
    """A test that replays the story through the projection and asserts the state as observed.

    `modules` are those of the projections and upcasters, as settings name them; a file's path is taken from the
    folder of the test. The test needs this library and the modules, and no store.
    """
    told = list(story.steps)
    state = decode(encode(told[-1].state if told else None))
    return _FILE.format(
        about="\n".join(f"# {line}" for line in _about(story, told)),
        decimal="from decimal import Decimal\n" if "Decimal(" in literal(state) else "",
        modules=literal(list(modules)),
        projection=literal(story.projection.name),
        events="".join(f"{_event(number, step)}\n" for number, step in enumerate(told, 1)),
        observed=literal(state),
        errors=literal([[step.event.position, step.error] for step in told if step.error is not None]),
        name=_name(story.key),
    )


_FILE = """{about}
#
# It passes as it is: OBSERVED is what was seen. Change it to what is right, see the test fail, and mend the projection.

{decimal}from pathlib import Path

from eventstore import OccurredSource, RecordedEvent, changes, encode, load, steps

# The read models of the settings, since each sees events through the upcasters of all; files from this folder on.
MODULES = {modules}
PROJECTION = {projection}

# In the order in which they happened: the order of the fold. Payloads are JSON texts as they were sent; times are
# microseconds since 1970 UTC.
EVENTS = [
{events}]

# The state after the last of them; None: the key holds nothing.
OBSERVED = {observed}

# The events, by position, that the fold could not take, and why.
ERRORS = {errors}


def test_{name}():
    folder = Path(__file__).parent
    projections = load(str(folder / one) if one.endswith(".py") else one for one in MODULES)
    projection = next(one for one in projections if one.name == PROJECTION)
    state, errors = None, []
    for step in steps(projection, EVENTS):
        state = step.state
        if step.error is not None:
            errors.append([step.event.position, step.error])
    assert errors == ERRORS
    # leaf by leaf, and exactly: 1 is not 1.0, and neither is true
    assert changes(encode(OBSERVED), encode(state)) == ()
"""


def _about(story: Story, told: Sequence[Step]) -> Iterator[str]:
    until = "live" if story.moment.occurred is None else f"as it happened until {format_time(story.moment.occurred)}"
    known = "" if story.moment.known is None else f", as known at commit {story.moment.known}"
    count = f"{len(told)} event" + ("s" if len(told) != 1 else "")
    yield f"{_line(story.key)} by {_line(story.projection.name)}, {until}{known}: {count}."


def _event(number: int, step: Step) -> str:
    event = step.event
    after = " - the key holds nothing" if step.state is None else " - parked" if step.parked else ""
    facts: dict[str, str] = {
        **{name: literal(getattr(event, name)) for name in _FACTS},
        "occurred_source": f"OccurredSource.{event.occurred_source.name}",
        "content_hash": f'bytes.fromhex("{event.content_hash.hex()}")',
    }
    lines = "".join(f"        {name}={text},\n" for name, text in facts.items())
    head = f"    # {number}. {_line(event.type)}, {format_time(event.occurred_at)}{after}"
    return f"{head}\n    RecordedEvent(\n{lines}    ),"


_FACTS = (
    "type",
    "data_text",
    "metadata_text",
    "stream",
    "category",
    "version",
    "id",
    "position",
    "commit_position",
    "occurred_at",
    "recorded_at",
    "claimed_at",
    "frontier",
    "stream_frontier",
    "correlation_id",
    "causation_id",
    "format",
)


def literal(value: Any, indent: int = 0) -> str:
    """A JSON value as Python code in ASCII, which gives exactly that value; what holds others over several lines."""
    if isinstance(value, Decimal):
        return f'Decimal("{value}")'
    if isinstance(value, Mapping) and value:
        return _block("{}", (f"{name!a}: {literal(one, indent + 4)}" for name, one in value.items()), indent)
    if isinstance(value, list) and value:
        return _block("[]", (literal(one, indent + 4) for one in value), indent)
    return ascii(value)


def _block(brackets: str, parts: Iterable[str], indent: int) -> str:
    lines = "".join(f"{' ' * (indent + 4)}{part},\n" for part in parts)
    return f"{brackets[0]}\n{lines}{' ' * indent}{brackets[1]}"


def _line(text: str) -> str:
    """Text from outside as a comment may have it: on one line, in ASCII."""
    return ascii(text)[1:-1]


def _name(key: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "_", key).strip("_").lower()[:LONGEST_NAME] or "story"
