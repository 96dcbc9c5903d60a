"""What can go wrong when a story is published.

EventStoreError
  OtherData         the store or the topics hold something else than this story
  NotTaken          our own intake could not read a message of ours
  NotDelivered      the broker did not take a message
  InTheFuture       the story was to be told up to a time that has not come
"""

from eventstore import EventStoreError


class OtherData(EventStoreError):
    """The place holds other data: a story in between would be found in no one's memory. Nothing was written."""

    def __init__(self, place: str, holds: str, option: str) -> None:
        super().__init__(place, holds, option)
        self.place, self.holds, self.option = place, holds, option

    def __str__(self) -> str:
        return (
            f"{self.place} holds {self.holds}. Nothing was written; name another with {self.option}, or add the shop "
            "to it, in topics of its own, with --mix."
        )


class NotTaken(EventStoreError):
    """A message of the story stopped the intake: an error in our code, not in the message."""

    def __init__(self, topic: str, partition: int, offset: int, error: str) -> None:
        super().__init__(topic, partition, offset, error)
        self.topic, self.partition, self.offset, self.error = topic, partition, offset, error

    def __str__(self) -> str:
        return (
            f"The message at {self.topic}/{self.partition} offset {self.offset} stopped the intake ({self.error}). "
            "What came before it is stored; please report it, and seed again after a fix: it goes on from there."
        )


class NotDelivered(EventStoreError):
    """The broker did not acknowledge a message."""

    def __init__(self, servers: str, error: str) -> None:
        super().__init__(servers, error)
        self.servers, self.error = servers, error

    def __str__(self) -> str:
        return (
            f"Kafka at {self.servers} did not take the story ({self.error}). See that it runs, and seed again: it goes "
            "on behind what arrived."
        )


class InTheFuture(EventStoreError):
    """The story would be told ahead of the clock."""

    def __init__(self, until: str) -> None:
        super().__init__(until)
        self.until = until

    def __str__(self) -> str:
        return f"--until {self.until} has not come yet. Leave it out for a story up to now, or name a time in the past."
