"""What a store, its address, its database and its schema may refuse."""

from eventstore.errors.root import EventStoreError


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
