"""Sealing the log: blocks of positions chained by hashes, and their anchors outside the database.

A seal is the SHA-256 of the seal before it and of what each event of the block is: the digests of its content and of
its origin, and its place, times, category and causes as they stand. Payloads stand behind digests only, so that they
may be archived or erased one day without breaking a seal.

The chain alone does not notice a history that was cut or rewritten as a whole, nor a restored older backup. So each
seal is also a line of the anchor file, which belongs where the database's owner cannot write.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from eventstore.anchors import Anchor, append_anchors, last_anchor
from eventstore.checkpoints import advance, checkpoint
from eventstore.databases import Row
from eventstore.errors import AnchorsDiffer, LogBroken, SealsDiffer
from eventstore.store import EventStore

BLOCK = 1_024
"""How many positions a seal covers; fewer when sealing what there is."""

READER = "seals"
"""The sealer's name in `checkpoints`: where the last seal was set. Seals that end elsewhere were tampered with."""

_BLOCKS_A_COMMIT = 10

FACTS = (
    "position",
    "commit_position",
    "version",
    "occurred_at",
    "claimed_at",
    "occurred_source",
    "recorded_at",
    "frontier",
    "stream_frontier",
    "format",
    "category",
    "correlation_id",
    "causation_id",
    "content_hash",
)
"""The columns of `events` that a seal covers as they stand; the content hash stands for the others."""

_ROWS = f"""
    SELECT {", ".join(f"e.{name}" for name in FACTS)}, o.hash FROM events e LEFT JOIN origins o
    ON o.position = e.position WHERE e.position > ? AND e.position <= ? ORDER BY e.position"""  # noqa: S608 - our names

_SEALS = "SELECT seal, first, last, hash FROM seals WHERE seal > ? ORDER BY seal LIMIT 1000"
_LAST = "SELECT seal, first, last, hash FROM seals ORDER BY seal DESC LIMIT 1"
_INSERT = "INSERT INTO seals (seal, first, last, sealed_at, hash) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal of the positions `first` to `last`, both included. Seals are numbered from 1."""

    number: int
    first: int
    last: int
    hash: bytes

    def sealing(self, rows: Sequence[Row]) -> "Seal":
        """The next seal, over rows of `FACTS` and the origin's hash that follow this one without a gap."""
        first, last = self.last + 1, self.last + len(rows)
        return Seal(self.number + 1, first, last, block_hash(self, rows))


NONE = Seal(0, 0, 0, bytes(32))
"""What the first seal follows."""


def block_hash(previous: Seal, rows: Iterable[Row]) -> bytes:
    """The hash that chains a block of rows to the seal before it. Every field of a row ends where its size says."""
    digest = sha256(previous.hash)
    digest.update(f"{previous.number + 1}:{previous.last + 1}:".encode())
    for *numbers, category, correlation, causation, content, origin in rows:
        texts = "".join(map(_sized, (category, correlation, causation)))
        digest.update(f"{':'.join(map(str, numbers))}:{texts}".encode())
        digest.update(content)
        digest.update(b"-" if origin is None else b"+" + origin)
    return digest.digest()


def _sized(text: str | None) -> str:
    return "-" if text is None else f"{len(text)}:{text}"


def seals(store: EventStore, *, after: int = 0) -> Iterator[Seal]:
    """The seals above number `after`, in order. No snapshot is held between pages."""
    while rows := store.rows(_SEALS, (after,)):
        for row in rows:
            yield Seal(*row)
        after = rows[-1][0]


def last_seal(store: EventStore) -> Seal:
    """The newest seal; `NONE` where there is none."""
    found = store.rows(_LAST)
    return Seal(*found[0]) if found else NONE


def sealed_end(store: EventStore) -> Seal:
    """The newest seal, which must be the last one that was set. Raises `SealsDiffer`.

    Asked more than once, since a sealer may be just at work.
    """
    reached, last = checkpoint(store, READER), last_seal(store)
    for _ in range(5):
        if reached == last.last:
            return last
        reached, last = checkpoint(store, READER), last_seal(store)
    raise SealsDiffer(store.database.label, last.last, reached)


class Sealer:
    """Seals the log behind its writers. Several may run: one seals, the others see that it did.

    `anchors` is the anchor file, None: seals stay in the database alone.
    """

    def __init__(self, store: EventStore, anchors: Path | None) -> None:
        self.store, self.anchors = store, anchors

    def seal(self, *, now_or_idle: bool = False) -> int:
        """Seal all full blocks, with `now_or_idle` also what is left behind them, and anchor; how many were sealed.

        Raises `LogBroken`, `SealsDiffer`, `AnchorsDiffer` where something is wrong with what is there, and
        `AnchorsUnusable`.
        """
        blocks, head = 0, self.store.head().position
        while sealed := self._seal_some(head, least=1 if now_or_idle else BLOCK):
            blocks += sealed
        if self.anchors is not None:
            self._anchor(self.anchors)
        return blocks

    def _seal_some(self, head: int, least: int) -> int:
        """Seal the next blocks of at least this size in one commit; how many, 0 also where another was quicker."""
        previous = sealed_end(self.store)
        made = list(self._made(previous, head, least))
        if not made:
            return 0
        at = self.store.now()
        with self.store.write() as writer:
            if not advance(writer, READER, previous.last, made[-1].last, at):
                return 0
            writer.executemany(_INSERT, [(seal.number, seal.first, seal.last, at, seal.hash) for seal in made])
        return len(made)

    def _made(self, previous: Seal, head: int, least: int) -> Iterator[Seal]:
        for _ in range(_BLOCKS_A_COMMIT):
            until = min(previous.last + BLOCK, head)
            if until - previous.last < least:
                return
            rows = sealed_rows(self.store, previous.last, until)
            if len(rows) != until - previous.last:
                raise LogBroken(self.store.database.label, previous.last + 1, until)
            previous = previous.sealing(rows)
            yield previous

    def _anchor(self, anchors: Path) -> None:
        """Write the seals that the file does not have. A crash after a seal's commit left them out; now they follow."""
        anchored = last_anchor(anchors)
        number = 0 if anchored is None else anchored.number
        if anchored is not None and anchored != anchor_of(next(seals(self.store, after=number - 1), NONE)):
            raise AnchorsDiffer(self.store.database.label, str(anchors), number)
        append_anchors(anchors, map(anchor_of, seals(self.store, after=number)))


def sealed_rows(store: EventStore, after: int, until: int) -> list[Row]:
    """What a seal covers of the events with `after < position <= until`."""
    return store.rows(_ROWS, (after, until))


def anchor_of(seal: Seal) -> Anchor:
    """The seal as a line of the anchor file."""
    return Anchor(seal.number, seal.first, seal.last, seal.hash.hex())
