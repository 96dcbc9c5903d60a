"""Histories: any read model at any moment, by indexed questions whose cost does not grow with the length of history."""

from eventstore.builds import Build
from eventstore.histories.answers import (
    AsOf,
    Behind,
    Between,
    Changed,
    Counts,
    Curve,
    Ever,
    HeldKey,
    Interval,
    Move,
    Page,
    Place,
    Point,
    Seen,
    Steps,
    Stored,
    Tally,
    Was,
    When,
    Where,
)
from eventstore.histories.effects import Did, Effect, Effects, Outcome
from eventstore.histories.histories import Histories
from eventstore.histories.narrowing import parse_where
from eventstore.histories.troubles import LastProof, Parked, ParkedKey, Unrouted, UnroutedEvent

__all__ = [
    "AsOf",
    "Behind",
    "Between",
    "Build",
    "Changed",
    "Counts",
    "Curve",
    "Did",
    "Effect",
    "Effects",
    "Ever",
    "HeldKey",
    "Histories",
    "Interval",
    "LastProof",
    "Move",
    "Outcome",
    "Page",
    "Parked",
    "ParkedKey",
    "Place",
    "Point",
    "Seen",
    "Steps",
    "Stored",
    "Tally",
    "Unrouted",
    "UnroutedEvent",
    "Was",
    "When",
    "Where",
    "parse_where",
]
