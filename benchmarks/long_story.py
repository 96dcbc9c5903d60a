"""Long stories for the Time machine: one key with 100,000 events, and keys whose states have many leaves.

`python -m benchmarks.long_story FILE.db` makes a store of them, told by the automatic projection. An event says some
members anew: numbers, texts, lists that grow and shrink. Now and then one is late, removes the key, or comes back.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from random import Random

from eventstore import TOMBSTONE, EventStore, NewEvent, Projector, encode, load
from eventstore.core.canonical import Json
from eventstore.core.event import Micros

SECOND: Micros = 1_000_000
BEGIN: Micros = 1_750_000_000 * SECOND
COMMIT = 500
LATE = COMMIT // 2
"""Which event of each commit comes with the next one."""

PROJECTION = "automatic"
KINDS = ("Reading Taken", "Reading Taken", "Reading Taken", "Setting Changed", "Alarm Raised", "Alarm Cleared")
STORIES = {"device-100k": (100_000, 30), "device-500": (1_000, 500), "device-2000": (1_000, 2_000)}
"""By key: how many events, and how many leaves its state has."""


def events(key: str, number: int, leaves: int, random: Random) -> Iterator[NewEvent]:
    """So many events of one key, in the order in which they happened, two to three seconds apart."""
    at = BEGIN
    for step in range(number):
        at += 2 * SECOND + random.randrange(SECOND)
        gone = step and step % 20_011 == 0
        kind = TOMBSTONE if gone else "Device Installed" if step % 20_011 < 2 else random.choice(KINDS)
        yield NewEvent(
            stream=key,
            category="device",
            type=kind,
            data=Json(encode({} if gone else _said(kind, step, leaves, random))),
            occurred_at=at,
        )


def _said(kind: str, step: int, leaves: int, random: Random) -> dict[str, object]:
    first = kind == "Device Installed"
    fields = range(leaves - 6) if first else random.sample(range(leaves - 6), 2)
    said: dict[str, object] = {f"channel_{field:04}": _value(field, random) for field in fields}
    if first or step % 7 == 0:
        said["place"] = {"hall": f"H{step % 9}", "row": step % 40}
    if first or step % 11 == 0:
        said["marks"] = [f"m{step % 5}" for _ in range(1 + step % 4)]
    return said


def _value(field: int, random: Random) -> object:
    if field % 3 == 0:
        return random.randrange(10_000)
    return f"v{random.randrange(1_000)}" if field % 3 == 1 else random.randrange(1_000) / 8


def appended(store: EventStore, told: Sequence[NewEvent]) -> None:
    """Append the events in commits; one of each comes with the next."""
    late = list[NewEvent]()
    for begin in range(0, len(told), COMMIT):
        commit = list(told[begin : begin + COMMIT])
        waiting = [commit.pop(LATE)] if len(commit) > LATE else []
        store.append([*commit, *late])
        late = waiting
    if late:
        store.append(late)


def made(url: str, stories: dict[str, tuple[int, int]] = STORIES, seed: int = 1) -> None:
    """Make a store with these stories, and its read model."""
    with EventStore.open(url, now=lambda: BEGIN + 400_000 * SECOND) as store:
        for key, (number, leaves) in stories.items():
            appended(store, list(events(key, number, leaves, Random(f"{seed} {key}"))))
        Projector(store, load([f"eventstore.projections.{PROJECTION}"])).catch_up()


if __name__ == "__main__":
    begun = time.perf_counter()
    made(f"sqlite:///{sys.argv[1]}")
    print(f"made in {time.perf_counter() - begun:.0f} s")
