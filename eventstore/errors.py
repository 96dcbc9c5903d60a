"""The errors of the library. Arguments are the facts; the text is a sentence that ends with what to do.

EventStoreError
  BadSettings               a settings file that cannot be used as it is
  BadProjection             a module of read models that cannot be used
  UnusableFile              a file that cannot be imported as it is
    NoTimes                 none of its columns holds times
    AmbiguousTimes          its dates have two readings
    RowsRefused             its first rows all fail for one reason
    MappedOtherwise         it was imported by another mapping
  BadMapping                what is said of a file's columns cannot be used
  BrokerFailed              the Kafka broker cannot be reached, or its answer not be read
  UnknownTopics             topics that the broker does not have
  IngestStopped             partitions that go no further until somebody looks
  NoDeadLetter              there is none of that number
  Fenced                    another ingester reads the same partition
  Unreadable                a document, a value or a time that cannot be kept as it is
  InvalidAddress            the address of a store cannot be understood
  NoStore                   nothing there, and this reader makes none
  ForeignDatabase           the database belongs to something else
  SchemaTooNew              a newer release made it
  SchemaTooOld              it must be upgraded first
  DatabaseError             the database refused a statement; its kinds:
    StoreBusy               locked by another writer for too long
    StoreFull               no room left
    StoreReadOnly           its file, server or role forbids writing
    StoreFailed             the disk below reported an error
    StoreDamaged            its file is damaged
    ConnectionLost          the database cannot be reached
    CommitUnknown           the answer to a commit never came
      StoreReplaced         the SQLite files were replaced beneath a writer
    IdTaken                 within a write: another writer stored the id
  QueryTooSlow              stopped at its deadline
  AppendOnly                an attempt to change what is kept for ever
  InvalidEvent              a field of an event cannot be stored
  AppendTooLarge            more events than one append may hold
  OneAppendPerCommit        a write appended twice, or went on after a failed append
  WrongExpectedVersion      somebody appended to the stream since the writer read it
  IdConflict                the id belongs to an event with other content
  RepeatedId                one append names an id twice
  PartlyKnown               only some events of an append are stored already
  LogBroken                 positions that should be sealed are missing
  SealsDiffer               seals were removed or changed: none is added to them
  AnchorsDiffer             the anchor file tells of another history than the store
  AnchorsUnusable           the anchor file cannot be read or written
  StateTooLarge             a fold made a state that is too long to keep
  BadCondition              a condition on a read model that cannot be understood
  NotProjected              no read model of that name was ever projected
  CheckpointMoved           another projector was quicker
  CodeChanged               the code of a read model is not what its build was made by
  CodeTouchesMore           changed code gives other states than those that it was to repair
"""

from collections.abc import Sequence


class EventStoreError(Exception):
    """Any error of this library. Its arguments are the facts, so it survives pickling."""


class Unreadable(EventStoreError):
    """A document, a value or a time that cannot be kept as it is.

    `reason` is a short stable phrase, to group by; `detail` a sentence with the facts.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail

    def __str__(self) -> str:
        return f"Cannot be read ({self.reason}): {self.detail} Correct it where it is written, then send it again."


class DatabaseError(EventStoreError):
    """The database did not do what it was asked. `store` is its address without a password, `detail` its own words."""

    sentence = "The store {store} refused a statement ({detail}). Run `chronoscope status` on it."

    def __init__(self, store: str, detail: str) -> None:
        super().__init__(store, detail)
        self.store, self.detail = store, detail

    def __str__(self) -> str:
        return self.sentence.format(store=self.store, detail=self.detail)


class StoreBusy(DatabaseError):
    """Another writer kept the store locked, or the server had no connection left, for longer than we wait."""

    sentence = (
        "The store {store} is busy ({detail}). Nothing was written; try again, and if it stays so look "
        "for a process that holds a transaction open."
    )


class StoreFull(DatabaseError):
    """There is no room left for the database."""

    sentence = "There is no room for the store {store} ({detail}). Nothing was written; make room, try again."


class StoreReadOnly(DatabaseError):
    """The database, its file or our role does not allow writing."""

    sentence = (
        "The store {store} cannot be written ({detail}). Nothing was written; open it with a role, or "
        "as a user, that may write to it."
    )


class StoreFailed(DatabaseError):
    """The disk below the database reported an error: nothing was acknowledged."""

    sentence = (
        "The disk of the store {store} failed ({detail}). Nothing was written; look at the disk, then "
        "run `chronoscope verify`."
    )


class StoreDamaged(DatabaseError):
    """The database says that its own file is damaged, or it is no database at all."""

    sentence = (
        "The store {store} is damaged or no database ({detail}). Stop writing to it, keep a copy of "
        "the file as it is, and restore a backup."
    )


class ConnectionLost(DatabaseError):
    """The database cannot be reached, or the connection broke before a commit was asked for: nothing was written."""

    sentence = (
        "The database of the store {store} cannot be reached ({detail}). Nothing was written; start it "
        "or correct its address, and try again."
    )


class CommitUnknown(DatabaseError):
    """The answer to a commit never came: it may have been stored, or not."""

    sentence = (
        "The store {store} did not answer whether the commit was stored ({detail}). Append the same "
        "events, with the same ids, again: what was stored is recognised."
    )


class StoreReplaced(CommitUnknown):
    """The SQLite file's write-ahead log was replaced beneath a writer: its last commits may be lost."""

    sentence = (
        "The files of the store {store} were replaced while it was open ({detail}). Stop whatever "
        "copies, moves or opens the database file in a writing process, then append the same events again."
    )


