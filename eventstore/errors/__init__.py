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

from eventstore.errors.appends import (
    AnchorsDiffer,
    AnchorsUnusable,
    AppendTooLarge,
    IdConflict,
    IdTaken,
    InvalidEvent,
    LogBroken,
    OneAppendPerCommit,
    PartlyKnown,
    RepeatedId,
    SealsDiffer,
    WrongExpectedVersion,
)
from eventstore.errors.intake import (
    AmbiguousTimes,
    BadMapping,
    BadSettings,
    BrokerFailed,
    Fenced,
    IngestStopped,
    MappedOtherwise,
    NoDeadLetter,
    NoTimes,
    RowsRefused,
    UnknownTopics,
    UnusableFile,
)
from eventstore.errors.models import (
    BadCondition,
    BadProjection,
    CheckpointMoved,
    CodeChanged,
    CodeTouchesMore,
    NotProjected,
    StateTooLarge,
)
from eventstore.errors.root import (
    EventStoreError,
    Unreadable,
)
from eventstore.errors.stores import (
    AppendOnly,
    CommitUnknown,
    ConnectionLost,
    DatabaseError,
    ForeignDatabase,
    InvalidAddress,
    NoStore,
    QueryTooSlow,
    SchemaTooNew,
    SchemaTooOld,
    StoreBusy,
    StoreDamaged,
    StoreFailed,
    StoreFull,
    StoreReadOnly,
    StoreReplaced,
    schema_problem,
)

__all__ = [
    "AmbiguousTimes",
    "AnchorsDiffer",
    "AnchorsUnusable",
    "AppendOnly",
    "AppendTooLarge",
    "BadCondition",
    "BadMapping",
    "BadProjection",
    "BadSettings",
    "BrokerFailed",
    "CheckpointMoved",
    "CodeChanged",
    "CodeTouchesMore",
    "CommitUnknown",
    "ConnectionLost",
    "DatabaseError",
    "EventStoreError",
    "Fenced",
    "ForeignDatabase",
    "IdConflict",
    "IdTaken",
    "IngestStopped",
    "InvalidAddress",
    "InvalidEvent",
    "LogBroken",
    "MappedOtherwise",
    "NoDeadLetter",
    "NoStore",
    "NoTimes",
    "NotProjected",
    "OneAppendPerCommit",
    "PartlyKnown",
    "QueryTooSlow",
    "RepeatedId",
    "RowsRefused",
    "SchemaTooNew",
    "SchemaTooOld",
    "SealsDiffer",
    "StateTooLarge",
    "StoreBusy",
    "StoreDamaged",
    "StoreFailed",
    "StoreFull",
    "StoreReadOnly",
    "StoreReplaced",
    "UnknownTopics",
    "Unreadable",
    "UnusableFile",
    "WrongExpectedVersion",
    "schema_problem",
]
