"""What `queries` answers about cause and effect: an event's flow, and what it did. As `answers`: plain and masked."""

from dataclasses import dataclass

from app.answers import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """An event in its flow, as `eventstore.FlowEvent` has it, for a viewer.

    `above` is its cause, where it stands in the tree; `elsewhere` its cause where that is an event that is not in it.
    `top` says why it stands at the top, "" below it. `service` is who told it, as far as known: what its metadata, else
    its topic, else its category says. `foreign`: it is of another flow than the event in view.
    """

    event: Event
    number: int
    above: Event | None
    elsewhere: Event | None
    top: str
    wait: int | None
    long: bool
    depth: int
    alone: bool
    rails: tuple[bool, ...]
    service: str
    foreign: bool


@dataclass(frozen=True, slots=True)
class EventFlow:
    """The flow of the event at `here`, as seen from a moment: `events` in all, of which `rows` are shown.

    `id` is the flow's, None where the event names none: then it is its cause and what it caused. `cause_id` is what the
    event says caused it. `beyond` counts the events that cannot be seen, `span` is in microseconds; `more`: the flow
    has more events than were read.
    """

    here: int
    id: str | None
    cause_id: str | None
    rows: tuple[FlowRow, ...]
    events: int
    beyond: int
    streams: int
    span: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEffect:
    """What an event did to a key. `key` is None where the mask hides it.

    `did`: "changed", "nothing", "began", "removed", "parked" (its fold raised `error`), "waits" (behind the event at
    `parked`) or "unknown" (the read model has no state behind it). `tied` is the key's event just before it, by
    position, where both occurred at the same time. `rewrote` counts the later states that its commit changed; None:
    that is not known any more.
    """

    key: str | None
    did: str
    before: str | None
    after: str | None
    tied: int | None
    error: str | None
    parked: int | None
    rewrote: int | None


@dataclass(frozen=True, slots=True)
class ModelEffects:
    """What an event did in a read model: to these keys and `left_out` more, or in words why to none."""

    projection: str
    keys: tuple[KeyEffect, ...] = ()
    left_out: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class EventEffects:
    """What an event did in every read model; None where it cannot be seen from the moment."""

    event: Event
    models: tuple[ModelEffects, ...] | None
