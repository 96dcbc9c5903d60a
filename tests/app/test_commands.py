"""The `chronoscope` command: what it prints, in which form, and how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.__main__ import COMMANDS, chronoscope
from eventstore import EventStore, NewEvent, Projector, parse_time
from tests import given

Run = Callable[..., Result]

ORDERED = '{"order_id": "1", "total":  10.10,\n "items": ["a"]}'


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A store with an order of four events, the third of which came late and the last of which a payment caused."""
    noon = parse_time("2026-03-01T12:00:00Z").micros
    with EventStore.open(f"sqlite:///{tmp_path / 'shop.db'}", now=lambda: noon) as store:
        store.append([ordered("Order Created", "10:00", ORDERED), ordered("Order Shipped", "11:00", '{"by": "post"}')])
        store.append([ordered("Order Paid", "10:30", '{"paid": 10.10}')])
        cause = store.append([given.event(stream="payment-1", type="Paid")])[0]
        store.append([given.event(type="Order Refunded", causation_id=cause.id, at=noon - 1)])
        Projector(store).catch_up()
    return tmp_path


def ordered(event_type: str, at: str, data: str) -> NewEvent:
    from eventstore import Json

    return given.event(stream="order-1", type=event_type, data=Json(data), at=parse_time(f"2026-03-01T{at}:00Z").micros)


@pytest.fixture
def run(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in the store's folder."""
    monkeypatch.chdir(shop)
    return lambda *words, database="sqlite:///shop.db": CliRunner().invoke(
        chronoscope, [*words, "--database", database]
    )


def test_events_are_one_json_object_a_line_with_the_payload_as_sent(run: Run) -> None:
    lines = run("events", "--category", "order", "--limit", "100", "--json").stdout.splitlines()
    first = json.loads(lines[0])
    promised = {"position", "id", "stream", "version", "type", "data", "metadata", "occurred_at", "recorded_at"}
    assert promised <= first.keys()
    assert [json.loads(line)["position"] for line in lines] == [1, 2, 3, 5]
    assert '"data": {"order_id": "1", "total":  10.10,  "items": ["a"]}' in lines[0]
    assert (first["occurred_at"], first["recorded_at"]) == (
        "2026-03-01T10:00:00.000000Z",
        "2026-03-01T12:00:00.000000Z",
    )


@pytest.mark.parametrize(
    ("words", "positions"),
    [
        (["--type", "Order Paid"], [3]),
        (["--stream", "order-*"], [1, 2, 3, 5]),
        (["--text", "ment-1"], [4]),
        (["--since", "2026-03-01T10:30:00Z", "--before", "2026-03-01T11:00:00Z", "--category", "order"], [3]),
        (["--after", "1", "--limit", "2"], [2, 3]),
        (["--newest", "--limit", "2"], [5, 4]),
    ],
)
def test_events_can_be_chosen(run: Run, words: list[str], positions: list[int]) -> None:
    found = run("events", "--json", *words)
    assert [json.loads(line)["position"] for line in found.stdout.splitlines()] == positions


@pytest.mark.parametrize(
    ("words", "version", "status"),
    [
        ([], 4, "refunded"),
        (["--at", "2026-03-01T10:45:00Z"], 3, "paid"),
        (["--at", "2026-03-01T10:45:00Z", "--known", "2"], 1, "created"),
        (["--known", "1"], 0, None),
    ],
)
def test_replay_answers_at_a_moment_on_both_clocks(
    run: Run, words: list[str], version: int, status: str | None
) -> None:
    told = json.loads(run("replay", "order-1", "--json", *words).stdout)
    assert (told["stream"], told["version"]) == ("order-1", version)
    assert (told["state"] or {}).get("status") == status


def test_one_event_is_found_by_position_and_by_id(run: Run) -> None:
    by_position = json.loads(run("event", "3", "--json").stdout)
    assert json.loads(run("event", by_position["id"], "--json").stdout) == by_position
    page = run("event", "3").stdout
    assert "order-1 version 3, category order" in page
    assert '{"paid": 10.10}' in page
    assert "caused" not in page
    caused = run("event", "4").stdout.splitlines()[-1]
    assert caused.startswith("caused")
    assert caused.endswith("order-1 #4  Order Refunded")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["event", "99"], 1, "No event has the position or id 99."),
        (["replay", "order-9"], 1, "The stream order-9 has no events."),
        (["events", "--since", "yesterday-ish"], 2, "yesterday-ish"),
        (["ingest", "--topics", ","], 2, "Name the topics"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence(run: Run, words: list[str], code: int, sentence: str) -> None:
    ended = run(*words)
    assert ended.exit_code == code
    assert sentence in ended.stderr
    assert isinstance(ended.exception, SystemExit)


def test_a_store_that_is_not_there_is_not_made_by_reading(run: Run, shop: Path) -> None:
    ended = run("events", database="sqlite:///other.db")
    assert ended.exit_code == 1
    assert "There is no event store" in ended.stderr
    assert not (shop / "other.db").exists()


def test_control_characters_never_reach_the_terminal(run: Run, shop: Path) -> None:
    with EventStore.open(f"sqlite:///{shop / 'shop.db'}") as store:
        store.append([given.event(stream="order-\x1b[2J", type="Bad \x07")])
    shown = run("events", "--newest", "--limit", "1").stdout
    assert "order-\\x1b[2J" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_verify_ends_with_its_verdict(run: Run) -> None:
    ended = run("verify")
    assert (ended.exit_code, ended.stdout.split(":")[0]) == (0, "Whole")


def test_migrate_makes_a_store_and_says_when_there_is_nothing_to_do(run: Run, shop: Path) -> None:
    assert "Made a new event store" in run("migrate", database="sqlite:///new.db").stdout
    assert "up to date" in run("migrate", database="sqlite:///new.db").stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps(name: str) -> None:
    ended = CliRunner().invoke(chronoscope, [name, "--help"])
    assert ended.exit_code == 0, ended.output
    assert ended.output.startswith("Usage:")


def test_the_store_is_named_by_the_environment_and_else_lies_in_the_working_directory(shop: Path) -> None:
    elsewhere = {**os.environ, "CHRONOSCOPE_DATABASE_URL": f"sqlite:///{shop / 'shop.db'}"}
    words = [sys.executable, "-m", "app", "events", "--limit", "1"]
    named = subprocess.run(
        words, check=False, cwd=shop.parent, env=elsewhere, capture_output=True, text=True, timeout=120
    )
    assert "order-1 #1" in named.stdout, named.stderr
    unnamed = subprocess.run(words, check=False, cwd=shop, capture_output=True, text=True, timeout=120)
    assert unnamed.returncode == 1
    assert unnamed.stderr.startswith(f"Error: There is no event store at sqlite:///{shop / 'chronoscope.db'}.")