class QueryTooSlow(EventStoreError):
    """A statement was stopped at its deadline."""

    def __init__(self, store: str, seconds: float) -> None:
        super().__init__(store, seconds)
        self.store, self.seconds = store, seconds

    def __str__(self) -> str:
        return f"A question to the store {self.store} was stopped after {self.seconds:g} s. Narrow it and ask again."


class AppendOnly(EventStoreError):
    """A statement tried to change or remove what is kept for ever."""

    def __init__(self, store: str, table: str) -> None:
        super().__init__(store, table)
        self.store, self.table = store, table

    def __str__(self) -> str:
        return (
            f"The rows of {self.table} in the store {self.store} are never changed or removed. Append an event that "
            "corrects the earlier one."
        )


class InvalidAddress(EventStoreError):
    """The address of a store cannot be understood. The address itself is left out: it may hold a password."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"The store's address cannot be used: {self.reason}. Write sqlite:///file.db or "
            "postgresql+psycopg://user:password@host/database, with special characters in the password as %XX."
        )


class NoStore(EventStoreError):
    """There is no event store at the address, and this reader makes none."""

    def __init__(self, store: str) -> None:
        super().__init__(store)
        self.store = store

    def __str__(self) -> str:
        return (
            f"There is no event store at {self.store}. Run `chronoscope seed` or `chronoscope ingest` to begin one, or "
            "name another with --database."
        )


class ForeignDatabase(EventStoreError):
    """The database holds tables, but no event store: nothing was made in it."""

    def __init__(self, store: str, table: str) -> None:
        super().__init__(store, table)
        self.store, self.table = store, table

    def __str__(self) -> str:
        return f"{self.store} belongs to something else: it holds {self.table!r}. Name an empty database instead."


class SchemaTooNew(EventStoreError):
    """A newer release made or upgraded this store."""

    def __init__(self, store: str, schema: int, known: int) -> None:
        super().__init__(store, schema, known)
        self.store, self.schema, self.known = store, schema, known

    def __str__(self) -> str:
        return (
            f"The store {self.store} has schema {self.schema}, this release knows schemas up to {self.known}. "
            "Install the release that made it, or a newer one."
        )


class SchemaTooOld(EventStoreError):
    """The store must be upgraded first, and not by this opener."""

    def __init__(self, store: str, schema: int, needed: int) -> None:
        super().__init__(store, schema, needed)
        self.store, self.schema, self.needed = store, schema, needed

    def __str__(self) -> str:
        return (
            f"The store {self.store} has schema {self.schema}, this release needs {self.needed}. Run "
            "`chronoscope migrate` (on PostgreSQL with the owner's address)."
        )


def schema_problem(store: str, schema: int, known: int) -> SchemaTooNew | SchemaTooOld:
    """The error for a store whose schema is not the one that this release knows."""
    return (SchemaTooOld if schema < known else SchemaTooNew)(store, schema, known)


class InvalidEvent(EventStoreError):
    """A field of an event cannot be stored as it is."""

    def __init__(self, event_id: str, field: str, reason: str) -> None:
        super().__init__(event_id, field, reason)
        self.event_id, self.field, self.reason = event_id, field, reason

    def __str__(self) -> str:
        return f"The {self.field} of event {self.event_id!r} {self.reason}. Correct it where the event is made."


class AppendTooLarge(EventStoreError):
    """More events than one append may hold."""

    def __init__(self, events: int, limit: int) -> None:
        super().__init__(events, limit)
        self.events, self.limit = events, limit

    def __str__(self) -> str:
        return f"An append holds {self.events:,} events, the limit is {self.limit:,}. Append them in several commits."


class OneAppendPerCommit(EventStoreError):
    """A write transaction appended twice, or went on after an append that failed: nothing of it was written."""

    def __init__(self, store: str) -> None:
        super().__init__(store)
        self.store = store

    def __str__(self) -> str:
        return (
            f"A write to the store {self.store} appended twice, or ended well after a failed append. Nothing was "
            "written; hand all its events to one append, and let its errors out of the `with` block."
        )


class WrongExpectedVersion(EventStoreError):
    """Somebody appended to the stream since the writer read it."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(stream, expected, actual)
        self.stream, self.expected, self.actual = stream, expected, actual

    def __str__(self) -> str:
        return (
            f"{self.stream} is at version {self.actual}, the append expected {self.expected}. Read it after version "
            f"{self.expected}, decide again, and retry."
        )


