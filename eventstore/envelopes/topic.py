"""What settings say about a topic: the category of its events, and where a plain JSON message keeps its facts."""

from dataclasses import dataclass

TYPE_PATHS = ("event_type", "eventType", "type")
"""Where a plain message says its type, on a topic for which settings name no place."""

MESSAGE = "Message"
"""The event type of a plain message that says none, on a topic for which settings name no other."""


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """How the messages of one topic become events.

    A path is member names joined by dots. Where several are given the first that is there counts. `id` names the thing
    that the message is about, and so its stream; it is looked for in the data, then in the whole message. `event_id` is
    the message's own. `data` None: the whole message is the data.
    """

    category: str
    type: tuple[str, ...] = TYPE_PATHS
    id: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    data: str | None = None
    event_id: tuple[str, ...] = ()
    correlation_id: tuple[str, ...] = ()
    causation_id: tuple[str, ...] = ()
    default_type: str = MESSAGE


def default_topic(topic: str) -> TopicSettings:
    """The settings of a topic that nobody configured: its category is its name with `-` as `_`."""
    return TopicSettings(category=topic.replace("-", "_"))
