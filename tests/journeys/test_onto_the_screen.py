"""Three messages, exactly as producers send them, go through a real broker into the store and onto the screen."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaProducer
from kafka.admin import NewTopic
from playwright.sync_api import Browser

from tests.browser.pages import Window
from tests.browser.served import dashboard
from tests.parts.kafka import kafka

LOG = b'{"test1": 1}'
SHORT = b'{"event": "Order Created", "data": {"order:id": 123}}'
LONG = (
    b'{"name": "OrderCreated", "data": {"order": {"order_id": "8d2f", "user_id": "u-7", "items": ["i-1"], '
    b'"total": 10.0, "status": "Created"}}}'
)

pytestmark = [pytest.mark.real("kafka"), pytest.mark.real("chromium")]


def chronoscope(folder: Path, *words: str) -> str:
    """What the command prints, with the settings that hold for everybody who set none."""
    command = [sys.executable, "-m", "app", *words, "--database", f"sqlite:///{folder / 'shop.db'}"]
    ended = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture
def ingested(tmp_path: Path) -> Path:
    """The folder of a store that has read the three messages from `orders` and `logs` of a broker of its own."""
    with kafka() as own:
        with closing(own.admin()) as admin:
            admin.create_topics([NewTopic("orders", 1, 1), NewTopic("logs", 1, 1)])
        with closing(KafkaProducer(bootstrap_servers=own.servers)) as producer:
            for topic, value in (("logs", LOG), ("orders", SHORT), ("orders", LONG)):
                producer.send(topic, value).get(timeout=30)
        chronoscope(tmp_path, "ingest", "--topics", "orders,logs", "--servers", own.servers, "--until-end")
    return tmp_path


@pytest.fixture
def window(chromium: Browser, ingested: Path) -> Iterator[Window]:
    """A browser on the dashboard of that store."""
    with dashboard(ingested / "shop.db") as address, closing(chromium.new_context()) as context:
        yield Window(context.new_page(), address)


def test_each_is_in_the_store_and_on_the_screen_and_the_orders_states_are_right(ingested: Path, window: Window) -> None:
    stored = [json.loads(line) for line in chronoscope(ingested, "events", "--json").splitlines()]
    assert {one["stream"]: (one["category"], one["type"]) for one in stored} == {
        "log-partition-0": ("log", "Log Written"),
        "order-123": ("order", "Order Created"),
        "order-8d2f": ("order", "OrderCreated"),
    }
    assert next(one["data"] for one in stored if one["category"] == "log") == {"test1": 1}
    short = json.loads(chronoscope(ingested, "replay", "order-123", "--json"))
    created_at = next(one["occurred_at"] for one in stored if one["stream"] == "order-123")  # Kafka's: it states none
    assert short["version"] == 1
    assert short["state"] == {"order_id": 123, "status": "created", "created_at": created_at}
    long = json.loads(chronoscope(ingested, "replay", "order-8d2f", "--json"))
    assert long["state"] == {
        "created_at": next(one["occurred_at"] for one in stored if one["stream"] == "order-8d2f"),
        "order_id": "8d2f",
        "user_id": "u-7",
        "items": ["i-1"],
        "total": 10.0,
        "status": "created",
    }
    window.open("/events")
    for stream in ("log-partition-0", "order-123", "order-8d2f"):
        window.shows(stream)
    for key, shown in (("order-123", "123"), ("order-8d2f", "u-7")):
        window.open(f"/order?k={key}")
        window.shows("created")
        window.shows(shown)
    window.check()
