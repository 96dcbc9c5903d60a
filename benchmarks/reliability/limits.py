"""S14: the store is locked, read-only, slow, cut off or out of connections: a typed error in bounded time."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

import psycopg

from benchmarks.ground import Ground
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import event
from eventstore import EventStore, errors
from eventstore.databases import database, postgresql, sqlite

BOUND = 0.3
"""Seconds to which every limit of the store is set here."""

ASLEEP = 1.0
"""Seconds after which a writer that does nothing in its transaction is ended: longer than others wait for a lock."""

LATE = 3.0
"""Seconds after which the answer came too late, on a busy machine too."""

Case = Callable[[str], tuple[type[Exception] | None, float]]
"""Makes one kind of trouble for the store at an address; the error that came, and after how many seconds."""


@contextmanager
def short_limits() -> Iterator[None]:
    """The store's limits, as constants of its modules, in a length that can be waited for."""
    names = ("BUSY_TIMEOUT", "LOCK_TIMEOUT", "POOL_TIMEOUT", "READ_DEADLINE", "IDLE_TIMEOUT")
    modules = (database, sqlite, postgresql)
    changed = [(module, name) for module in modules for name in names if hasattr(module, name)]
    with ExitStack() as stack:
        for module, name in changed:
            stack.callback(setattr, module, name, getattr(module, name))
            setattr(module, name, ASLEEP if name == "IDLE_TIMEOUT" else BOUND)
        yield


def s14(ground: Ground) -> Iterator[Figure]:
    """Each trouble alone; the right error, in time, and the store works again afterwards."""
    with short_limits():
        if "SQLite" in ground.present:
            naive = "a deferred BEGIN that reads, then writes; timeout 5 s"
            yield _figure("SQLite", ground.sqlite, SQLITE, naive, _upgrade)
        if "PostgreSQL" in ground.present:
            naive = "a driver without limits behind a locked row"
            yield _figure("PostgreSQL", lambda: ground.database().url, POSTGRESQL, naive, _wait_for_ever)


def _figure(
    place: str, fresh: Callable[[], str], cases: dict[Case, type[Exception] | None], naive: str, control: Case
) -> Figure:
    harms = {"wrong errors": 0, "late": 0, "broken afterwards": 0}
    for case, expected in cases.items():
        url = fresh()
        EventStore.open(url).close()
        error, seconds = case(url)
        harms["wrong errors"] += error is not expected
        harms["late"] += seconds > LATE
        harms["broken afterwards"] += not _works(url)
    url = fresh()
    EventStore.open(url).close()
    error, seconds = control(url)
    told = ", ".join(case.__name__.strip("_").replace("_", " ") for case in cases)
    return Figure(
        name="S14",
        place=place,
        did=f"{len(cases)} kinds of trouble, limits set to {BOUND:g} and {ASLEEP:g} s: {told}",
        harms=harms,
        control=f"{naive} ({getattr(error, '__name__', 'no answer')} after {seconds:.2f} s)",
        control_harms={"wrong": int(error is None or seconds < BOUND)},
    )


def _timed(action: Callable[[], object]) -> tuple[type[Exception] | None, float]:
    start = time.monotonic()
    try:
        action()
    except (errors.EventStoreError, sqlite3.Error, psycopg.Error) as error:
        return type(error), time.monotonic() - start
    return None, time.monotonic() - start


def _works(url: str) -> bool:
    with EventStore.open(url) as store:
        before = store.head().position
        store.append([event(f"proof#s14/after-{before}")])
        return store.head().position == before + 1


def _locked_by_another_writer(url: str) -> tuple[type[Exception] | None, float]:
    """Readers must go on meanwhile."""
    with EventStore.open(url) as store, EventStore.open(url) as other, other.write() as writer:
        writer.append([event("proof#s14/other")])
        found = _timed(lambda: store.append([event("proof#s14/mine")]))
        list(store.read_all())
        return found


def _opened_to_read(url: str) -> tuple[type[Exception] | None, float]:
    with EventStore.open(url, read_only=True) as store:
        return _timed(lambda: store.append([event("proof#s14/mine")]))


def _a_question_that_takes_too_long(url: str) -> tuple[type[Exception] | None, float]:
    endless = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "postgresql": "SELECT count(*) FROM generate_series(1, 100000000000)",
    }
    with EventStore.open(url, read_only=True) as store:
        found = _timed(lambda: store.rows(endless[url.partition(":")[0].partition("+")[0]]))
        store.head()
        return found


def _no_connection_left(url: str) -> tuple[type[Exception] | None, float]:
    with EventStore.open(url) as store, ExitStack() as stack:
        with suppress(errors.StoreBusy):
            for _ in range(100):
                stack.enter_context(store.database.session())
        return _timed(store.head)


def _connections_that_died(url: str) -> tuple[type[Exception] | None, float]:
    """What a restarted server leaves in a pool: the next append must notice, and not fail."""
    with EventStore.open(url) as store:
        store.append([event("proof#s14/before")])
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()""")
        return _timed(lambda: store.append([event("proof#s14/mine")]))


def _a_writer_that_fell_asleep(url: str) -> tuple[type[Exception] | None, float]:
    """It holds the counter's row; the server ends it, others append, and its own commit is refused."""
    with EventStore.open(url) as store, EventStore.open(url) as other:

        def sleep() -> None:
            with store.write() as writer:
                writer.append([event("proof#s14/asleep")])
                _until_it_works(other)

        return _timed(sleep)


def _until_it_works(store: EventStore) -> None:
    for attempt in range(20):
        with suppress(errors.StoreBusy):
            store.append([event(f"proof#s14/other-{attempt}")])
            return
    raise errors.StoreBusy("the other", "it never got the lock")


def _upgrade(url: str) -> tuple[type[Exception] | None, float]:
    """Another writes between the read and the write: refused at once, whatever the timeout."""
    path = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as naive, EventStore.open(url) as store:
        naive.execute("BEGIN")
        naive.execute("SELECT position FROM counter").fetchall()
        store.append([event("proof#s14/between")])
        return _timed(lambda: naive.execute("UPDATE counter SET position = position"))


def _wait_for_ever(url: str) -> tuple[type[Exception] | None, float]:
    """Whether a plain driver still waits after a second behind a writer that holds the counter."""
    answers: list[tuple[type[Exception] | None, float]] = []
    address = url.replace("+psycopg", "")
    with psycopg.connect(address) as holder, psycopg.connect(address) as naive:
        holder.execute("UPDATE counter SET position = position")
        update = lambda: naive.execute("UPDATE counter SET position = position")  # noqa: E731
        waiting = threading.Thread(target=lambda: answers.append(_timed(update)))
        waiting.start()
        waiting.join(1.0)
        still = waiting.is_alive()
        holder.rollback()
        waiting.join()
    return (None, 1.0) if still else answers[0]


SQLITE: dict[Case, type[Exception] | None] = {
    _locked_by_another_writer: errors.StoreBusy,
    _opened_to_read: errors.StoreReadOnly,
    _a_question_that_takes_too_long: errors.QueryTooSlow,
    _no_connection_left: errors.StoreBusy,
}
POSTGRESQL: dict[Case, type[Exception] | None] = {
    **SQLITE,
    _connections_that_died: None,
    _a_writer_that_fell_asleep: errors.ConnectionLost,
}
