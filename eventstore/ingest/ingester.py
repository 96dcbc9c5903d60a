"""The ingester: reads topics of a real broker into the store, through everything that may go wrong on the way."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event

from kafka.errors import CorruptRecordError, KafkaError

from eventstore.core.event import Micros
from eventstore.errors import (
    BrokerFailed,
    CommitUnknown,
    ConnectionLost,
    EventStoreError,
    Fenced,
    IngestStopped,
    StoreBusy,
    StoreFailed,
    StoreFull,
    StoreReadOnly,
    StoreReplaced,
    UnknownTopics,
)
from eventstore.ingest import corruption
from eventstore.ingest.connection import Connection
from eventstore.ingest.following import Following
from eventstore.ingest.intake import Intake
from eventstore.ingest.reporting import OnProgress, Reporter
from eventstore.ingest.stops import Stops
from eventstore.store import EventStore

MERGE_WINDOW: Micros = 60_000_000
"""The default of how far a partition may run ahead of the slowest while catching up."""

PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts; the last one for ever."""

RETRIED = (
    *(KafkaError, BrokerFailed, OSError),
    *(StoreBusy, StoreFull, StoreReadOnly, StoreFailed, ConnectionLost, CommitUnknown),
)
"""Errors of the infrastructure: they pass, and what was not stored is read again."""


class Ingester:
    """Reads topics into the store. One per partition at a time: a second one is fenced."""

    def __init__(
        self,
        store: EventStore,
        intake: Intake,
        servers: str,
        topics: Sequence[str],
        *,
        merge_window: Micros = MERGE_WINDOW,
    ) -> None:
        self._store, self._intake, self._servers, self._topics = store, intake, servers, list(topics)
        self._window = merge_window

    def run(self, *, until_end: bool = False, stop: Event | None = None, on_progress: OnProgress | None = None) -> None:
        """Read until `stop` is set, or with `until_end` as far as the topics reach when it begins.

        The running transaction is always finished. Errors of the broker or the database are shown and retried for
        ever. Raises Fenced where another ingester reads the same partitions, UnknownTopics with `until_end`,
        IngestStopped at the end if partitions had to be left behind, and whatever else is no matter of waiting.
        """
        report = Reporter(self._store, self._servers, self._topics, on_progress)
        try:
            with _settled_garbage():
                self._persist(report, stop or Event(), until_end=until_end)
        except Fenced as error:
            report.trouble("fenced", error)
            raise
        except EventStoreError as error:
            report.trouble("failed", error)
            raise
        report.ended()

    def _persist(self, report: Reporter, stop: Event, *, until_end: bool) -> None:
        """Read over one connection after the other."""
        attempts, stops = 0, None
        while not stop.is_set():
            before = report.progress.messages
            try:
                stops = stops or Stops(self._store, self._topics)
                if self._connected(stops, report, stop, until_end=until_end):
                    break
            except StoreReplaced:
                raise
            except (*RETRIED, UnknownTopics) as error:
                if until_end and isinstance(error, UnknownTopics):
                    raise
                report.trouble("retrying", _named(error, self._servers))
                attempts = 0 if report.progress.messages > before else attempts + 1
                stop.wait(PAUSES[min(attempts, len(PAUSES) - 1)])
        if stops is not None and stops.reasons:
            raise IngestStopped(stops.sentences())

    def _connected(self, stops: Stops, report: Reporter, stop: Event, *, until_end: bool) -> bool:
        """One connection's life; True: there is no more to do."""
        with Connection(self._servers) as connection:
            following = Following(connection, self._store, self._intake, self._topics, self._window)
            try:
                return following.run(stops, report, stop, until_end=until_end)
            except CorruptRecordError as error:
                report.trouble("retrying", _named(error, self._servers))
                corruption.pass_over(self._servers, self._store, following.reading())
        return False


def _named(error: Exception, servers: str) -> Exception:
    """The error as a sentence of ours."""
    if isinstance(error, KafkaError | OSError):
        return BrokerFailed(servers, f"{type(error).__name__}: {error}")
    return error


@contextmanager
def _settled_garbage() -> Iterator[None]:
    """Without full collections over the documents of each batch, which are freed by their counts anyway."""
    thresholds = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