class IdConflict(EventStoreError):
    """The id belongs to an event with other content."""

    def __init__(self, event_id: str, position: int) -> None:
        super().__init__(event_id, position)
        self.event_id, self.position = event_id, position

    def __str__(self) -> str:
        return (
            f"Event id {self.event_id!r} is stored at position {self.position} with other content. Give the new fact "
            "an id of its own."
        )


class RepeatedId(EventStoreError):
    """One append names an id twice."""

    def __init__(self, event_id: str) -> None:
        super().__init__(event_id)
        self.event_id = event_id

    def __str__(self) -> str:
        return f"Event id {self.event_id!r} stands twice in one append. Leave one of the two out."


class PartlyKnown(EventStoreError):
    """Some events of an append are stored already and others are not, so it is not a repetition of an earlier one."""

    def __init__(self, known: int, events: int, event_id: str, position: int) -> None:
        super().__init__(known, events, event_id, position)
        self.known, self.events, self.event_id, self.position = known, events, event_id, position

    def __str__(self) -> str:
        return (
            f"{self.known} of {self.events} events of the append are stored already, {self.event_id!r} at position "
            f"{self.position}. Append only those that are new."
        )


class IdTaken(DatabaseError):
    """Within a write: an id of the append was stored by another writer, or is stored already."""

    sentence = (
        "An id of the append is stored in {store} already ({detail}). Nothing was written; ask `known` "
        "in a new write, and append only those that are new."
    )


