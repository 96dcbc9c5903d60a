"""S3: the answer to a commit is lost, and the writer appends again."""

from collections.abc import Callable, Iterator
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import psycopg

from benchmarks.ground import Ground
from benchmarks.reliability import oracle
from benchmarks.reliability.figure import Figure
from benchmarks.reliability.given import events
from benchmarks.reliability.oracle import Batch
from benchmarks.reliability.proxy import Proxy
from eventstore.errors import EventStoreError
from eventstore.store import EventStore

TRIES = 5


def s3(ground: Ground) -> Iterator[Figure]:
    """A proxy cuts each COMMIT's answer once; the writer retries with the same ids."""
    cuts, url = ground.times(30, 6), ground.database().url
    EventStore.open(url).close()
    asked = [Batch("s3", number, 1 + number % 3 * 60) for number in range(cuts)]
    with _through_proxy(ground, url) as door:
        heard = _append_through(door, asked)
    ids = [row.id for row in oracle.rows(url)]
    yield Figure(
        name="S3",
        place="PostgreSQL",
        did=f"{door.proxy.cuts} answers to COMMIT cut ({heard} errors reached the writer), the same ids sent again",
        harms={
            "lost": oracle.lost(asked, ids),
            "doubled": len(ids) - sum(batch.size for batch in asked),
        },
        flaws={"cuts missing": cuts - door.proxy.cuts},
        control="new ids on the retry",
        control_harms={"doubled": _control(ground, cuts)},
    )


class _through_proxy:  # noqa: N801 - reads as a with-statement
    """The way to a database through a proxy of its own."""

    def __init__(self, ground: Ground, url: str) -> None:
        self.proxy = Proxy(ground.postgres_port)
        self.url = through(url, self.proxy.port)

    def __enter__(self) -> "_through_proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.proxy.close()


def through(url: str, port: int) -> str:
    """The same database behind another port, without encryption, so that the proxy can read along."""
    parts = urlsplit(url)
    place = f"{parts.netloc.rpartition(':')[0]}:{port}"
    return urlunsplit(parts._replace(netloc=place, query="sslmode=disable&gssencmode=disable"))


def _append_through(door: _through_proxy, asked: list[Batch]) -> int:
    """How many errors the writer saw; each batch is sent again, as it is, until the store has answered."""
    heard = 0
    with EventStore.open(door.url) as store:
        for batch in asked:
            door.proxy.cut_after(batch.ids()[0])
            new = events(batch)
            heard += until_answered(lambda new=new: store.append(new))  # type: ignore[misc]
    return heard


def until_answered(append: Callable[[], object]) -> int:
    """The number of failures before the append succeeded."""
    for failures in count():
        try:
            append()
        except (EventStoreError, psycopg.Error):
            if failures == TRIES:
                raise
        else:
            return failures
    raise AssertionError("unreachable: the last try returns or raises")


def _control(ground: Ground, cuts: int) -> int:
    url = ground.database().url
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        server.execute("CREATE TABLE naive (id text PRIMARY KEY, what text NOT NULL)")
    with _through_proxy(ground, url) as door:
        for number in range(cuts):
            _insert_with_new_ids(door, f"cut-{number}")
    stored = [str(what) for (what,) in oracle.select(url, "SELECT what FROM naive")]
    return oracle.doubled(stored)


def _insert_with_new_ids(door: _through_proxy, what: str) -> None:
    door.proxy.cut_after(what)
    for again in range(TRIES):
        try:
            with psycopg.connect(door.url.replace("+psycopg", "")) as server:
                server.execute("INSERT INTO naive VALUES (%s, %s)", (f"{what}-{again}", what))
        except psycopg.OperationalError:
            continue
        return
