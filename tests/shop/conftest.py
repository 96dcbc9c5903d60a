"""Shops of one's own on the run's broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parts.kafka import Kafka
from tests.shop.services import CHOREOGRAPHED, Shop


@pytest.fixture
def shop(kafka: Kafka, tmp_path: Path) -> Iterator[Shop]:
    """A shop in which nothing runs yet."""
    made = Shop(kafka, f"sqlite:///{tmp_path}")
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def running(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop in which everything runs, for the tests of one file."""
    made = Shop(kafka, f"sqlite:///{tmp_path_factory.mktemp('shop')}")
    try:
        made.start(*CHOREOGRAPHED)
        made.offer("mug", 12.5, 100)
        yield made
    finally:
        made.stop()