class BadSettings(EventStoreError):
    """A settings file that is not there, cannot be parsed, or says something that has no meaning."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(file, problem)
        self.file, self.problem = file, problem

    def __str__(self) -> str:
        return f"The settings in {self.file} cannot be used: {self.problem}. Correct that line and start again."


class BadProjection(EventStoreError):
    """A module of read models that is missing, raises while it is loaded, or defines none."""

    def __init__(self, module: str, problem: str) -> None:
        super().__init__(module, problem)
        self.module, self.problem = module, problem

    def __str__(self) -> str:
        return (
            f"The read models in {self.module} cannot be used: {self.problem}. Correct it, or its name in "
            "`projections` of the settings, and start again."
        )


class Fenced(EventStoreError):
    """Another ingester has moved a partition on: this one's batch was not stored.

    `expected` is the offset at which this one began, None: it thought the partition new; `actual` where it stands,
    None: it is gone. `recreated`: the other one reads a later topic of the same name.
    """

    def __init__(self, topic: str, partition: int, expected: int | None, actual: int | None, recreated: bool) -> None:  # noqa: FBT001 - a fact
        super().__init__(topic, partition, expected, actual, recreated)
        self.topic, self.partition, self.expected, self.actual = topic, partition, expected, actual
        self.recreated = recreated

    def __str__(self) -> str:
        began = "as a new partition" if self.expected is None else f"at offset {self.expected}"
        stands = "is no longer kept" if self.actual is None else f"stands at offset {self.actual}"
        other = " of a topic made anew" if self.recreated else ""
        return (
            f"Another ingester reads {self.topic}, partition {self.partition}: this one began {began}, the store "
            f"{stands}{other}. Nothing of this batch was stored; leave one ingester running for each partition."
        )


class LogBroken(EventStoreError):
    """Positions that should be sealed are missing, so they are not sealed."""

    def __init__(self, store: str, first: int, last: int) -> None:
        super().__init__(store, first, last)
        self.store, self.first, self.last = store, first, last

    def __str__(self) -> str:
        return (
            f"The store {self.store} lacks events between positions {self.first} and {self.last}; nothing was sealed. "
            "Run `chronoscope verify`, and restore what it names from a backup."
        )


class SealsDiffer(EventStoreError):
    """The seals end elsewhere than where the last one was set: some were removed or changed."""

    def __init__(self, store: str, sealed: int, checkpoint: int) -> None:
        super().__init__(store, sealed, checkpoint)
        self.store, self.sealed, self.checkpoint = store, sealed, checkpoint

    def __str__(self) -> str:
        return (
            f"The seals of the store {self.store} end at position {self.sealed}, they were set up to "
            f"{self.checkpoint}; nothing was sealed. Run `chronoscope verify`."
        )


class AnchorsDiffer(EventStoreError):
    """The last line of the anchor file is no seal of this store."""

    def __init__(self, store: str, anchors: str, seal: int) -> None:
        super().__init__(store, anchors, seal)
        self.store, self.anchors, self.seal = store, anchors, seal

    def __str__(self) -> str:
        return (
            f"Seal {self.seal} in the anchor file {self.anchors} is not that of the store {self.store}; nothing was "
            "anchored. Run `chronoscope verify`; name another file if it belongs to another store."
        )


class AnchorsUnusable(EventStoreError):
    """The anchor file cannot be read or written."""

    def __init__(self, anchors: str, detail: str) -> None:
        super().__init__(anchors, detail)
        self.anchors, self.detail = anchors, detail

    def __str__(self) -> str:
        return (
            f"The anchor file {self.anchors} cannot be used ({self.detail}). Seals are kept in the store and are "
            "anchored later; correct the path or its permissions."
        )


class NoDeadLetter(EventStoreError):
    """There is no dead letter of that number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return f"There is no dead letter {self.number}. `chronoscope dead-letters list` shows those that there are."


class BrokerFailed(EventStoreError):
    """The Kafka broker cannot be reached, or what it answers cannot be understood."""

    def __init__(self, servers: str, detail: str) -> None:
        super().__init__(servers, detail)
        self.servers, self.detail = servers, detail

    def __str__(self) -> str:
        return (
            f"Kafka at {self.servers} cannot be read ({self.detail}). Start the broker or correct its address; reading "
            "goes on by itself."
        )


class UnknownTopics(EventStoreError):
    """Topics that the broker does not have."""

    def __init__(self, servers: str, topics: Sequence[str]) -> None:
        super().__init__(servers, topics)
        self.servers, self.topics = servers, topics

    def __str__(self) -> str:
        named = ", ".join(self.topics)
        return f"Kafka at {self.servers} has no topic {named}. Make it, or correct its name (case counts)."


