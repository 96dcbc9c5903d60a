"""P5: an event that its fold cannot take. P8: the same log in batches of 1, of 7, and all at once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.ground import Ground
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.ledger import KEYS, build_of, differences, fill, held, ledger, mended, named
from benchmarks.reliability.oracle import select
from eventstore.core.canonical import encode
from eventstore.core.event import RecordedEvent
from eventstore.core.history import OPEN, history
from eventstore.core.projection import Projection
from eventstore.core.replay import replay
from eventstore.projector import Projector, heal
from eventstore.store import EventStore

EVERYTHING = 100_000


def p5(ground: Ground) -> Iterator[Figure]:
    """One event among all raises: its key stops there, the others are as a replay says, and a fix heals it."""
    events = 100_000 if ground.scale == 1 else 2_000
    for place, url in ground.urls():
        fill(url, ground.random("p5"), events, poison=events // 2)
        with EventStore.open(url) as store:
            Projector(store, [ledger]).catch_up()
            log, build = _by_stream(store), build_of(url, "ledger")
            harms = {
                "others wrong": sum(1 for key in log if key != _poisoned() and not _right(url, ledger, key, log[key])),
                "poison not shown": int(_parked(url) != {_poisoned()}),
            }
            heal(store, mended, accept_code=True)
        harms["not mended"] = int(_parked(url) != set() or not _right(url, mended, _poisoned(), log[_poisoned()]))
        yield Figure(
            name="P5",
            place=place,
            did=f"1 poisoned event in {events:,}, its key parked and healed, {KEYS - 1} others asked of the replay",
            harms={**harms, "rebuilds": int(build_of(url, "ledger") != build)},
            control="a fold that is not guarded",
            control_harms={"keys behind": _unguarded(log)},
        )


def _parked(url: str) -> set[str]:
    """The keys whose latest belief says at which event they stopped."""
    condition = f"error IS NOT NULL AND known_to = {OPEN}"
    found = select(url, f"SELECT key FROM history_{build_of(url, 'ledger')} WHERE {condition}")
    return {str(key) for (key,) in found}


def _poisoned() -> str:
    return f"book-{KEYS}"


def _by_stream(store: EventStore) -> dict[str, list[RecordedEvent]]:
    found: dict[str, list[RecordedEvent]] = {}
    for event in store.read_all():
        found.setdefault(event.stream, []).append(event)
    return found


def _right(url: str, projection: Projection, key: str, events: Sequence[RecordedEvent]) -> bool:
    """Whether the key's last state is that of the replay, and its rows are those of the pure function."""
    state = replay(projection, events)
    rows = Counter(_told(row) for row in held(url, "ledger", key=key))
    last = [told for told in rows if told[1] == told[4] == OPEN]
    return last[0][-1] == str(encode(state)) and rows == _pure(projection, events)


def _unguarded(log: dict[str, list[RecordedEvent]]) -> int:
    """How many keys have events that a loop without a guard never came to."""
    seen = Counter[str]()
    try:
        for event in sorted((one for events in log.values() for one in events), key=lambda one: one.position):
            ledger.apply({}, event)
            seen[event.stream] += 1
    except ValueError:
        return sum(1 for key, events in log.items() if seen[key] < len(events))
    return 0


def p8(ground: Ground) -> Iterator[Figure]:
    """Three builds of one log, each in batches of its own, and the pure function."""
    events = ground.times(2_000, 300)
    for place, url in ground.urls():
        fill(url, ground.random("p8"), events)
        with EventStore.open(url) as store:
            for name, size in (("ones", 1), ("sevens", 7), ("all", EVERYTHING)):
                Projector(store, [named(name)], batch=size).catch_up()
            log = _by_stream(store)
        apart = [differences(url, "all", other) for other in ("ones", "sevens")]
        yield Figure(
            name="P8",
            place=place,
            did=f"{events:,} events, 20 % of them late, in batches of 1, of 7, all at once, and by the pure function",
            harms={
                **{what: sum(one[what] for one in apart) for what in apart[0]},
                "rows unlike the pure function's": _unlike(url, log),
            },
            control="a batch taken as one commit",
            control_harms={"rows differ": sum(_as_one_commit(mine) for mine in log.values())},
        )


def _unlike(url: str, log: dict[str, list[RecordedEvent]]) -> int:
    unlike = 0
    for key, events in log.items():
        stored, pure = Counter(_told(row) for row in held(url, "all", key=key)), _pure(ledger, events)
        unlike += (stored - pure).total() + (pure - stored).total()
    return unlike


def _told(row: Sequence[Any]) -> tuple[Any, ...]:
    return (*row[1:7], row[11])


def _pure(projection: Projection, events: Sequence[RecordedEvent]) -> Counter[tuple[Any, ...]]:
    rows = history(projection, events)
    return Counter(
        (
            row.valid_from,
            row.valid_to,
            row.event_position,
            row.known_from,
            row.known_to,
            row.closed_commit,
            row.at.state,
        )
        for row in rows
    )


def _as_one_commit(events: Sequence[RecordedEvent]) -> int:
    """Rows that are other ones where the key's events come in batches of seven than where they come in ones."""
    batches = [events[start : start + 7] for start in range(0, len(events), 7)]
    merged = [replace(event, commit_position=batch[-1].commit_position) for batch in batches for event in batch]
    return (_pure(ledger, merged) - _pure(ledger, events)).total()
