"""Dead letters: what could not become an event, kept byte for byte, and replayed once the cause is mended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from eventstore.core.event import Micros
from eventstore.core.origin import unpacked
from eventstore.databases import Row
from eventstore.envelopes.message import Record
from eventstore.errors import NoDeadLetter
from eventstore.ingest.intake import Intake, origin_of
from eventstore.ingest.judging import Opened, judge
from eventstore.store import EventStore
from eventstore.writing import Writer

_COLUMNS = """
    SELECT d.number, s.kind, s.topic, s.topic_id, d.partition, d."offset", d.timestamp, d.timestamp_type, d.key,
    d.value, d.headers, d.reason, d.detail, d.recorded_at, d.replayed_at, d.replayed_as
    FROM dead_letters d JOIN sources s ON s.source = d.source"""


IMPORT = "import"
"""How sources in the store call files."""

OF_A_FILE = "It is a row of a file: mend it there and import the file again; rows that are stored are recognised."


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not become an event. `kind` says how it came; `reason` groups, `detail` is a sentence.

    `replayed_at` is when a replay made an event of it, at position `replayed_as`; None: it still waits.
    """

    number: int
    kind: str
    record: Record
    reason: str
    detail: str
    recorded_at: Micros
    replayed_at: Micros | None
    replayed_as: int | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay made of a letter: the event at `position`, or still none, and `why`."""

    number: int
    position: int | None
    why: str | None


def page(
    store: EventStore,
    *,
    reason: str | None = None,
    topic: str | None = None,
    unread: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[DeadLetter]:
    """Dead letters, the newest first; the next page begins `before` the last number of this one.

    `unread` leaves out those that were replayed.
    """
    wanted = {"d.reason = ?": reason, "s.topic = ?": topic, "d.number < ?": before}
    given = {condition: value for condition, value in wanted.items() if value is not None}
    conditions = [*given, *(["d.replayed_at IS NULL"] if unread else [])]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    found = store.rows(f"{_COLUMNS}{where} ORDER BY d.number DESC LIMIT ?", [*given.values(), limit])
    return [_letter(row) for row in found]


def naming(
    store: EventStore, name: str, *, beside: tuple[str, bytes] | None = None, until: Micros | None = None
) -> list[DeadLetter]:
    """Letters that waited at `until` (None: now) and hold the name as a word in key, value or headers, newest first.

    `beside` is a topic and a message key: those with the same are of the same thing. Looks through the `LOOKED` newest
    of that time, whose values have at most `LOOKED_VALUE` bytes.
    """
    word, (topic, key), then = name.encode(), beside or ("", b""), 2**62 if until is None else until
    held = " OR ".join(store.database.containing(f"d.{column}") for column in ("key", "value", "headers"))
    sql = f"{_COLUMNS} JOIN {_NEWEST} AND (d.key = ? AND s.topic = ? OR {held}) ORDER BY d.number DESC"
    rows = store.rows(sql, (then, LOOKED, then, LOOKED_VALUE, key, topic, *[word] * 3))
    found = map(_letter, rows)
    return [one for one in found if (one.record.topic, one.record.key) == beside or _holds(one.record, word)]


LOOKED = 500
LOOKED_VALUE = 16_384
"""Bounds, since pages ask it at each step: no index knows what messages hold."""

_NEWEST = """
    (SELECT number AS newest FROM dead_letters WHERE recorded_at <= ? ORDER BY number DESC LIMIT ?) AS looked
    ON d.number = looked.newest
    WHERE (d.replayed_at IS NULL OR d.replayed_at > ?) AND coalesce(length(d.value), 0) <= ?"""


def _holds(record: Record, word: bytes) -> bool:
    """Whether a part of the message holds the word, with no letter, digit, dash or underscore at its ends."""
    alone = re.compile(rb"(?<![\w-])" + re.escape(word) + rb"(?![\w-])")
    parts = (record.key, record.value, *(value for _, value in record.headers))
    return any(alone.search(part) for part in parts if part)


def waiting(store: EventStore, *, reason: str | None = None) -> list[int]:
    """The numbers of all letters that wait to be replayed, the oldest first."""
    only, given = (" AND reason = ?", (reason,)) if reason is not None else ("", ())
    sql = f"SELECT number FROM dead_letters WHERE replayed_at IS NULL{only} ORDER BY number"  # noqa: S608 - our own text
    return [number for (number,) in store.rows(sql, given)]


def letter(store: EventStore, number: int) -> DeadLetter:
    """One dead letter. Raises NoDeadLetter."""
    found = store.rows(f"{_COLUMNS} WHERE d.number = ?", (number,))
    if not found:
        raise NoDeadLetter(number)
    return _letter(found[0])


def replay(store: EventStore, intake: Intake, numbers: Iterable[int]) -> list[Replayed]:
    """Read letters again by today's settings and code, each in a transaction of its own.

    The event keeps its origin and the time that its producer stated; it is recorded now. A letter that was replayed
    before stays as it is; a row of a file waits, since what its columns mean is not kept with it. Raises NoDeadLetter,
    and what the store raises.
    """
    return [_replayed(store, intake, letter(store, number)) for number in numbers]


def _replayed(store: EventStore, intake: Intake, one: DeadLetter) -> Replayed:
    if one.replayed_as is not None or one.kind == IMPORT:
        return Replayed(one.number, one.replayed_as, OF_A_FILE if one.kind == IMPORT else None)
    opened, dead, broken = intake.read([one.record])
    for _, why in dead:
        return Replayed(one.number, None, why.detail)
    for _, error in broken:
        return Replayed(one.number, None, error)
    with store.write() as writer:
        return _taken(writer, one, opened, store.now())


def _taken(writer: Writer, one: DeadLetter, opened: list[Opened], at: Micros) -> Replayed:
    """Judge the message as if it came now; two replays at once cannot both append, since origins are unique."""
    verdicts = judge(writer, opened)
    for _, why in verdicts.dead:
        return Replayed(one.number, None, why.detail)
    if verdicts.repeated:
        position = verdicts.repeated[0][1]
    else:
        position = writer.append([opened[0].event], origins=[origin_of(one.record, one.kind)])[0].position
    writer.execute(
        "UPDATE dead_letters SET replayed_at = ?, replayed_as = ? WHERE number = ?", (at, position, one.number)
    )
    return Replayed(one.number, position, None)


def _letter(row: Row) -> DeadLetter:
    number, kind, topic, topic_id, partition, offset, timestamp, timestamp_type, key, value, headers, *rest = row
    record = Record(
        topic,
        topic_id,
        partition,
        offset,
        timestamp,
        timestamp_type,
        None if key is None else bytes(key),
        None if value is None else bytes(value),
        unpacked(headers),
    )
    return DeadLetter(number, kind, record, *rest)
