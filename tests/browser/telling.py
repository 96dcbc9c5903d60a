"""A long story of unpleasant states, what the pure core says of each of its steps, and what the page shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from eventstore import EventStore, Projector, blame, changes, encode, load, steps
from eventstore.core.event import TOMBSTONE
from eventstore.core.paths import leaves, written
from eventstore.settings import Settings
from tests import given
from tests.browser.conftest import VECTORS
from tests.browser.pages import Window

KEY, OTHER, PROJECTION = "thing-1", "thing-2", "automatic"
IN_ROW = 240
"""So many characters of a value stand in a row."""

SCALARS = (None, True, 1, 1.0, 0.1, "1", "", "null", -7, 2**53 + 2, "a\nb", "x" * 300, *VECTORS)
NAMES = ("status_", "total", "a.b", "not", "Ü", "", "0", *VECTORS)


def value(random: Random, depth: int = 0) -> Any:
    """Something of JSON: empty and filled lists and objects, one within the other, and texts that would be more."""
    kind = random.random()
    if depth < 3 and kind < 0.25:
        return {random.choice(NAMES): value(random, depth + 1) for _ in range(random.randrange(4))}
    if depth < 3 and kind < 0.5:
        return [value(random, depth + 1) for _ in range(random.randrange(5))]
    return random.choice(SCALARS)


def fill(path: Path, events: int) -> None:
    """A story of so many events: some late, some at the same time, days without any, and deleted now and then.

    Another key has one event.
    """
    random, at, clock = Random(6), given.NOON, [given.NOON]
    with EventStore.open(f"sqlite:///{path}", now=lambda: clock[0]) as store:
        for number in range(events):
            at += random.choice((0, 1, 60, 3_000, 9_000, 200_000 if number % 50 == 0 else 5)) * given.SECOND
            clock[0] = at + given.SECOND
            late = number % 37 == 36
            type_ = TOMBSTONE if number % 83 == 82 else random.choice(("Order Paid", "Order Failed", *VECTORS))
            data = {random.choice(NAMES): value(random) for _ in range(random.randrange(4))}
            store.append([given.event(KEY, type_, data, at - (20_000 * given.SECOND if late else 0))])
        store.append([given.event(OTHER, "Order Paid", {"status_": "other"}, given.NOON)])
        Projector(store, load(Settings().projections)).catch_up()


@dataclass(frozen=True, slots=True)
class Told:
    """A step as the core sees it."""

    event_position: int
    since: int
    state: str | None


class Core:
    """What the core says of each step of the story."""

    def __init__(self, path: Path) -> None:
        projection = next(one for one in load(Settings().projections) if one.name == PROJECTION)
        with EventStore.open(f"sqlite:///{path}") as store:
            folded = steps(projection, store.read_stream(KEY))
            self.steps = [
                Told(one.event.position, one.event.occurred_at, None if one.state is None else encode(one.state))
                for one in folded
            ]

    def shown(self, index: int) -> Mapping[str, Any]:
        """State, blame and changes at that step, as `shown` reads them off the page."""
        by_then = self.steps[: index + 1]
        made = blame(by_then)
        return {
            "step": index,
            "state": sorted(
                [written(path), text[:IN_ROW], made[path].event_position]
                for path, text in leaves(by_then[-1].state).items()
            ),
            "changes": self.changes(index),
        }

    def changes(self, index: int) -> list[list[str | None]]:
        """What the step changed: path, before, after."""
        before = self.steps[index - 1].state if index else None
        return sorted(
            [one.name, *(text and text[:IN_ROW] for text in (one.before, one.after))]
            for one in changes(before, self.steps[index].state)
        )

    def last_at(self, occurred: int | None) -> int:
        """The last step up to a time; None: of all."""
        return sum(occurred is None or step.since <= occurred for step in self.steps) - 1


SHOWN = """async () => {
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    const within = [...document.querySelectorAll('.st-key-story *')].map((one) => one.shadowRoot);
    const root = within.find((one) => one?.querySelector('.story'));
    if (!root) return null;
    const rows = (name) => [...root.querySelectorAll(`.${name}`)].filter((row) => !row.hidden);
    const hand = root.querySelector('.hand');
    const text = (value) => value === undefined ? null : value;
    return {
        step: Number(root.querySelector('.story').dataset.step),
        hand: Number(hand.getAttribute('aria-valuenow')) - 1,
        reading: !root.querySelector('.reading').hidden,
        state: rows('leaf').map((row) => [row.dataset.path, row.dataset.text, Number(row.dataset.setter)]),
        changes: rows('change').map((row) => [row.dataset.path, text(row.dataset.before), text(row.dataset.after)]),
    };
}"""


def shown(window: Window) -> dict[str, Any]:
    """What the page shows, once the state has come to where the hand stands."""
    found: dict[str, Any] = {}

    def there() -> bool:
        found.clear()
        found.update(window.page.evaluate(SHOWN) or {"reading": True})
        return not found["reading"] and found["step"] == found["hand"]

    window.until_so(there, "the state at the hand")
    # the order of members may change from step to step; in a window of steps the rows keep their places
    return {"step": found["step"], "state": sorted(found["state"]), "changes": sorted(found["changes"])}
