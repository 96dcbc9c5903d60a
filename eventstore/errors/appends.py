"""What an append may refuse, and what may be wrong with the log."""

from eventstore.errors.root import EventStoreError
from eventstore.errors.stores import DatabaseError


class InvalidEvent(EventStoreError):
    """A field of an event cannot be stored as it is."""

    def __init__(self, event_id: str, field: str, reason: str) -> None:
        super().__init__(event_id, field, reason)
        self.event_id, self.field, self.reason = event_id, field, reason

    def __str__(self) -> str:
        return f"The {self.field} of event {self.event_id!r} {self.reason}. Correct it where the event is made."


class AppendTooLarge(EventStoreError):
    """More events than one append may hold."""

    def __init__(self, events: int, limit: int) -> None:
        super().__init__(events, limit)
        self.events, self.limit = events, limit

    def __str__(self) -> str:
        return f"An append holds {self.events:,} events, the limit is {self.limit:,}. Append them in several commits."


class OneAppendPerCommit(EventStoreError):
    """A write transaction appended twice, or went on after an append that failed: nothing of it was written."""

    def __init__(self, store: str) -> None:
        super().__init__(store)
        self.store = store

    def __str__(self) -> str:
        return (
            f"A write to the store {self.store} appended twice, or ended well after a failed append. Nothing was "
            "written; hand all its events to one append, and let its errors out of the `with` block."
        )


class WrongExpectedVersion(EventStoreError):
    """Somebody appended to the stream since the writer read it."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(stream, expected, actual)
        self.stream, self.expected, self.actual = stream, expected, actual

    def __str__(self) -> str:
        return (
            f"{self.stream} is at version {self.actual}, the append expected {self.expected}. Read it after version "
            f"{self.expected}, decide again, and retry."
        )


class IdConflict(EventStoreError):
    """The id belongs to an event with other content."""

    def __init__(self, event_id: str, position: int) -> None:
        super().__init__(event_id, position)
        self.event_id, self.position = event_id, position

    def __str__(self) -> str:
        return (
            f"Event id {self.event_id!r} is stored at position {self.position} with other content. Give the new fact "
            "an id of its own."
        )


class RepeatedId(EventStoreError):
    """One append names an id twice."""

    def __init__(self, event_id: str) -> None:
        super().__init__(event_id)
        self.event_id = event_id

    def __str__(self) -> str:
        return f"Event id {self.event_id!r} stands twice in one append. Leave one of the two out."


class PartlyKnown(EventStoreError):
    """Some events of an append are stored already and others are not, so it is not a repetition of an earlier one."""

    def __init__(self, known: int, events: int, event_id: str, position: int) -> None:
        super().__init__(known, events, event_id, position)
        self.known, self.events, self.event_id, self.position = known, events, event_id, position

    def __str__(self) -> str:
        return (
            f"{self.known} of {self.events} events of the append are stored already, {self.event_id!r} at position "
            f"{self.position}. Append only those that are new."
        )


class IdTaken(DatabaseError):
    """Within a write: an id of the append was stored by another writer, or is stored already."""

    sentence = (
        "An id of the append is stored in {store} already ({detail}). Nothing was written; ask `known` "
        "in a new write, and append only those that are new."
    )


class LogBroken(EventStoreError):
    """Positions that should be sealed are missing, so they are not sealed."""

    def __init__(self, store: str, first: int, last: int) -> None:
        super().__init__(store, first, last)
        self.store, self.first, self.last = store, first, last

    def __str__(self) -> str:
        return (
            f"The store {self.store} lacks events between positions {self.first} and {self.last}; nothing was sealed. "
            "Run `chronoscope verify`, and restore what it names from a backup."
        )


class SealsDiffer(EventStoreError):
    """The seals end elsewhere than where the last one was set: some were removed or changed."""

    def __init__(self, store: str, sealed: int, checkpoint: int) -> None:
        super().__init__(store, sealed, checkpoint)
        self.store, self.sealed, self.checkpoint = store, sealed, checkpoint

    def __str__(self) -> str:
        return (
            f"The seals of the store {self.store} end at position {self.sealed}, they were set up to "
            f"{self.checkpoint}; nothing was sealed. Run `chronoscope verify`."
        )


class AnchorsDiffer(EventStoreError):
    """The last line of the anchor file is no seal of this store."""

    def __init__(self, store: str, anchors: str, seal: int) -> None:
        super().__init__(store, anchors, seal)
        self.store, self.anchors, self.seal = store, anchors, seal

    def __str__(self) -> str:
        return (
            f"Seal {self.seal} in the anchor file {self.anchors} is not that of the store {self.store}; nothing was "
            "anchored. Run `chronoscope verify`; name another file if it belongs to another store."
        )


class AnchorsUnusable(EventStoreError):
    """The anchor file cannot be read or written."""

    def __init__(self, anchors: str, detail: str) -> None:
        super().__init__(anchors, detail)
        self.anchors, self.detail = anchors, detail

    def __str__(self) -> str:
        return (
            f"The anchor file {self.anchors} cannot be used ({self.detail}). Seals are kept in the store and are "
            "anchored later; correct the path or its permissions."
        )
