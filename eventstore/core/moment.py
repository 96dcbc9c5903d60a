"""Moments: where one stands in history, on both clocks."""

from dataclasses import dataclass

from eventstore.core.event import Micros


@dataclass(frozen=True, slots=True)
class Moment:
    """A place to stand. `occurred` is a time, None: live. `known` is a commit's position, None: the latest.

    Moving `occurred` asks how it was then; moving `known` asks what the store believed at that commit.
    """

    occurred: Micros | None = None
    known: int | None = None

    def sees(self, occurred_at: Micros, commit_position: int) -> bool:
        """Whether an event with these coordinates is visible from here."""
        happened = self.occurred is None or occurred_at <= self.occurred
        return happened and (self.known is None or commit_position <= self.known)


LIVE = Moment()