class IngestStopped(EventStoreError):
    """Partitions that go no further. Nothing of them was skipped: a new start reads on where they stand.

    `reasons` says why, one sentence each.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return f"Ingest stopped. {' '.join(self.reasons)} Mend that, then start ingest again."


class StateTooLarge(EventStoreError):
    """A fold made a state that is too long to keep; it parks its key."""

    def __init__(self, projection: str, size: int, limit: int) -> None:
        super().__init__(projection, size, limit)
        self.projection, self.size, self.limit = projection, size, limit

    def __str__(self) -> str:
        return (
            f"{self.projection} made a state of {self.size:,} characters, the limit is {self.limit:,}. Let its folds "
            f"keep what is asked for, not all that came, then run `chronoscope heal {self.projection}`."
        )


class BadCondition(EventStoreError):
    """A condition that cannot be understood from the character `at` on, counted from 0."""

    def __init__(self, text: str, at: int, problem: str) -> None:
        super().__init__(text, at, problem)
        self.text, self.at, self.problem = text, at, problem

    def __str__(self) -> str:
        return f"{self.text!r} is no condition at character {self.at + 1}: {self.problem}. Write it like status = paid."


class NotProjected(EventStoreError):
    """No read model of that name was ever projected in this store. `known` are those that were."""

    def __init__(self, projection: str, known: tuple[str, ...]) -> None:
        super().__init__(projection, known)
        self.projection, self.known = projection, known

    def __str__(self) -> str:
        known = f"It has {', '.join(self.known)}." if self.known else "It has none yet."
        return (
            f"The store has no read model {self.projection!r}. {known} Name its module in `projections` of the "
            "settings, then run `chronoscope project`."
        )


class CheckpointMoved(EventStoreError):
    """Another projector moved a build on first: nothing of this batch was written."""

    def __init__(self, projection: str, build: int, expected: int) -> None:
        super().__init__(projection, build, expected)
        self.projection, self.build, self.expected = projection, build, expected

    def __str__(self) -> str:
        return (
            f"Build {self.build} of {self.projection} no longer stands at position {self.expected}: another projector "
            "moved it on. Nothing of this batch was written; it goes on from where that one is."
        )


class CodeChanged(EventStoreError):
    """The code of a read model is not what its build was made by."""

    def __init__(self, projection: str, build: int) -> None:
        super().__init__(projection, build)
        self.projection, self.build = projection, build

    def __str__(self) -> str:
        return (
            f"Build {self.build} of {self.projection} was made by other code. If the change only repairs what was "
            f"parked, run `chronoscope heal {self.projection} --accept-code`; else `chronoscope project` makes a new "
            "build beside it."
        )


class CodeTouchesMore(EventStoreError):
    """Changed code gives other states than those that it was to repair. `key` is one such, from `position` on."""

    def __init__(self, projection: str, key: str, position: int) -> None:
        super().__init__(projection, key, position)
        self.projection, self.key, self.position = projection, key, position

    def __str__(self) -> str:
        return (
            f"The changed code of {self.projection} also changes {self.key!r}, which was not parked, from the event at "
            f"position {self.position} on. Nothing was written. Run `chronoscope project`: it makes a new build."
        )


class UnusableFile(EventStoreError):
    """A file that holds no rows which could be imported. Nothing was stored."""

    def __init__(self, file: str, problem: str, remedy: str) -> None:
        super().__init__(file, problem, remedy)
        self.file, self.problem, self.remedy = file, problem, remedy

    def __str__(self) -> str:
        return f"{self.file} cannot be imported: {self.problem}. {self.remedy}"


class NoTimes(UnusableFile):
    """No column says when its rows happened; or the one that was named does not."""

    def __init__(self, file: str, named: str, columns: Sequence[str]) -> None:
        said = f"the column {named!r} holds no times" if named else "no column holds times"
        super().__init__(file, f"{said} (columns: {', '.join(columns)})", "Name the one that does with --time COLUMN.")
        self.named, self.columns = named, columns
        self.args = (file, named, columns)


class AmbiguousTimes(UnusableFile):
    """The times of a column can be read in two ways, and the first rows do not show which is meant."""

    def __init__(self, column: str, text: str, one: str, other: str) -> None:
        remedy = f'Say which with --time-format "{one}" or --time-format "{other}".'
        super().__init__("The file", f"{text!r} in {column} may be a time as {one} or as {other}", remedy)
        self.args = (column, text, one, other)


class RowsRefused(UnusableFile):
    """The first rows of a file all fail for one reason, so the reason is not in the rows."""

    def __init__(self, file: str, rows: int, reason: str, detail: str) -> None:
        problem = f"its first {rows:,} rows all fail for one reason ({reason}: {detail.rstrip('.')})"
        super().__init__(file, problem, "Nothing was stored; look at --show-mapping and correct what it says.")
        self.args = (file, rows, reason, detail)


class MappedOtherwise(UnusableFile):
    """These bytes, or others of this source, were imported by another mapping: `earlier` names them in the store."""

    def __init__(self, file: str, earlier: str) -> None:
        problem = f"{earlier} came in by another mapping, so that rows of both would be there twice"
        remedy = "Give the mapping of the first time with --map; if it is another file, name it with --source."
        super().__init__(file, problem, remedy)
        self.args = (file, earlier)


class BadMapping(EventStoreError):
    """What is said of a file's columns has no meaning, or does not fit the file."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(file, problem)
        self.file, self.problem = file, problem

    def __str__(self) -> str:
        return f"The mapping of {self.file} cannot be used: {self.problem}. Option --show-mapping prints one to edit."
