"""The living shop: whether anything grows while it takes 20 orders a minute for ten minutes."""

import time
from collections.abc import Iterator, Sequence
from statistics import mean, median

from benchmarks.ground import Ground, NotHere
from benchmarks.living.processes import Use
from benchmarks.living.running import Shop, running
from benchmarks.living.waiting import QUEUES, Orders
from benchmarks.tables import table
from seed.broker import missing_here

WARM = 2.0
"""Minutes until what is counted begins: programs import, caches fill, the first customers register."""
PAUSE = 10.0
"""Seconds from one look to the next."""
GROWN = 0.05
"""So much more memory in the last third than in the second counts as growth."""
SLACK = 10
"""So much more may wait at a look of the last third than in the first: an order on its way is some messages."""


def tables(ground: Ground) -> Iterator[str]:
    """What waits and what is used, minute by minute; then what of it grew, and how long orders took."""
    if missing_here():
        raise NotHere(f"Kafka: {missing_here()}")
    with running(ground.folder / "living") as shop:
        time.sleep(WARM * 60)
        seen = list(_looks(shop, ground.times(600, 60)))
        orders = shop.orders()
    yield _minutes(seen)
    yield _grown(seen)
    yield _taken(orders)


Look = tuple[float, dict[str, int], dict[str, Use]]
"""When, in seconds; how much waits in each queue; what each part uses."""


def _looks(shop: Shop, seconds: int) -> Iterator[Look]:
    begun = time.monotonic()
    while (at := time.monotonic() - begun) < seconds:
        yield at, shop.waiting(), shop.used()
        time.sleep(PAUSE)


def _minutes(seen: Sequence[Look]) -> str:
    parts = sorted(seen[0][2])
    heads = ("minute", *QUEUES, *(f"{part}, MB" for part in parts), "cores")
    return table(heads, [_minute(number, looks, parts) for number, looks in _by_minute(seen).items()])


def _by_minute(seen: Sequence[Look]) -> dict[int, list[Look]]:
    found: dict[int, list[Look]] = {}
    for look in seen:
        found.setdefault(int(look[0] // 60) + 1, []).append(look)
    return found


def _minute(number: int, looks: Sequence[Look], parts: Sequence[str]) -> list[str]:
    waits = [f"{max(waiting[name] for _, waiting, _ in looks):,}" for name in QUEUES]
    sizes = [f"{mean(used[part].memory for _, _, used in looks) / 1e6:.0f}" for part in parts]
    return [str(number), *waits, *sizes, f"{_cores(looks):.2f}"]


def _cores(looks: Sequence[Look]) -> float:
    (first, _, before), (last, _, after) = looks[0], looks[-1]
    return sum(after[part].cpu - before[part].cpu for part in after) / max(last - first, PAUSE)


def _grown(seen: Sequence[Look]) -> str:
    first, second, last = (_third(seen, number) for number in range(3))
    waits = [_waits(name, first, last) for name in QUEUES]
    sizes = [_size(part, second, last) for part in sorted(seen[0][2])]
    earlier = "at most in the first third; memory: mean of the second"
    return table(("what", earlier, "in the last third", f"grew by more than {SLACK}, or {GROWN:.0%}"), [*waits, *sizes])


def _waits(name: str, first: Sequence[Look], last: Sequence[Look]) -> list[str]:
    before, after = (max(waiting[name] for _, waiting, _ in looks) for looks in (first, last))
    return [name, f"{before:,}", f"{after:,}", _verdict(grown=after > before + SLACK)]


def _size(part: str, second: Sequence[Look], last: Sequence[Look]) -> list[str]:
    before, after = (mean(used[part].memory for _, _, used in looks) for looks in (second, last))
    told = f"{_verdict(grown=after > before * (1 + GROWN))} ({after / before - 1:+.1%})"
    return [f"memory of {part}", f"{before / 1e6:.1f} MB", f"{after / 1e6:.1f} MB", told]


def _third(seen: Sequence[Look], number: int) -> Sequence[Look]:
    size = len(seen) // 3
    return seen[number * size : (number + 1) * size]


def _verdict(*, grown: bool) -> str:
    return "**grew**" if grown else "no"


def _taken(orders: Orders) -> str:
    shares = [f"{median(orders.seconds):.1f} s", f"{sorted(orders.seconds)[int(0.95 * len(orders.seconds))]:.1f} s"]
    counts = (orders.created, orders.delivered, orders.undone, orders.under_way)
    heads = ("orders", "delivered", "cancelled or refunded", "under way", "to delivery, median", "p95")
    return table(heads, [[*(f"{count:,}" for count in counts), *shares]])
