"""A small store of known events behind the dashboard, and the dashboard itself without a browser."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from click.testing import Result
from streamlit.logger import set_log_level
from streamlit.testing.v1 import AppTest

from eventstore import EventStore, Projector, load
from eventstore.settings import Settings
from tests import given

DASHBOARD = Path(__file__).parents[2] / "app" / "dashboard.py"

Open = Callable[..., AppTest]
Run = Callable[..., Result]
Ask = Callable[..., Any]

# As app/.streamlit/config.toml has it for servers: without one Streamlit warns of every cache and element it meets.
# It sets the level anew when it first reads its settings: so they are read before, and the dashboard's modules after.
st.get_option("logger.level")
set_log_level("ERROR")


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Settings that name a store which is not there yet; the process answers from them."""
    named = replace(Settings(), database_url=f"sqlite:///{tmp_path / 'shop.db'}")
    answer_from(named)
    yield named
    from app.queries import source

    source.forget()


def answer_from(settings: Settings) -> None:
    """Let the process answer from these settings, with nothing left of earlier ones."""
    from app import queries
    from app.queries import source

    source.forget()
    queries.use(settings)
    st.cache_data.clear()  # noqa: TID251 - what another test cached of another store
    st.cache_resource.clear()  # noqa: TID251 - likewise


@pytest.fixture
def shop(settings: Settings) -> Iterator[EventStore]:
    """Two orders and a payment: order-1 was created, paid and shipped; its payment caused the payment of the order."""
    with EventStore.open(settings.database_url, now=lambda: given.NOON + 3_600 * given.SECOND) as store:
        store.append([given.event("order-1", "Order Created", {"order_id": "1", "total": 12.90}, id="created-1")])
        paid = {"payment_id": "1", "amount": 12.90, "card": {"holder": "Ada Lovelace"}}
        store.append(
            [
                given.event(
                    "payment-1",
                    "Payment Completed",
                    paid,
                    given.NOON + 60 * given.SECOND,
                    id="payment-1",
                    correlation_id="flow-1",
                ),
                given.event(
                    "order-1",
                    "Order Paid",
                    {"paid": 12.90},
                    given.NOON + 61 * given.SECOND,
                    causation_id="payment-1",
                    correlation_id="flow-1",
                ),
            ]
        )
        store.append([given.event("order-2", "Order Created", {"order_id": "2"}, given.NOON + 120 * given.SECOND)])
        store.append([given.event("order-1", "Order Shipped", {}, given.NOON + 600 * given.SECOND)])
        yield store


@pytest.fixture
def projected(shop: EventStore, settings: Settings) -> EventStore:
    """The same, with every read model level."""
    Projector(shop, load(settings.projections)).catch_up()
    return shop


@pytest.fixture
def open_page(settings: Settings) -> Open:
    """Opens a page with parameters and runs it."""

    def opened(page: str = "overview", **parameters: str) -> AppTest:
        at = AppTest.from_file(str(DASHBOARD), default_timeout=30)
        for name, value in parameters.items():
            at.query_params[name] = value
        return at.run() if page == "overview" else at.switch_page(f"views/{page}.py").run()

    return opened


@pytest.fixture
def ask(run: Run) -> Ask:
    """What a command answers as JSON, by the file's own way to run one."""

    def asked(*words: str) -> Any:
        ended = run(*words, "--json")
        assert ended.exit_code == 0, ended.output
        return json.loads(ended.stdout)

    return asked
