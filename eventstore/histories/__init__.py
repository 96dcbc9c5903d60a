"""Histories: any read model at any moment, by indexed questions whose cost does not grow with the length of history."""

from eventstore.histories.answers import (
    AsOf,
    Behind,
    Between,
    Changed,
    Counts,
    Curve,
    Ever,
    Interval,
    Move,
    Page,
    Place,
    Point,
    Steps,
    Stored,
    Tally,
    Was,
    Where,
)
from eventstore.histories.histories import Histories

__all__ = [
    "AsOf",
    "Behind",
    "Between",
    "Changed",
    "Counts",
    "Curve",
    "Ever",
    "Histories",
    "Interval",
    "Move",
    "Page",
    "Place",
    "Point",
    "Steps",
    "Stored",
    "Tally",
    "Was",
    "Where",
]
