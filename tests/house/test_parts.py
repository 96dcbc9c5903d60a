"""The real parts are what the other tests take them for, and a missing one is said aloud."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from playwright.sync_api import Browser

from tests.parts.kafka import Kafka
from tests.parts.postgres import Database

ROOT = Path(__file__).parents[2]


def connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@pytest.mark.real("postgres")
def test_the_database_is_empty_and_its_owner_is_no_superuser(postgres_database: Database) -> None:
    with connect(postgres_database.url) as owner:
        assert owner.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone() == (False,)
        assert owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        owner.execute("CREATE TABLE mine (one int)")


@pytest.mark.real("postgres")
def test_the_writer_may_not_touch_what_the_owner_made(postgres_database: Database) -> None:
    with connect(postgres_database.url) as owner, connect(postgres_database.writer_url) as writer:
        owner.execute("CREATE TABLE mine (one int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            writer.execute("SELECT * FROM mine")


@pytest.mark.real("postgres")
def test_the_server_writes_through_and_does_not_order_text_by_bytes(postgres_database: Database) -> None:
    with connect(postgres_database.superuser_url) as superuser:
        assert superuser.execute("SHOW fsync").fetchone() == ("on",)
        if not os.environ.get("CHRONOSCOPE_TEST_POSTGRES_URL"):
            assert superuser.execute("SELECT 'a' < 'B', 'a' < 'B' COLLATE \"C\"").fetchone() == (True, False)


@pytest.mark.real("kafka")
def test_a_message_goes_through_the_broker(kafka: Kafka) -> None:
    topic = kafka.topic(partitions=2)
    producer = KafkaProducer(bootstrap_servers=kafka.servers)
    producer.send(topic, b"value", key=b"key", partition=1).get(timeout=30)
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=kafka.servers, auto_offset_reset="earliest", consumer_timeout_ms=30_000)
    consumer.assign([TopicPartition(topic, 1)])
    message = next(iter(consumer))
    consumer.close()
    assert (message.key, message.value, message.partition, message.offset) == (b"key", b"value", 1, 0)


@pytest.mark.real("chromium")
def test_the_browser_runs_scripts(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<p id=p></p><script>p.textContent = 6 * 7</script>")
    assert page.locator("#p").inner_text() == "42"
    page.close()


def run_one(part: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A run of the test above that needs `part`, where no program can be found."""
    names = {"kafka": "test_a_message_goes_through_the_broker", "chromium": "test_the_browser_runs_scripts"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"{__file__}::{names[part]}"]
    bare = {key: value for key, value in os.environ.items() if not key.startswith("CHRONOSCOPE_")}
    bare |= {"PATH": "/nonexistent", "PLAYWRIGHT_BROWSERS_PATH": "/nonexistent", **environment}
    return subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(("part", "enable"), [("kafka", "make jars"), ("chromium", "apt-get install chromium")])
def test_a_missing_part_skips_and_the_table_says_what_enables_it(part: str, enable: str) -> None:
    run = run_one(part)
    row = next(line for line in run.stdout.splitlines() if line.startswith(part + " "))
    assert run.returncode == 0
    assert row.split()[1:4] == ["0", "0", "1"]
    assert enable in row


def test_a_missing_part_that_is_required_fails_the_run() -> None:
    run = run_one("kafka", CHRONOSCOPE_REQUIRE="all")
    assert run.returncode == 1
    assert "kafka is required: there is no Java" in run.stdout


def test_a_misspelt_requirement_is_refused() -> None:
    run = run_one("kafka", CHRONOSCOPE_REQUIRE="kafak")
    assert run.returncode != 0
    assert "the parts are postgres, kafka, chromium, or all" in run.stderr
