"""Checking the log against its hashes, its seals and the anchors outside the database.

What cannot be seen: an edit or a cut behind the last anchor by somebody who also made the hashes, seals and the
counter anew. `Verdict.anchored` says up to where nobody could.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from eventstore.anchors import Anchor, Anchors, read_anchors
from eventstore.core.event import RecordedEvent
from eventstore.core.integrity import Before, Harm, Kind, is_typed, wrong
from eventstore.databases import Row
from eventstore.errors import DatabaseError, SealsDiffer, StoreDamaged
from eventstore.seals import BLOCK, FACTS, NONE, Seal, anchor_of, block_hash, last_seal, sealed_end, seals
from eventstore.store import EventStore

MAX_HARMS = 100
"""How many harms are listed; the first says where to begin."""

_ORIGINS = """
    SELECT o.position, s.kind, s.topic, s.topic_id, o.partition, o."offset", o.timestamp, o.timestamp_type, o.key,
    o.value, o.value_is_data, o.headers, o.hash FROM origins o LEFT JOIN sources s ON s.source = o.source
    WHERE o.position > ? AND o.position <= ?"""

_ODD = (IndexError, TypeError, ValueError)  # what making an event of a row that the store never wrote may raise
_facts = attrgetter(*FACTS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `events` were read, in `blocks` sealed blocks up to position `sealed`.

    `anchored` is the last position that an anchor outside vouches for; 0: none. `harms` are in the order of the log,
    at most `MAX_HARMS`.
    """

    ok: bool
    events: int
    blocks: int
    sealed: int
    anchored: int
    harms: tuple[Harm, ...]


def verify(
    store: EventStore, anchors: Path | None, on_progress: Callable[[int, int], None] = lambda *_: None
) -> Verdict:
    """Read the whole log and check it, in short reads beside running writers.

    `anchors` is the anchor file, None: there is none, and a history cut or rewritten as a whole goes unnoticed.
    `on_progress` gets the position reached and the last one. Raises `AnchorsUnusable`.
    """
    told = Anchors((), ()) if anchors is None else read_anchors(anchors)
    walk = _Walk(store, on_progress)
    end = walk.blocks(told)
    walk.to_the_end(end.last)
    _check_ends(walk, end)
    if anchors is not None:
        _check_anchors(walk, anchors, told, end)
    return Verdict(not walk.harms, walk.events, walk.sealed, end.last, walk.anchored, tuple(walk.harms))


class _Walk:
    """The way through the log: what was found so far, and what the next event has to fit."""

    def __init__(self, store: EventStore, on_progress: Callable[[int, int], None]) -> None:
        self.store, self.on_progress = store, on_progress
        self.harms: list[Harm] = []
        self.events = self.sealed = self.anchored = 0
        self.last = int(store.rows("SELECT coalesce(max(position), 0) FROM events")[0][0])
        self.head = store.head().position  # asked after the last position: it may move on, never stay behind
        self.began = last_seal(store)
        self.before = Before()

    @property
    def end(self) -> int:
        """Where the log ends, whichever of the counter and the events says more."""
        return max(self.head, self.last)

    def blocks(self, told: Anchors) -> Seal:
        """Check block by block against the seals, and these against the anchors; the last seal."""
        by_number: dict[int, set[Anchor]] = {}
        for anchor in told.lines:
            by_number.setdefault(anchor.number, set()).add(anchor)
        previous = NONE
        for seal in seals(self.store):
            if seal.last > self.head:
                self.head = self.store.head().position
            self._block(previous, seal)
            self._anchor(seal, by_number.get(seal.number, set()))
            previous = seal
        return previous

    def to_the_end(self, after: int) -> None:
        """Check what is not sealed yet."""
        for start in range(after, self.end, BLOCK):
            self._stretch(start, min(start + BLOCK, self.end))

    def _block(self, previous: Seal, seal: Seal) -> None:
        self.sealed += 1
        follows = seal.number == previous.number + 1 and seal.first == previous.last + 1 <= seal.last <= self.end
        if not follows:
            self.harms.append(_broken_seal(previous, seal, self.end))
        rows: list[Row] | None = []
        for after in range(previous.last, min(seal.last, self.end), BLOCK):
            part = self._stretch(after, min(after + BLOCK, seal.last, self.end))
            rows = None if rows is None or part is None else rows + part
        if follows and rows is not None and block_hash(previous, rows) != seal.hash:
            self.harms.append(_changed_block(seal))

    def _anchor(self, seal: Seal, told: set[Anchor]) -> None:
        if told == {anchor_of(seal)}:
            self.anchored = seal.last
        elif told:
            self.harms.append(_rewritten(seal))

    def _stretch(self, after: int, until: int) -> list[Row] | None:
        """Check the events with `after < position <= until`; what a seal covers of them, None where that is unknown."""
        origins = {row[0]: row for row in self.store.rows(_ORIGINS, (after, until))}
        rows: list[Row] = []
        expected = after + 1
        for event in self._readable(after, until):
            self._gap(expected, event.position)
            origin = origins.get(event.position)
            self._harm(wrong(event, origin, self.before))
            self.before.take(event)
            rows.append((*_facts(event), bytes(origin[-1]) if origin else None))
            expected = event.position + 1
        self._gap(expected, until + 1)
        self.events += len(rows)
        self.on_progress(until, self.end)
        return rows if len(rows) == until - after else None

    def _readable(self, after: int, until: int) -> Iterator[RecordedEvent]:
        """The events; where the database cannot give them all, those that it can, one by one."""
        try:
            events = list(self.store.read_all(after=after, until=until))
        except (DatabaseError, *_ODD) as error:
            if not _is_damage(error):
                raise
            events = list(self._one_by_one(after, until))
        for event in events:
            if is_typed(event):
                yield event
            else:
                sentence = f"Position {event.position} holds a value of a wrong type."
                self._harm(Harm(Kind.UNREADABLE, sentence, event.position))

    def _one_by_one(self, after: int, until: int) -> Iterator[RecordedEvent]:
        for position in range(after + 1, until + 1):
            try:
                event = self.store.event(position)
            except (DatabaseError, *_ODD) as error:
                if not _is_damage(error):
                    raise
                detail = error.detail if isinstance(error, DatabaseError) else error
                self._harm(Harm(Kind.UNREADABLE, f"Position {position} cannot be read: {detail}.", position))
            else:
                yield from () if event is None else (event,)

    def _gap(self, first: int, until: int) -> None:
        if first == until:
            return
        self.before.frontier = None
        known = {harm.position for harm in self.harms[-BLOCK:] if harm.kind is Kind.UNREADABLE}
        missing = [position for position in range(first, until) if position not in known]
        if missing:
            what = f"Position {missing[0]} is" if len(missing) == 1 else f"Positions {missing[0]} to {missing[-1]} are"
            self._harm(Harm(Kind.EVENTS_MISSING, f"{what} missing from the log.", missing[0]))

    def _harm(self, harm: Harm | None) -> None:
        """Note what is wrong with an event, as long as the list is short enough to be read."""
        if harm is not None and len(self.harms) < MAX_HARMS:
            self.harms.append(harm)


