"""Following: reading partitions over one connection, until it breaks, the end is reached, or somebody says stop."""

from collections.abc import Collection, Iterable, Sequence
from threading import Event
from typing import Any

from eventstore.core.event import Micros
from eventstore.envelopes.message import Record
from eventstore.errors import UnknownTopics
from eventstore.ingest.connection import BATCH, Connection
from eventstore.ingest.intake import Intake, Taken
from eventstore.ingest.merging import Merging
from eventstore.ingest.offsets import Advance, Offset, Partition
from eventstore.ingest.reporting import Reporter
from eventstore.ingest.settling import settle
from eventstore.ingest.stops import Stops
from eventstore.store import EventStore

LOOK: Micros = 2_000_000
"""How often the ends of the partitions are asked for: that is both the lag, and how a dead broker is noticed."""

LOOK_AT_TOPICS: Micros = 5_000_000
"""How often topics are looked at: for new partitions, and for a topic that was made anew."""

PATIENCE: Micros = 2_000_000
"""A partition that lags but gives nothing while we poll for so long is not waited for."""


class Following:
    """One connection's life. `stands` is how far each partition is stored."""

    def __init__(
        self, connection: Connection, store: EventStore, intake: Intake, topics: Sequence[str], window: Micros
    ) -> None:
        self._connection, self._store, self._intake, self._topics = connection, store, intake, topics
        self._merging = Merging(window // 1_000)
        self._settled = settle(connection, store, topics)
        self.stands = self._settled.stands
        self._goal = {place: stand.end_offset or 0 for place, stand in self.stands.items()}
        self._looked = self._looked_at_topics = store.now()
        self._silent = dict.fromkeys(self.stands, 0)

    def run(self, stops: Stops, report: Reporter, stop: Event, *, until_end: bool) -> bool:
        """Read. True: done; False: the topics have changed, and a new connection is to settle them.

        Raises UnknownTopics, Fenced, and what the broker and the store raise.
        """
        stops.refuse(self._settled.refused)
        self._check_topics(report, required=until_end)
        self._follow(set(self.stands) - stops.reasons.keys())
        while not stop.is_set() and self._followed:
            if not self._fetch():
                return False
            while self._step(stops, report) and not stop.is_set():
                pass
            if until_end and self._reached():
                break
            if not self._look_around():
                return False
            self._say(stops, report)
        self._connection.tell_group(self._offsets())
        self._say(stops, report)
        return True

    def reading(self) -> dict[Partition, Offset]:
        """The partitions that are read, and how far each is stored."""
        return {place: self.stands[place] for place in self._followed}

    def _check_topics(self, report: Reporter, *, required: bool) -> None:
        if not self._settled.missing:
            return
        unknown = UnknownTopics(self._connection.servers, self._settled.missing)
        if required or not (self.stands or self._settled.refused):
            raise unknown
        report.trouble("catching up", unknown)

    def _follow(self, partitions: Collection[Partition]) -> None:
        self._followed = set(partitions)
        self._positions = {place: self.stands[place].next_offset for place in partitions}
        self._merging.clear()
        self._paused: set[Partition] = set()
        self._connection.assign({})
        self._connection.assign(self._positions)

    def _fetch(self) -> bool:
        """Poll once, and put what came to what waits. False: it may have come from a topic that was made anew.

        A topic's id is asked for after the records came: while it is ours, so are they. Without that a topic made anew
        that has already grown as long goes on at the old offset, and its first messages are never read.
        """
        self._pause(self._merging.full(self._paused))
        before, began = dict(self._positions), self._store.now()
        found = self._connection.poll(50 if len(self._merging) else 500)
        self._positions |= {place: self._connection.position(place) for place in self._followed - self._paused}
        if self._positions != before and not self._same_topics():
            return False
        for place, records in found.items():
            self._merging.add(place, _records(records, self.stands[place].topic_id))
        self._listened(self._store.now() - began, heard=found.keys() | self._paused)
        return True

    def _listened(self, micros: Micros, *, heard: Collection[Partition]) -> None:
        """Count how long each partition was asked and gave nothing; the time of our own transactions is not theirs."""
        for place in self._followed:
            self._silent[place] = 0 if place in heard else self._silent[place] + micros

    def _pause(self, paused: set[Partition]) -> None:
        """Fetch nothing from these partitions, but never from none at all."""
        if paused != self._paused and paused < self._followed:
            self._paused = paused
            self._connection.assign({place: self._positions[place] for place in self._followed - paused})

    def _step(self, stops: Stops, report: Reporter) -> bool:
        """Store one batch, if there is one; whether another may be ready at once."""
        records = self._merging.release(self._lagging(), BATCH)
        advances = self._advances(records)
        if not advances:
            return False
        taken = self._intake.take(records, advances)
        for place, step in advances.items():
            stand = self.stands[place]
            self.stands[place] = Offset(stand.topic_id, step.next, step.end_offset, step.timestamp or stand.timestamp)
        report.taken(taken)
        self._stop(stops, taken)
        return len(self._merging) > 0

    def _stop(self, stops: Stops, taken: Taken) -> None:
        """Give up the partitions that must not go on; the others begin again where they are stored."""
        for record, _ in taken.broken:
            place = record.topic, record.partition
            self.stands[place] = self.stands[place]._replace(next_offset=record.offset)
        given_up = stops.judge(taken, self._followed)
        if given_up:
            self._follow(self._followed - given_up)

    def _advances(self, records: Sequence[Record]) -> dict[Partition, Advance]:
        """How far each partition comes with these records, and by positions that moved without any."""
        latest = {(record.topic, record.partition): record.timestamp for record in records}
        advances = {}
        for place, position in self._positions.items():
            stand, first = self.stands[place], self._merging.first(place)
            after = position if first is None else first
            if after != stand.next_offset:
                end = max(after, stand.end_offset or 0)
                advances[place] = Advance(stand.topic_id, stand.next_offset, after, end, latest.get(place))
        return advances

    def _lagging(self) -> list[Partition]:
        """The partitions that have more to give, and do give: those that others wait for."""
        return [
            place
            for place, position in self._positions.items()
            if position < (self.stands[place].end_offset or 0) and self._silent[place] < PATIENCE
        ]

    def _reached(self) -> bool:
        return all(self.stands[place].next_offset >= self._goal[place] for place in self._followed)

    def _look_around(self) -> bool:
        """Now and then: the ends, our word to Kafka, and whether the topics are still the same."""
        now = self._store.now()
        if self._followed and now - self._looked >= LOOK:
            self._looked = now
            for place, end in self._connection.ends(self._followed).items():
                self.stands[place] = self.stands[place]._replace(end_offset=end)
            self._connection.tell_group(self._offsets())
        if now - self._looked_at_topics >= LOOK_AT_TOPICS:
            return self._same_topics()
        return True

    def _offsets(self) -> dict[Partition, int]:
        return {place: self.stands[place].next_offset for place in self._followed}

    def _same_topics(self) -> bool:
        self._looked_at_topics = self._store.now()
        found = self._connection.topics(self._topics)
        there = {(name, number): topic.topic_id for name, topic in found.items() for number in topic.partitions}
        known = {place: stand.topic_id for place, stand in self.stands.items()}
        return {place: there[place] for place in there if place not in self._settled.refused} == known

    def _say(self, stops: Stops, report: Reporter) -> None:
        state = "catching up" if self._lagging() or len(self._merging) else "live"
        if stops.reasons:
            report.trouble(state, " ".join(stops.sentences()))
        report.reading(state, self.stands)


def _records(found: Iterable[Any], topic_id: str) -> list[Record]:
    """The client's records as ours."""
    return [
        Record(
            one.topic,
            topic_id,
            one.partition,
            one.offset,
            one.timestamp if one.timestamp >= 0 else None,
            one.timestamp_type,
            one.key,
            one.value,
            tuple(one.headers),
        )
        for one in found
    ]
