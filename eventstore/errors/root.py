"""What all errors of the library are."""


class EventStoreError(Exception):
    """Any error of this library. Its arguments are the facts, so it survives pickling."""


class Unreadable(EventStoreError):
    """A document, a value or a time that cannot be kept as it is.

    `reason` is a short stable phrase, to group by; `detail` a sentence with the facts.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail

    def __str__(self) -> str:
        return f"Cannot be read ({self.reason}): {self.detail} Correct it where it is written, then send it again."
