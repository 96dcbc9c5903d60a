"""The commands that travel through one key's story: blame, when, diff, and the test that reproduces it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.__main__ import chronoscope
from eventstore import EventStore, Histories, Projector, load, parse_time
from eventstore.settings import SHIPPED
from tests import given
from tests.app.conftest import Ask, Run

TEN = parse_time("2026-03-01T10:00:00Z").micros


def at(minute: int) -> str:
    return f"2026-03-01T10:{minute:02}:00Z"


def event(kind: str, minute: int, **data: Any) -> Any:
    return given.event("order-1", kind, {"order_id": "1", **data}, TEN + minute * 60 * given.SECOND)


def fill(url: str) -> None:
    """Order 1 is paid, refunded, paid again; that it was confirmed is learnt last, at commit 6."""
    with EventStore.open(url, now=lambda: given.NOON) as store:
        items = [{"sku": "A 1", "quantity": 2}]
        store.append([event("Order Created", 0, total=10.10, items=items)])
        store.append([event("Order Paid", 10, paid=10.10)])
        store.append([event("Order Refunded", 20, refunded=10.10)])
        store.append([event("Order Updated", 25, note="\u202e<b>", items=[*items, {"sku": "B 2", "quantity": 1}])])
        store.append([event("Order Paid", 30, paid=5)])
        store.append([event("Order Confirmed", 5, reserved=2)])
        Projector(store, load(SHIPPED)).catch_up()


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    fill(database_url)
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(chronoscope, [*words, "--database", database_url])


def test_blame_names_the_event_of_each_leaf(ask: Ask) -> None:
    found = ask("blame", "orders", "order-1")
    told = {one["path"]: (one["value"], one["event"]["position"], one["since"][11:16]) for one in found["leaves"]}
    assert told["status"] == ("paid", 5, "10:30")
    assert told["items[0].sku"] == ("A 1", 1, "10:00")
    assert told["items[1].sku"] == ("B 2", 4, "10:25")
    assert told["reserved"] == (2, 6, "10:05")
    assert found["checkpoint"] == 6


def test_blame_stands_at_a_moment_on_both_clocks(ask: Ask) -> None:
    found = ask("blame", "orders", "order-1", "--at", at(7), "--known", "5")
    assert {one["event"]["position"] for one in found["leaves"]} == {1}
    found = ask("blame", "orders", "order-1", "--at", at(7))
    assert {one["event"]["position"] for one in found["leaves"]} == {1, 6}
    assert ask("blame", "orders", "order-1", "--at", "2026-02-01T00:00:00Z")["leaves"] == []


def test_a_fields_history_has_every_value_with_its_event_and_duration(ask: Ask) -> None:
    found = ask("blame", "orders", "order-1", "--path", "status")
    assert [(one["value"], one["event"]["position"], one["seconds"]) for one in found["values"]] == [
        ("created", 1, 300.0), ("confirmed", 6, 300.0), ("paid", 2, 600.0), ("refunded", 3, 600.0), ("paid", 5, None),
    ]  # fmt: skip
    assert ask("blame", "orders", "order-1", "--path", "absent")["values"] == []


def test_when_tells_every_interval_with_its_edges(ask: Ask) -> None:
    found = ask("when", "orders", "order-1", 'status = "paid" and items[0].sku = A 1')
    assert [
        (
            one["since"][11:16],
            one["began_by"]["position"],
            one["ended_by"] and one["ended_by"]["position"],
            one["seconds"],
        )
        for one in found["intervals"]
    ] == [("10:10", 2, 3, 600.0), ("10:30", 5, None, None)]
    assert ask("when", "orders", "order-1", "total < 0")["intervals"] == []


@pytest.fixture
def three(run: Run, database_url: str) -> None:
    """Two more orders beside the first: one was never paid."""
    with EventStore.open(database_url, now=lambda: given.NOON) as store:
        for number, kinds in ((2, ("Order Created", "Order Paid")), (3, ("Order Created",))):
            for place, kind in enumerate(kinds):
                data = {"order_id": str(number)}
                store.append([given.event(f"order-{number}", kind, data, TEN + place * 60 * given.SECOND)])
        Projector(store, load(SHIPPED)).catch_up()


def test_when_without_a_key_tells_all_keys_a_line_each(run: Run, three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventstore.histories.searching.MOST_KEYS", 1)
    ended = run("when", "orders", "status = paid", "--json")
    assert ended.exit_code == 0, ended.output
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [
        (one["key"], [(span["began_by"]["position"], span["seconds"]) for span in one["intervals"]]) for one in told
    ] == [("order-1", [(2, 600.0), (5, None)]), ("order-2", [(8, None)])]
    assert told[0] == json.loads(run("when", "orders", "order-1", "status = paid", "--json").stdout)
    assert ended.stderr.strip() == "searched all: 2 keys, 8 states; held of 2 keys (checkpoint 9)"


def test_when_of_all_keys_stands_at_a_moment_on_both_clocks(run: Run, three: None) -> None:
    for words, keys in (["--known", "7"], ["order-1"]), (["--at", at(0)], []), ([], ["order-1", "order-2"]):
        told = run("when", "orders", "status = paid", "--json", *words).stdout.splitlines()
        assert [json.loads(line)["key"] for line in told] == keys
    ended = run("when", "orders", "total < 0")
    assert (ended.stdout, ended.stderr) == (
        "",
        "searched all: 3 keys, 9 states; held of 0 keys (checkpoint 9)\n",
    )


def test_a_long_search_says_how_far_it_came(run: Run, three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventstore.histories.searching.MOST_KEYS", 1)
    monkeypatch.setattr("app.commands.travel_told.TOLD_EACH", 8)
    ended = run("when", "orders", "total > 0")
    stored = int(re.findall(r"of at most (\d+) states", ended.stderr)[0])
    assert stored > 9, "late events superseded some"
    assert ended.stderr.splitlines() == [
        f"searched 2 keys, 8 of at most {stored} states; held of 1 keys (checkpoint 9)",
        "searched all: 3 keys, 9 states; held of 1 keys (checkpoint 9)",
    ]
    assert ended.stdout.count("of order-1 by orders") == 1


def test_a_condition_without_quotes_is_told_apart_from_a_key(run: Run) -> None:
    ended = run("when", "orders", "status", "=", "paid")
    assert (ended.exit_code, "put a condition of several words in quotes" in ended.stderr) == (2, True)


def test_diff_tells_what_differs_and_which_events_one_moment_sees_alone(ask: Ask) -> None:
    found = ask("diff", "orders", "order-1", at(12), at(27))
    changed = {one["path"]: (one["kind"], one["before"], one["after"]) for one in found["changes"]}
    assert changed["status"] == ("changed", "paid", "refunded")
    assert changed["items[1].quantity"] == ("added", None, 1)
    assert ([one["position"] for one in found["only_first"]], [one["position"] for one in found["only_second"]]) == (
        [],
        [3, 4],
    )
    found = ask("diff", "orders", "order-1", "live", "live@5")
    assert [one["path"] for one in found["changes"]] == ["reserved"]
    assert [one["position"] for one in found["only_first"]] == [6]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["blame"], ["(checkpoint 6)", "10:30:00.000000Z  Order Paid  status: \"paid\"", r'note: "\u202e<b>"']),
        (["blame", "--at", "2026-02-01T00:00:00Z"], ["holds nothing at this moment"]),
        (["blame", "--path", "status"], ["status of order-1 by orders", '"refunded"  10 min', '"paid"  to the moment']),
        (["blame", "--path", "no.such"], ["was never there"]),
        (["when", "status = refunded"], ["from          3", "to            5", "10 min"]),
        (["when", "status = paid"], ["still at the moment"]),
        (["when", "status = lost"], ["never held up to the moment"]),
        (["diff", at(12), at(27)], ['~ status: "paid" -> "refunded"', "only at the second: 3", "Order Refunded"]),
        (["diff", "live", "live"], ["nothing differs"]),
    ],
)  # fmt: skip
def test_people_read_it_too(run: Run, words: list[str], said: list[str]) -> None:
    ended = run(words[0], "orders", "order-1", *words[1:])
    assert ended.exit_code == 0, ended.output
    for part in said:
        assert part in ended.stdout


def test_a_condition_that_cannot_be_read_marks_the_spot(run: Run) -> None:
    ended = run("when", "orders", "order-1", "status == paid")
    assert ended.exit_code == 2
    assert "write = for ==" in ended.output
    assert "    status == paid\n           ^" in ended.output
    assert run("blame", "orders", "order-1", "--path", "items..sku").exit_code == 2


def pytest_on(*files: Path) -> "subprocess.CompletedProcess[str]":
    """The files, by pytest in a process of its own that knows the library alone."""
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(files[0].parent)]
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.run(
        [*command, *map(str, files)], cwd="/", env=environment, capture_output=True, text=True, check=False, timeout=300
    )


FRAGILE = '''
from eventstore import Projection

fragile = Projection("fragile", keys=lambda event: [event.stream])


@fragile.on("Order Created", "Order Paid", "Order Confirmed")
def taken(state, event):
    """Nothing beside the payload."""
    return {**state, **event.data, "by": event.type, "version": event.version}


@fragile.on("Order Refunded")
def refused(state, event):
    """Parks the key."""
    raise ValueError("no refunds")
'''


def test_stories_of_a_users_own_projection_pass_and_fail_when_a_payload_is_changed(
    run: Run, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "fragile.py").write_text(FRAGILE)
    (tmp_path / "shop.toml").write_text('projections = ["models/fragile.py", "eventstore.projections.orders"]')
    monkeypatch.setenv("CHRONOSCOPE_SETTINGS", str(tmp_path / "shop.toml"))
    assert run("project").exit_code == 0
    folder = tmp_path / "tests"
    folder.mkdir()
    moments = {"live": (), "then": ("--at", at(12)), "believed": ("--at", at(7), "--known", "5")}
    for name, moment in moments.items():
        for projection in ("fragile", "orders"):
            file = folder / f"test_{projection}_{name}.py"
            ended = run("reproduce", projection, "order-1", "--to", str(file), *moment)
            assert ended.exit_code == 0, ended.output
            assert "checkpoint 6" in ended.output
    files = sorted(folder.glob("*.py"))
    assert "no refunds" in (folder / "test_fragile_live.py").read_text()
    assert (folder / "test_orders_believed.py").read_text().count("RecordedEvent(") == 1
    first = pytest_on(*files)
    assert (first.returncode, "6 passed" in first.stdout) == (0, True), first.stdout
    changed = folder / "test_orders_then.py"
    changed.write_text(changed.read_text().replace('"paid":10.1', '"paid":10.2'))
    second = pytest_on(*files)
    assert (second.returncode, "1 failed, 5 passed" in second.stdout) == (1, True), second.stdout
    assert "test_orders_then.py" in second.stdout


def test_stories_of_a_seeded_store_pass_as_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    monkeypatch.chdir(tmp_path)
    seed = ["seed", "--orders", "40", "--days", "15", "--until", "2026-11-20T18:00:00Z", "--quiet"]
    assert CliRunner().invoke(chronoscope, [*seed, "--database", url]).exit_code == 0
    files = list[Path]()
    with EventStore.open(url, read_only=True) as store:
        for projection in load(SHIPPED):
            found = [row.key for row in Histories(store).page(projection.name, limit=2).rows]
            assert found
            for key in found:
                files.append(tmp_path / f"test_{len(files)}.py")
                words = ["reproduce", projection.name, key, "--to", str(files[-1]), "--database", url]
                ended = CliRunner().invoke(chronoscope, words)
                assert ended.exit_code == 0, ended.output
                assert "another state" not in ended.output
    run = pytest_on(*files)
    assert (run.returncode, f"{len(files)} passed" in run.stdout) == (0, True), run.stdout
    texts = [file.read_text() for file in files]
    spoilt = [re.sub(r'("(?:total|amount)":"?)(\d)', r"\g<1>9\2", text, count=1) for text in texts]
    assert sum(one != other for one, other in zip(texts, spoilt, strict=True)) >= 2
    for file, text in zip(files, spoilt, strict=True):
        file.write_text(text)
    assert pytest_on(*files).returncode == 1


def test_json_lines_have_each_event_and_the_state_behind_it(run: Run, tmp_path: Path) -> None:
    ended = run("reproduce", "orders", "order-1", "--to", "story.jsonl", "--at", at(12))
    assert ended.exit_code == 0, ended.output
    lines = [json.loads(line) for line in (tmp_path / "story.jsonl").read_text().splitlines()]
    assert [(one["position"], one["state"]["status"]) for one in lines] == [
        (1, "created"),
        (6, "confirmed"),
        (2, "paid"),
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["order-1", "--to", "story.txt"], 2, "neither in .py nor in .jsonl"),
        (["order-9", "--to", "story.py"], 1, "no events by then (checkpoint 6)"),
        (["order-1", "--to", "nowhere/story.py"], 1, "cannot be written"),
        (["order-1", "--to", "there.py"], 1, "is there already"),
    ],
)
def test_what_cannot_be_written_is_said(run: Run, tmp_path: Path, words: list[str], code: int, said: str) -> None:
    (tmp_path / "there.py").write_text("mine")
    ended = run("reproduce", "orders", *words)
    assert (ended.exit_code, said in ended.output) == (code, True), ended.output
    assert (tmp_path / "there.py").read_text() == "mine"


def test_a_read_model_that_differs_from_the_replay_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fragile.py").write_text(FRAGILE)
    (tmp_path / "shop.toml").write_text('projections = ["fragile.py"]')
    monkeypatch.setenv("CHRONOSCOPE_SETTINGS", str(tmp_path / "shop.toml"))
    assert run("project").exit_code == 0
    assert "another state" not in run("reproduce", "fragile", "order-1", "--to", "one.py").output
    (tmp_path / "fragile.py").write_text(FRAGILE.replace('"by"', '"with"'))
    assert "another state" in run("reproduce", "fragile", "order-1", "--to", "two.py").output
