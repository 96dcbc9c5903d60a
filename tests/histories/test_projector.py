"""The projector: however the log is cut into batches, its rows are those of the pure function, its roll-ups add up."""

from typing import Any

import pytest
from hypothesis import given, settings

from eventstore.core.history import LONG_KEY, history
from eventstore.projector import Projector
from eventstore.store import EventStore
from tests.histories import projected
from tests.histories.declared import as_told
from tests.histories.logs import Log, of_key, several, traced
from tests.histories.pure import keys_of
from tests.store.fresh import fresh_store

EVERYTHING = 10_000
EXAMPLES = max(4, settings().max_examples // 25)
"""Of several logs each."""


def pure(store: EventStore, long_key: int) -> dict[str, Any]:
    """What the pure function says of each key."""
    log = list(store.read_all())
    return {key: as_told(history(traced, of_key(log, key), long_key=long_key)) for key in keys_of(log)}


def check(url: str, log: Log, *, batch: int, long_key: int, live: bool) -> None:
    with fresh_store(url) as store:
        projector = Projector(store, [traced], batch=batch, long_key=long_key)
        for commit in log:
            store.append(commit)
            if live:
                projector.catch_up()
        projector.catch_up()
        assert projected.table(store) == pure(store, long_key)
        assert projected.rollup(store) == projected.recounted(store)


@pytest.mark.parametrize("long_key", [1, LONG_KEY])
@pytest.mark.parametrize("batch", [1, 7, EVERYTHING])
def test_rows_are_those_of_the_pure_function(database_url: str, batch: int, long_key: int) -> None:
    @settings(max_examples=EXAMPLES)
    @given(several)
    def run(log: Log) -> None:
        check(database_url, log, batch=batch, long_key=long_key, live=False)

    run()


@pytest.mark.parametrize("long_key", [1, LONG_KEY])
def test_rows_are_the_same_where_it_follows_live(database_url: str, long_key: int) -> None:
    @settings(max_examples=EXAMPLES)
    @given(several)
    def run(log: Log) -> None:
        check(database_url, log, batch=7, long_key=long_key, live=True)

    run()
