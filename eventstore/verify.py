"""Checking the log against its hashes, its seals and the anchors outside the database.

What cannot be seen: an edit or a cut behind the last anchor by somebody who also made the hashes, seals and the
counter anew. `Verdict.anchored` says up to where nobody could.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from pathlib import Path

from eventstore.anchors import Anchor, Anchors, read_anchors
from eventstore.core.canonical import content_hash
from eventstore.core.event import Micros, RecordedEvent
from eventstore.core.origin import Origin, origin_hash
from eventstore.core.placing import BEFORE_ALL, STATED
from eventstore.databases import Row
from eventstore.errors import DatabaseError, SealsDiffer, StoreDamaged
from eventstore.seals import BLOCK, FACTS, NONE, Seal, anchor_of, block_hash, sealed_end, seals
from eventstore.store import EventStore

MAX_HARMS = 100
"""How many harms are listed; the first says where to begin."""

_ORIGINS = """
    SELECT o.position, s.kind, s.topic, s.topic_id, o.partition, o."offset", o.timestamp, o.timestamp_type, o.key,
    o.value, o.value_is_data, o.headers, o.hash FROM origins o LEFT JOIN sources s ON s.source = o.source
    WHERE o.position > ? AND o.position <= ?"""

_facts = attrgetter(*FACTS)
_numbers = attrgetter("commit_position", "version", "occurred_at", "recorded_at", "frontier")


class Kind(StrEnum):
    """What kind of harm it is. The values are stable: they stand in `--json`."""

    CONTENT_CHANGED = "content changed"  # an event says something else than its content hash
    ORIGIN_CHANGED = "origin changed"  # what came over the wire is not what its hash says
    ORDER_BROKEN = "order broken"  # times or commits that the store never writes like that
    UNREADABLE = "unreadable"  # the database cannot give the event back
    EVENTS_MISSING = "events missing"  # positions without an event
    BLOCK_CHANGED = "block changed"  # a seal does not fit its events: edited, moved, or hashed again
    SEALS_BROKEN = "seals broken"  # seals are missing or overlap
    COUNTER_WRONG = "counter wrong"  # the counter and the log's end differ
    END_CUT = "end cut"  # anchors tell of more than there is: cut, or an older backup
    HISTORY_REWRITTEN = "history rewritten"  # a seal is not the one that was anchored
    ANCHORS_MISSING = "anchors missing"  # there are seals, but no anchor file
    ANCHORS_DAMAGED = "anchors damaged"  # lines of the anchor file that are none


@dataclass(frozen=True, slots=True)
class Harm:
    """One thing that is wrong. `position` or `block` (the number of a seal) says where; None: neither is known."""

    kind: Kind
    sentence: str
    position: int | None = None
    block: int | None = None


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
        self.last = _last_position(store)  # before the counter: that may move on meanwhile, never stay behind
        self.head = store.head().position
        self.before = _Before()

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
            self._harm(_wrong(event, origin, self.before))
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
        except DatabaseError as error:
            if type(error) not in (DatabaseError, StoreDamaged):
                raise
            events = list(self._one_by_one(after, until))
        for event in events:
            if _is_typed(event):
                yield event
            else:
                self._harm(
                    Harm(Kind.UNREADABLE, f"Position {event.position} holds a value of a wrong type.", event.position)
                )

    def _one_by_one(self, after: int, until: int) -> Iterator[RecordedEvent]:
        for position in range(after + 1, until + 1):
            try:
                event = self.store.event(position)
            except DatabaseError as error:
                self._harm(Harm(Kind.UNREADABLE, f"Position {position} cannot be read: {error.detail}.", position))
            else:
                yield from () if event is None else (event,)

    def _gap(self, first: int, until: int) -> None:
        if first == until:
            return
        known = {harm.position for harm in self.harms[-BLOCK:] if harm.kind is Kind.UNREADABLE}
        missing = [position for position in range(first, until) if position not in known]
        if missing:
            what = f"Position {first} is" if len(missing) == 1 else f"Positions {missing[0]} to {missing[-1]} are"
            self._harm(Harm(Kind.EVENTS_MISSING, f"{what} missing from the log.", missing[0]))

    def _harm(self, harm: Harm | None) -> None:
        """Note what is wrong with an event, as long as the list is short enough to be read."""
        if harm is not None and len(self.harms) < MAX_HARMS:
            self.harms.append(harm)


class _Before:
    """What the events so far say of the next."""

    def __init__(self) -> None:
        self.frontier = self.recorded_at = BEFORE_ALL
        self.commit = 0

    def take(self, event: RecordedEvent) -> None:
        """One more event was read."""
        self.frontier = max(self.frontier, event.occurred_at)
        self.recorded_at, self.commit = event.recorded_at, event.commit_position

    def refuses(self, event: RecordedEvent) -> str | None:
        """What the store never writes; None: the event fits."""
        frontier = max(self.frontier, event.occurred_at)
        commit = event.commit_position
        rules = (
            (event.recorded_at < self.recorded_at, "was recorded before the one that precedes it"),
            (event.occurred_at > event.recorded_at, "occurred after it was recorded"),
            (commit < event.position or event.position <= self.commit != commit, "is not in its neighbours' commit"),
            (event.position == commit and event.frontier != frontier, "does not carry the highest time up to it"),
        )
        return next((sentence for broken, sentence in rules if broken), None)


def _wrong(event: RecordedEvent, origin: Row | None, before: _Before) -> Harm | None:
    """The first thing that is wrong with an event by itself and behind those before it."""
    at = event.position
    if _content(event) != event.content_hash:
        return Harm(
            Kind.CONTENT_CHANGED,
            f"The event at position {at} ({event.stream}, version {event.version}) is not what was stored: its id, "
            "stream, type, stated time, data or metadata was changed.",
            at,
        )
    if origin is not None and not _is_origin(event, origin):
        return Harm(
            Kind.ORIGIN_CHANGED,
            f"What came over the wire for position {at} is not what was stored: its place in the topic, its time, "
            "key, value or headers were changed.",
            at,
        )
    wrong = before.refuses(event)
    return Harm(Kind.ORDER_BROKEN, f"The event at position {at} {wrong}.", at) if wrong else None


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
    if end.number and not told.lines:
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


def _is_typed(event: RecordedEvent) -> bool:
    """SQLite keeps what it is given: somebody else may have left text where a number belongs."""
    return type(event.content_hash) is bytes and all(type(number) is int for number in _numbers(event))


def _content(event: RecordedEvent) -> bytes:
    return content_hash(
        id=event.id,
        stream=event.stream,
        type=event.type,
        occurred_at=_claim(event),
        data_text=event.data_text,
        metadata_text=event.metadata_text,
    )


def _claim(event: RecordedEvent) -> Micros | None:
    """The time that the producer stated, None: it stated none."""
    return event.occurred_at if event.occurred_source in STATED else event.claimed_at


def _is_origin(event: RecordedEvent, row: Row) -> bool:
    """Whether an origin has the hash beside it. Its headers stay packed: changed ones may no longer unpack."""
    _, kind, topic, topic_id, partition, offset, timestamp, timestamp_type, key, value, is_data, headers, digest = row
    origin = Origin(
        kind=str(kind),
        topic=str(topic),
        topic_id=str(topic_id),
        partition=partition,
        offset=offset,
        timestamp=timestamp,
        timestamp_type=timestamp_type,
        key=key,
        value=event.data_text.encode() if is_data else value,
    )
    try:
        return origin_hash(origin, headers) == bytes(digest)
    except TypeError:  # text where bytes were: SQLite keeps what it is given
        return False


def _last_position(store: EventStore) -> int:
    ((last,),) = store.rows("SELECT coalesce(max(position), 0) FROM events")
    return int(last)
