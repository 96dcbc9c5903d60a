"""What the page says when a question fails: what happened, what to do. Never a traceback."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from app.components import parts
from eventstore import EventStoreError
from eventstore.errors import NoStore

_log = logging.getLogger("chronoscope.dashboard")

WAYS_IN = [
    "chronoscope seed",
    "chronoscope ingest --topics orders,payments",
    "chronoscope dashboard --database sqlite:///other.db",
]


@contextmanager
def told() -> Iterator[None]:
    """An error of the library within is told on the page."""
    try:
        yield
    except EventStoreError as error:
        show(error)


def show(error: EventStoreError) -> None:
    """An error of the library: its own sentence ends with what to do."""
    if isinstance(error, NoStore):
        no_events("No store yet", str(error))
        return
    title = "The store did not answer"
    parts.facts({"title": title, "text": str(error), "look": "alarm"}, key="failure")


def no_events(title: str, text: str) -> None:
    """The ways into a store that holds nothing."""
    parts.facts({"title": title, "text": text, "commands": WAYS_IN, "look": "panel"}, key="empty")


def no_models() -> None:
    """The settings name no read model, and the store has none."""
    text = "Name at least one in `projections` of the settings: eventstore.projections.automatic serves any events."
    parts.facts(
        {"title": "No read models", "text": text, "commands": ["chronoscope project"], "look": "panel"}, key="no_models"
    )


def show_unexpected(error: Exception) -> bool:
    """An error that nobody foresaw: its kind on the page, the whole of it in the server's log."""
    _log.error("a page failed", exc_info=error)
    text = f"{type(error).__name__}. The server's log has the details; the other pages still work."
    parts.facts({"title": "This page failed", "text": text, "look": "alarm"}, key="failure")
    return True