def _broken_seal(previous: Seal, seal: Seal, end: int) -> Harm:
    sentence = (
        f"Seal {seal.number} covers positions {seal.first} to {seal.last}; it should follow seal {previous.number} up "
        f"to {previous.last}, in a log that ends at {end}: events or seals were removed."
    )
    return Harm(Kind.SEALS_BROKEN, sentence, block=seal.number)


def _changed_block(seal: Seal) -> Harm:
    sentence = (
        f"The events at positions {seal.first} to {seal.last} are not those that were sealed: their order, times, "
        "categories, causes or hashes were changed."
    )
    return Harm(Kind.BLOCK_CHANGED, sentence, block=seal.number)


def _rewritten(seal: Seal) -> Harm:
    sentence = (
        f"Seal {seal.number} (positions {seal.first} to {seal.last}) is not the one that was anchored: the history up "
        "to there was changed and sealed again, or the anchors belong to another store."
    )
    return Harm(Kind.HISTORY_REWRITTEN, sentence, block=seal.number)


def _check_ends(walk: _Walk, end: Seal) -> None:
    """The counter, the log's end and the place where the last seal was set must agree."""
    if walk.last > walk.head:
        sentence = f"The counter stands at {walk.head}, but the log goes on to {walk.last}: the counter was set back."
        walk.harms.append(Harm(Kind.COUNTER_WRONG, sentence, walk.head + 1))
    try:
        sealed_end(walk.store)
    except SealsDiffer as error:
        sentence = f"The seals end at position {error.sealed}, but were set up to {error.checkpoint}."
        walk.harms.append(Harm(Kind.SEALS_BROKEN, sentence, block=end.number + 1))


def _check_anchors(walk: _Walk, file: Path, told: Anchors, end: Seal) -> None:
    """What the anchor file says beyond the seals that are there."""
    if told.unreadable:
        lines = ", ".join(map(str, told.unreadable[:10]))
        walk.harms.append(Harm(Kind.ANCHORS_DAMAGED, f"Lines of the anchor file {file} are no anchors: {lines}."))
    if walk.began.number and not read_anchors(file).lines:  # asked again: the first seal may just have been anchored
        sentence = (
            f"The store has seals up to position {end.last}, but the anchor file {file} holds none: it was removed, or "
            "nothing was sealed since it was named."
        )
        walk.harms.append(Harm(Kind.ANCHORS_MISSING, sentence))
    beyond = [anchor for anchor in told.lines if anchor.number > end.number]
    if beyond:
        furthest = max(beyond, key=lambda anchor: anchor.last)
        sentence = (
            f"Seal {furthest.number} up to position {furthest.last} was anchored, but the store's seals end with "
            f"{end.number} at {end.last}: its end was cut off, or an older backup was restored."
        )
        walk.harms.append(Harm(Kind.END_CUT, sentence, block=end.number + 1))


def _is_damage(error: Exception) -> bool:
    """Whether the row is at fault: a lost connection or a lock is not what is looked for."""
    return isinstance(error, _ODD) or type(error) in (DatabaseError, StoreDamaged)
