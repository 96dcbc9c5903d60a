"""The shop of the usual size, told once for all tests that look at it."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pytest

from eventstore import NewEvent, parse_time
from eventstore.envelopes import event_of
from eventstore.ingest import Record, TopicSettings
from eventstore.ingest.decode import decode as fast
from eventstore.settings import Settings
from seed.course import Course
from seed.wire import Fate, Message
from seed.world import told

UNTIL = parse_time("2026-11-20T18:00:00Z").micros


def topics() -> dict[str, TopicSettings]:
    """How the shop's topics are read, as shipped."""
    file = Path(__file__).parents[2] / "seed" / "shop.toml"
    return dict(Settings.load({"CHRONOSCOPE_SETTINGS": str(file)}).topics)


@dataclass(frozen=True)
class Told:
    """A message, and the event that ingest makes of it."""

    message: Message
    event: NewEvent

    @cached_property
    def type(self) -> str:
        return self.event.type.replace(" ", "")

    @cached_property
    def at(self) -> int:
        assert self.event.occurred_at is not None
        return self.event.occurred_at

    @cached_property
    def data(self) -> dict[str, Any]:
        return json.loads(str(self.event.data), parse_float=Decimal) or {}


@dataclass(frozen=True)
class Shop:
    """A course, its messages as they arrive, and the events among them."""

    course: Course
    messages: Sequence[Message]

    @cached_property
    def events(self) -> list[Told]:
        """The events in the order of arrival, without repetitions."""
        settings, read = topics(), partial(fast, max_bytes=1_000_000)
        return [
            Told(message, event_of(record(message, offset), settings[message.topic], read))
            for offset, message in enumerate(self.messages)
            if message.fate is Fate.EVENT
        ]

    @cached_property
    def flows(self) -> dict[str | None, list[Told]]:
        """The events of each flow, by when they happened."""
        found: dict[str | None, list[Told]] = defaultdict(list)
        for one in sorted(self.events, key=lambda one: one.at):
            found[one.event.correlation_id].append(one)
        return found

    def of(self, *names: str) -> list[Told]:
        """The events of these types, however they are spelled."""
        wanted = {name.replace(" ", "") for name in names}
        return [told for told in self.events if told.type in wanted]


def record(message: Message, offset: int = 0) -> Record:
    return Record(
        message.topic, "t", message.partition, offset, message.timestamp, 0, message.key, message.value, message.headers
    )


@pytest.fixture(scope="session")
def shop() -> Shop:
    course = Course.ending(UNTIL)
    return Shop(course, list(told(course, UNTIL)))
