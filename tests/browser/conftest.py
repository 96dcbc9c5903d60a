"""Pages in a real browser over a store whose every text is hostile."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from eventstore import EventStore, Projector, load
from eventstore.settings import Settings
from tests import given
from tests.browser.pages import Window, fresh
from tests.browser.served import dashboard

EVIL = "http://evil.example/beacon"

VECTORS = (
    "<script>window.__xss=1</script>",
    f"<img src={EVIL} onerror=window.__xss=2>",
    "<svg onload=window.__xss=3>",
    f"![a]({EVIL}.png)",
    f"[click](javascript:window.__xss=4) [b]({EVIL})",
    "<style>*{display:none}</style>",
    f"<iframe srcdoc='<script>top.__xss=5</script>' src={EVIL}></iframe>",
    f'"><a href="javascript:window.__xss=6">x</a><link rel=stylesheet href={EVIL}>',
    f"$\\href{{javascript:window.__xss=7}}{{x}}$ :red[x] :smile: <b>x</b> `{EVIL}`",
    "{{constructor.constructor('window.__xss=8')()}}",
    "%{x}<br>\u202egnirts\x1b[31m",
)


def fill(path: Path) -> None:
    """Orders whose texts are the vectors: types, streams, ids, payloads, metadata, and messages that were no events."""
    with EventStore.open(f"sqlite:///{path}") as store:
        for number, vector in enumerate(VECTORS, start=1):
            store.append(
                [
                    given.event(
                        stream,
                        type_,
                        {"order_id": str(number), vector: vector, "status": vector, "items": [{"name": vector}]},
                        given.NOON + number * 60 * given.SECOND,
                        category=category,
                        id=f"{vector}-{number}-{place}",
                        metadata={"note": vector},
                        correlation_id=vector,
                        causation_id=f"{vector}-{number}-0" if place == 3 else None,
                    )
                    for place, (stream, type_, category) in enumerate(
                        [
                            (f"order-{number}", "Order Created", "order"),
                            (f"order-{number}", vector, "order"),
                            (f"order-{vector}", "Order Created", vector),
                            (f"order-{number}", "Order Paid", "order"),
                        ]
                    )
                ]
            )
        with store.write() as writer:
            source = writer.source("kafka", VECTORS[1], "topic-id")
            writer.executemany(
                'INSERT INTO dead_letters (source, partition, "offset", timestamp, timestamp_type, key, value, '
                "headers, reason, detail, recorded_at) VALUES (?, 0, ?, 1, 0, ?, ?, NULL, ?, ?, 1)",
                [(source, at, v.encode(), v.encode(), v, v) for at, v in enumerate(VECTORS)],
            )
            writer.execute(
                "INSERT INTO ingesters VALUES (?, 'retrying', ?, ?, 1, 1, NULL, 0.0, ?, 1)", (*VECTORS[:3], VECTORS[1])
            )

        Projector(store, load(Settings().projections)).catch_up()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store's file."""
    path = tmp_path_factory.mktemp("served") / "shop.db"
    fill(path)
    return path


@pytest.fixture(scope="session")
def served(shop: Path) -> Iterator[str]:
    """The dashboard's address."""
    with dashboard(shop) as address:
        yield address


@pytest.fixture
def window(chromium: Browser, served: str) -> Iterator[Window]:
    """A fresh window; at the end it asked nobody else, ran nothing foreign, and logged no error."""
    with fresh(chromium, served, timezone_id="America/New_York") as opened:
        yield opened
