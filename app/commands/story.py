"""What `event` and `replay` tell: one event whole, one stream at a moment."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import click

from app.commands.printing import event_line, json_object, shown
from eventstore import (
    EventStore,
    Moment,
    Origin,
    Raised,
    RecordedEvent,
    State,
    Step,
    encode,
    format_time,
    load,
    serving,
    steps,
)


@dataclass(frozen=True)
class Story:
    """A stream at a moment: the steps visible from there, folded by one projection."""

    stream: str
    projection: str
    steps: tuple[Step, ...]

    @property
    def state(self) -> State | None:
        """The state after the last step; None where the stream holds nothing."""
        return self.steps[-1].state if self.steps else None


def stream_story(store: EventStore, modules: Sequence[str], stream: str, moment: Moment) -> Story:
    """Replay a stream up to the moment. Raises a sentence where the stream has no events at all."""
    events = list(store.read_stream(stream))
    if not events:
        raise click.ClickException(
            f"The stream {shown(stream)} has no events. `chronoscope events --text …` finds streams by a part of it."
        )
    projection = serving(load(modules), stream, events)
    if projection is None:
        raise click.ClickException(f"No projection in settings takes the events of {shown(stream)}: name one there.")
    return Story(stream, projection.name, tuple(steps(projection, events, moment)))


def replay_json(story: Story) -> str:
    """One JSON object: stream, version, position, state; and the error where the fold stopped."""
    visible = [step.event for step in story.steps]
    error = next((step.error for step in story.steps if step.error), None)
    return json_object(
        stream=json.dumps(story.stream),
        version=json.dumps(max((event.version for event in visible), default=0)),
        position=json.dumps(max((event.position for event in visible), default=0)),
        projection=json.dumps(story.projection),
        state=encode(story.state),
        error=json.dumps(error),
    )


def replay_page(story: Story) -> str:
    """The steps, one a line, and the state after the last, for people."""
    lines = [event_line(step.event) + (f"  parked: {shown(step.error)}" if step.error else "") for step in story.steps]
    said = "holds nothing at this moment" if story.state is None else encode(story.state)
    return "\n".join([*lines, f"{shown(story.stream)} by {story.projection}: {said}"])


def whole(store: EventStore, event: RecordedEvent, folded: str | Raised | None) -> str:
    """One event with where it came from, how it is folded where that is another shape, and what it caused."""
    return event_page(event, store.origin(event.position), store.effects(event.id), folded)


def event_page(
    event: RecordedEvent, origin: Origin | None, effects: Sequence[RecordedEvent], folded: str | Raised | None
) -> str:
    """One event whole, a fact a line, then the events that it caused."""
    facts = {
        "position": f"{event.position} (commit {event.commit_position})",
        "stream": f"{shown(event.stream)} version {event.version}, category {shown(event.category)}",
        "type": shown(event.type),
        "id": shown(event.id),
        "occurred": f"{format_time(event.occurred_at)} ({event.occurred_source.name.lower()})",
        "recorded": format_time(event.recorded_at),
        "correlation": shown(event.correlation_id or "-"),
        "causation": shown(event.causation_id or "-"),
        "from": came_from(origin),
        "data": shown(event.data_text),
        "metadata": shown(event.metadata_text),
    }
    if folded is not None:
        facts["as folded"] = f"{'its upcaster raised ' if isinstance(folded, Raised) else ''}{shown(str(folded))}"
    caused = [f"caused       {event_line(effect).strip()}" for effect in effects]
    return "\n".join([*(f"{name:<12} {value}" for name, value in facts.items()), *caused])


def came_from(origin: Origin | None) -> str:
    """Where an event came over a wire; a dash where it was appended by a writer."""
    if origin is None:
        return "-"
    return f"{origin.kind} {shown(origin.topic)}, partition {origin.partition}, offset {origin.offset}"
