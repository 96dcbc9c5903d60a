"""Importing: the rows of a file come in as a topic's messages do, each exactly once.

A file is a source of kind `import`; its one partition is the file, and a row's offset the line at which it begins. So
the next line is in the same transaction as the rows before it: killed at any instant, an import goes on there.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import BinaryIO

from eventstore.core.canonical import MAX_BYTES
from eventstore.core.event import NewEvent
from eventstore.envelopes.message import Record
from eventstore.errors import MappedOtherwise, RowsRefused, Unreadable
from eventstore.imports.cutting import Cut
from eventstore.imports.mapping import CSV, FileMapping
from eventstore.imports.rows import opened
from eventstore.ingest import decode as documents
from eventstore.ingest.dead_letters import IMPORT
from eventstore.ingest.intake import Intake, Read
from eventstore.ingest.judging import Dead, Opened, judge
from eventstore.ingest.offsets import Advance
from eventstore.ingest.surveying import Survey, records
from eventstore.store import EventStore

BATCH = 1_000
"""Rows in one transaction."""

FIRST = 100
"""If so many first rows fail, all for one reason, nothing of the file is stored."""

# no topic of Kafka has @ in its name
_FILES = "SELECT topic, topic_id, next_offset FROM offsets WHERE topic LIKE ?"


@dataclass
class Report:
    """What an import did. `topic` is the file's name in the store; `before` are rows that an earlier run took in."""

    topic: str
    before: int = 0
    events: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    commit: int = 0
    finished: bool = False
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """The rows that this run took in."""
        return self.events + self.duplicates + self.dead_letters


class FileImport:
    """One import of one file by the mapping that its survey settled. The file must not change meanwhile.

    Raises MappedOtherwise where these bytes, or others of this source, came in by another mapping.
    """

    def __init__(self, store: EventStore, file: BinaryIO, survey: Survey, mapping: FileMapping) -> None:
        self._store, self._file, self._survey = store, file, survey
        self._intake = Intake(store, {}, kind=IMPORT)
        self._decode = partial(documents.decode, max_bytes=MAX_BYTES)
        topic, self._next = _stand(store, survey, mapping)
        # the same bytes under another name: they came in by the first
        self.mapping = replace(mapping, source=topic.rpartition("@")[0])
        self._topic, self._topic_id = topic, f"{survey.digest}/{mapping.fingerprint}"
        self._seen = _Occurrences()
        self.report = Report(topic)

    def run(
        self, on_progress: Callable[[Report, int], None] = lambda *_: None, stopped: Callable[[], bool] = lambda: False
    ) -> Report:
        """Take in the rows that no earlier run took in, in batches, until the file ends or `stopped` says so.

        `on_progress` gets the report and the lines that are done, after each batch. Raises RowsRefused where the
        first rows all fail for one reason, Fenced where another import of the file was faster, and what the store
        raises.
        """
        rows = self._ahead(records(self._file, self._survey.form, self.mapping.delimiter))
        while not stopped():
            batch = list(islice(rows, BATCH))
            if not batch:
                self.report.finished = True
                return self.report
            self._take(batch)
            on_progress(self.report, (self._next or 1) - 1)
        return self.report

    def _ahead(self, cuts: Iterator[Cut]) -> Iterator[Cut]:
        """The rows behind the header that are not in the store yet; those before are counted."""
        if self._survey.form == CSV:
            next(cuts, None)
        for cut in cuts:
            if self._next is not None and cut.line < self._next:
                self._seen.count(cut.value)
                self.report.before += 1
            else:
                yield cut

    def _take(self, batch: list[Cut]) -> None:
        read = self._read(batch)
        if self._next is None:
            self._refuse_all_bad(read)
        behind = batch[-1].behind
        step = Advance(self._topic_id, self._next, behind, self._survey.lines + 1)
        taken = self._intake.keep(read, {(self._topic, 0): step})
        self._next = behind
        report = self.report
        report.events += taken.events
        report.duplicates += taken.duplicates
        report.dead_letters += taken.dead_letters
        report.commit = taken.commit or report.commit
        report.reasons.update({reason: count for (_, reason), count in taken.reasons.items()})

    def _read(self, batch: list[Cut]) -> Read:
        """The events of the rows, and the rows that carry none."""
        read = Read([], [], [])
        for cut in batch:
            record = Record(self._topic, self._topic_id, 0, cut.line, None, 0, None, cut.value)
            try:
                read.opened.append(Opened(record, self._event(cut, record)))
            except Unreadable as why:
                read.dead.append(Dead(record, why))
        return read

    def _event(self, cut: Cut, record: Record) -> NewEvent:
        nth = self._seen.count(cut.value)
        if isinstance(cut.cells, Unreadable):
            raise cut.cells
        return opened(self.mapping, self._survey.columns, record, cut.cells, nth, self._decode)

    def _refuse_all_bad(self, read: Read) -> None:
        """Before anything is stored: a mapping that fits no row must not bury a file in dead letters."""
        lines = [one.record.offset for one in read.opened] + [one.record.offset for one in read.dead]
        last = sorted(lines)[:FIRST][-1]
        first = [one for one in read.opened if one.record.offset <= last]
        with self._store.write() as writer:
            judged = judge(writer, first)
        dead = [one for one in read.dead if one.record.offset <= last] + judged.dead
        if not judged.new and not judged.repeated and len({one.why.reason for one in dead}) == 1:
            raise RowsRefused(self._survey.name, len(dead), dead[0].why.reason, dead[0].why.detail)


class _Occurrences:
    """How often a row's very bytes stood in the file before: about 60 MB for a million rows."""

    def __init__(self) -> None:
        self._once, self._again = set[bytes](), Counter[bytes]()

    def count(self, value: bytes) -> int:
        """Count the row, and say how many like it came before."""
        short = sha256(value).digest()[:8]
        if short not in self._once:
            self._once.add(short)
            return 0
        self._again[short] += 1
        return self._again[short]


def _stand(store: EventStore, found: Survey, mapping: FileMapping) -> tuple[str, int | None]:
    """The file's name in the store, and the next line to read; None: nothing of it was read.

    Raises MappedOtherwise where these bytes, or others of this source, came in by another mapping: the same row would
    become another event, and so be there twice.
    """
    stands: dict[str, tuple[str, int]] = {}
    for topic, topic_id, following in store.rows(_FILES, ("%@%",)):
        digest, _, fingerprint = topic_id.partition("/")
        if digest == found.digest or topic.rpartition("@")[0] == mapping.source:
            if fingerprint != mapping.fingerprint:
                raise MappedOtherwise(found.name, topic)
            stands[digest] = topic, following
    return stands.get(found.digest, (f"{mapping.source}@{found.digest[:12]}", None))
