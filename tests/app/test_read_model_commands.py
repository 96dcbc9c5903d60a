"""The commands that ask read models and keep them level: what they print, in which form, and how they end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaProducer

from app.__main__ import chronoscope
from eventstore import EventStore, Histories, Projector, load, parse_time
from eventstore.settings import SHIPPED
from tests import given
from tests.parts.kafka import Kafka

Run = Callable[..., Result]
Ask = Callable[..., Any]

TEN = parse_time("2026-03-01T10:00:00Z").micros
MINUTE = 60 * given.SECOND

FRAGILE = '''
from eventstore import Facet, Projection

fragile = Projection("fragile", keys=lambda event: [event.stream], facets=[Facet("status", counted=True)])


@fragile.on("Order Created")
def created(state, event):
    """Takes anything."""
    return {"status": "created"}


@fragile.on("Order Paid")
def paid(state, event):
    """Not yet able to take it."""
    BODY
'''


def event(stream: str, kind: str, minute: int, **data: Any) -> Any:
    return given.event(stream, kind, data, TEN + minute * MINUTE)


def fill(url: str) -> None:
    """Order 1 is paid, which is learnt late; order 2 is paid; order 3 is cancelled. Commits 1, 3, 4, 5 and 6."""
    with EventStore.open(url, now=lambda: given.NOON) as store:
        store.append([event("order-1", "Order Created", 0, order_id="1", total=10.10)])
        store.append([event("order-2", "Order Created", 5, order_id="2", total=5), event("order-2", "Order Paid", 6)])
        store.append([event("order-3", "Order Created", 7, order_id="3", total=2.5)])
        store.append([event("order-3", "Order Cancelled", 20)])
        store.append([event("order-1", "Order Paid", 2, paid=10.10)])


@pytest.fixture
def url(database_url: str) -> str:
    """A store of three orders, nothing projected."""
    fill(database_url)
    return database_url


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command on the store."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(chronoscope, [*words, "--database", url])


@pytest.fixture
def ask(run: Run) -> Ask:
    """Runs a command over level read models; the JSON object that it prints."""
    assert run("project").exit_code == 0

    def asked(*words: str) -> Any:
        ended = run(*words, "--json")
        assert ended.exit_code == 0, ended.output
        return json.loads(ended.stdout)

    return asked


def checkpoints(url: str) -> dict[str, int]:
    with EventStore.open(url, read_only=True) as store:
        return {one.projection: one.position for one in Histories(store).builds()}


def test_project_brings_every_read_model_level_and_says_so(run: Run, url: str) -> None:
    assert checkpoints(url) == {}
    lines = [json.loads(line) for line in run("project", "--json").stdout.splitlines()]
    assert {one["projection"] for one in lines} >= {"orders", "payments", "automatic"}
    assert {(one["state"], one["checkpoint"], one["lag"], one["failure"]) for one in lines} == {("live", 6, 0, None)}
    assert set(checkpoints(url).values()) == {6}


def test_project_takes_some_read_models_alone(run: Run, url: str) -> None:
    assert run("project", "--projection", "orders", "--projection", "stock").exit_code == 0
    assert checkpoints(url) == {"orders": 6, "stock": 6}


def test_a_state_is_one_object_with_its_event_and_its_interval(ask: Ask) -> None:
    found = ask("state", "orders", "order-1")
    assert (found["projection"], found["key"], found["checkpoint"]) == ("orders", "order-1", 6)
    assert (found["state"]["status"], found["state"]["total"]) == ("paid", 10.1)
    assert (found["event_position"], found["since"], found["until"]) == (6, "2026-03-01T10:02:00.000000Z", None)
    assert (found["facets"]["status"], found["facets"]["total"]) == ("paid", 10.1)
    assert (found["gone_since"], found["parked"], found["error"], found["refolded"]) == (None, None, None, False)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--at", "2026-03-01T10:01:00Z"], "created"),
        (["--at", "2026-03-01T10:03:00Z"], "paid"),
        (["--at", "2026-03-01T10:03:00Z", "--known", "5"], "created"),
        (["--as-known-at", "2026-03-01T12:00:00Z"], "paid"),
        (["--as-known-at", "2026-03-01T11:59:59Z"], None),
        (["--at", "2026-03-01T09:00:00Z"], None),
    ],
)
def test_a_state_is_asked_on_both_clocks(ask: Ask, words: list[str], status: str | None) -> None:
    found = ask("state", "orders", "order-1", *words)
    assert (found["state"] or {}).get("status") == status


def test_a_history_has_every_step_with_its_event_and_what_it_changed(ask: Ask) -> None:
    found = ask("history", "orders", "order-1")
    assert [(step["event"]["position"], step["event"]["type"]) for step in found["steps"]] == [
        (1, "Order Created"),
        (6, "Order Paid"),
    ]
    assert [(step["since"][11:19], (step["until"] or "")[11:19]) for step in found["steps"]] == [
        ("10:00:00", "10:02:00"),
        ("10:02:00", ""),
    ]
    assert {"path": "status", "before": "created", "after": "paid"} in found["steps"][1]["changed"]
    assert found["after"] is None


def test_a_history_goes_on_from_its_cursor_and_still_tells_what_changed(ask: Ask) -> None:
    whole, first = ask("history", "orders", "order-2"), ask("history", "orders", "order-2", "--limit", "1")
    second = ask("history", "orders", "order-2", "--limit", "1", "--after", first["after"])
    assert first["steps"] + second["steps"] == whole["steps"]


def keys(found: Any) -> list[str]:
    return [row["key"] for row in found["rows"]]


def test_a_page_lists_keys_by_their_latest_change_and_goes_on(ask: Ask) -> None:
    first = ask("page", "orders", "--limit", "2")
    assert (keys(first), first["complete"], first["checkpoint"]) == (["order-3", "order-2"], True, 6)
    assert keys(ask("page", "orders", "--limit", "2", "--after", first["after"])) == ["order-1"]
    assert keys(ask("page", "orders", "--at", "2026-03-01T10:01:00Z")) == ["order-1"]


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (["status = paid"], ["order-2", "order-1"]),
        (["status = paid and total > 5.00"], ["order-1"]),
        (["status = paid", "total <= 5"], ["order-2"]),
        (["paid is nothing"], ["order-3", "order-2"]),
        (["status != 'paid'"], ["order-3"]),
        (["created_at < 2026-03-01T10:05:00Z"], ["order-1"]),
    ],
)
def test_a_page_is_narrowed_by_conditions(ask: Ask, conditions: list[str], found: list[str]) -> None:
    assert keys(ask("page", "orders", *(word for one in conditions for word in ("--where", one)))) == found


def test_keys_are_counted_by_a_facet_with_sums_that_have_their_point(ask: Ask) -> None:
    found = ask("count", "orders", "--by", "status")
    assert {one["value"]: (one["keys"], one["sums"]["total"]) for one in found["tallies"]} == {
        "paid": (2, 15.1),
        "cancelled": (1, 2.5),
    }
    assert (found["keys"], found["by"], found["flat"]) == (3, "status", True)
    assert ask("count", "orders", "--at", "2026-03-01T10:06:30Z")["keys"] == 2


def test_a_curve_shows_keys_over_time_in_the_window_of_the_log_or_a_stated_one(ask: Ask) -> None:
    window = ("--since", "2026-03-01T10:00:00Z", "--until", "2026-03-01T10:30:00Z", "--buckets", "3")
    found = ask("curve", "orders", "--by", "status", *window)
    told = [{one["value"]: one["keys"] for one in point["tallies"]} for point in found["points"]]
    assert told[0] == {"paid": 2, "created": 1}
    assert told[-1] == {"paid": 2, "cancelled": 1}
    assert sum(one["keys"] for one in ask("curve", "orders")["points"][-1]["tallies"]) == 3


def test_two_moments_are_compared_with_the_keys_behind_each_move(ask: Ask) -> None:
    words = ("between", "orders", "2026-03-01T10:07:00Z", "live", "--by", "status")
    found = ask(*words)
    assert (found["appeared"], found["gone"], found["changed"]) == (0, 0, 1)
    assert found["moves"] == [{"before": "created", "after": "cancelled", "keys": 1}]
    (row,) = found["rows"]
    assert (row["first"]["state"]["status"], row["second"]["state"]["status"]) == ("created", "cancelled")
    assert ask(*words, "--move", "nothing:paid")["rows"] == []
    believed = ask("between", "orders", "live@5", "live", "--by", "status")
    assert [row["key"] for row in believed["rows"]] == ["order-1"]


def test_what_was_ever_so_is_found_with_its_intervals(ask: Ask) -> None:
    found = ask("ever", "orders", "--where", "status = created")
    assert {one["key"] for one in found["keys"]} == {"order-1", "order-2", "order-3"}
    spans = {one["key"]: one["intervals"] for one in found["keys"]}
    assert spans["order-3"] == [{"since": "2026-03-01T10:07:00.000000Z", "until": "2026-03-01T10:20:00.000000Z"}]
    early = ask("ever", "orders", "--where", "status = created", "--until", "2026-03-01T10:01:00Z")
    assert [one["key"] for one in early["keys"]] == ["order-1"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["state", "orders", "order-1"], '"status":"paid"'),
        (["state", "orders", "order-9"], "never held anything"),
        (["history", "orders", "order-1"], 'status: "created" -> "paid"'),
        (["page", "orders"], "status=cancelled  total=2.50"),
        (["count", "orders", "--by", "status"], "3  in all"),
        (["curve", "orders", "--by", "status"], "cancelled 1"),
        (["between", "orders", "2026-03-01T10:07:00Z", "live", "--by", "status"], "created -> cancelled"),
        (["ever", "orders", "--where", "status = created"], "10:20:00"),
    ],
)
def test_people_get_lines(run: Run, ask: Ask, words: list[str], expected: str) -> None:
    ended = run(*words)
    assert ended.exit_code == 0
    assert expected in ended.stdout


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["state", "invoices", "1"], 1, "has no read model 'invoices'"),
        (["count", "orders", "--by", "colour"], 2, "orders has no facet 'colour'"),
        (["page", "orders", "--where", "colour = red"], 2, "orders has no facet 'colour'"),
        (["page", "orders", "--where", "total > much"], 2, "'much' is no decimal"),
        (["page", "orders", "--where", "payments > many"], 2, "'many' is no integer"),
        (["page", "orders", "--where", "status : paid"], 2, "    status : paid\n           ^"),
        (["page", "orders", "--after", "nowhere"], 2, "'nowhere' is no cursor"),
        (["state", "orders", "1", "--known", "1", "--as-known-at", "2026-03-01"], 2, "Say either --known or"),
        (["curve", "orders", "--since", "2026-03-02", "--until", "2026-03-01"], 2, "ends before it begins"),
        (["between", "orders", "noon", "live"], 2, "'noon' is not a time"),
        (["between", "orders", "live@x", "live"], 2, "'x' is no commit"),
        (["between", "orders", "live", "live", "--move", "paid"], 2, "'paid' is no move"),
        (["ever", "orders"], 2, "Say what was ever so"),
        (["project", "--projection", "invoices"], 2, "no read model 'invoices'"),
        (["rebuild", "invoices"], 2, "no read model 'invoices'"),
    ],
)
def test_what_cannot_be_asked_gets_a_sentence(run: Run, ask: Ask, words: list[str], code: int, sentence: str) -> None:
    ended = run(*words)
    assert (ended.exit_code, isinstance(ended.exception, SystemExit)) == (code, True), ended.output
    assert sentence in ended.stderr


def test_a_rebuild_puts_a_new_build_in_the_place_of_the_old_one(run: Run, ask: Ask) -> None:
    (before,) = [one for one in builds(run) if one["projection"] == "orders"]
    assert run("rebuild", "orders").exit_code == 0
    (after,) = [one for one in builds(run) if one["projection"] == "orders"]
    assert after["build"] > before["build"]
    assert (after["state"], after["checkpoint"]) == ("live", 6)


def builds(run: Run) -> list[dict[str, Any]]:
    return list(json.loads(run("status", "--json").stdout)["projections"])


def test_status_and_the_list_say_how_far_behind_read_models_are(run: Run, ask: Ask, url: str) -> None:
    with EventStore.open(url, now=lambda: given.NOON + 90 * given.SECOND) as store:
        store.append([event("order-4", "Order Created", 30)])
    assert {(one["lag"], one["lag_seconds"], one["parked"]) for one in builds(run)} == {(1, 90.0, 0)}
    listed = [json.loads(line) for line in run("projections", "list", "--json").stdout.splitlines()]
    assert {build["checkpoint"] for one in listed for build in one["builds"]} == {6}
    assert "orders: build" in run("status").stdout
    assert "1 events (90 s) behind" in run("projections", "list").stdout


def write_fragile(tmp_path: Path, body: str) -> None:
    (tmp_path / "fragile.py").write_text(FRAGILE.replace("BODY", body), encoding="utf-8")
    (tmp_path / "chronoscope.toml").write_text('projections = ["fragile.py"]\n', encoding="utf-8")


def test_parked_keys_are_shown_and_healed_once_the_code_is_mended(run: Run, tmp_path: Path) -> None:
    write_fragile(tmp_path, 'raise RuntimeError("not yet")')
    assert "2 parked keys (`chronoscope heal fragile`)" in run("project").stdout
    parked = json.loads(run("state", "fragile", "order-1", "--json").stdout)
    assert (parked["parked"], parked["state"]) == (6, {"status": "created"})
    assert "not yet" in parked["error"]
    still = run("heal", "fragile")
    assert (still.exit_code, "2 parked still" in still.stdout) == (3, True)
    write_fragile(tmp_path, 'return {"status": "paid"}')
    assert run("heal", "fragile").exit_code == 1, "changed code is accepted only where that is said"
    healed = run("heal", "fragile", "--accept-code", "--json")
    assert (healed.exit_code, json.loads(healed.stdout)["parked"]) == (0, [])
    assert json.loads(run("state", "fragile", "order-1", "--json").stdout)["state"] == {"status": "paid"}


def test_following_goes_on_with_what_comes_until_it_is_told_to_end(url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app", "project", "--follow", "--database", url]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: set(checkpoints(url).values()) == {6})
        with EventStore.open(url) as store:
            store.append([event("order-4", "Order Created", 30)])
        wait_for(lambda: set(checkpoints(url).values()) == {7})
    finally:
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "orders: build 1 live, checkpoint 7, level" in told


def wait_for(so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not so():
        assert time.monotonic() < until, "it did not get there"
        time.sleep(0.2)


SEEDED = ("seed", "--orders", "20", "--days", "7", "--until", "2026-03-09T12:00:00Z", "--quiet")


@pytest.mark.parametrize(("words", "level"), [([], True), (["--no-project"], False)])
def test_the_seed_leaves_read_models_level_unless_told_not_to(
    words: Sequence[str], level: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store_url = f"sqlite:///{tmp_path / 'seeded.db'}"
    ended = CliRunner().invoke(chronoscope, [*SEEDED, *words, "--database", store_url])
    assert ended.exit_code == 0, ended.output
    with EventStore.open(store_url, read_only=True) as store:
        head = store.head().position
    assert head > 0
    wanted = {one.name: head for one in load(SHIPPED)} if level else {}
    assert checkpoints(store_url) == wanted


@pytest.mark.real("kafka")
@pytest.mark.parametrize(("words", "level"), [([], True), (["--no-project"], False)])
def test_ingest_leaves_read_models_level_unless_told_not_to(
    words: Sequence[str], level: bool, kafka: Kafka, run: Run, url: str
) -> None:
    topic = kafka.topic()
    producer = KafkaProducer(bootstrap_servers=kafka.servers)
    for number in range(3):
        producer.send(topic, json.dumps({"event": "Order Created", "data": {"id": number}}).encode())
    producer.flush()
    producer.close()
    ended = run("ingest", "--topics", topic, "--servers", kafka.servers, "--until-end", *words)
    assert ended.exit_code == 0, ended.output
    assert checkpoints(url) == ({one.name: 9 for one in load(SHIPPED)} if level else {})


@pytest.mark.parametrize(("words", "level"), [([], True), (["--no-project"], False)])
def test_replayed_dead_letters_leave_read_models_level_unless_told_not_to(
    words: Sequence[str], level: bool, run: Run, url: str
) -> None:
    ended = run("dead-letters", "replay", "--all", *words)
    assert ended.exit_code == 0, ended.output
    assert checkpoints(url) == ({one.name: 6 for one in load(SHIPPED)} if level else {})


ROWS = "time,type,order\n2026-03-01T10:00:00Z,Order Created,1\n2026-03-01T10:05:00Z,Order Paid,1\n"


@pytest.mark.parametrize(("words", "level"), [([], True), (["--no-project"], False)])
def test_an_import_leaves_read_models_level_unless_told_not_to(
    words: Sequence[str], level: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    store_url = f"sqlite:///{tmp_path / 'imported.db'}"
    ended = CliRunner().invoke(chronoscope, ["import", "rows.csv", *words, "--database", store_url])
    assert ended.exit_code == 0, ended.output
    assert checkpoints(store_url) == ({one.name: 2 for one in load(SHIPPED)} if level else {})


@pytest.mark.parametrize("broken", ["raise RuntimeError('while it is loaded')", "nothing = 1"])
def test_read_models_that_cannot_be_loaded_do_not_stop_the_seed(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.py").write_text(broken, encoding="utf-8")
    (tmp_path / "chronoscope.toml").write_text('projections = ["broken.py"]\n', encoding="utf-8")
    ended = CliRunner().invoke(chronoscope, [*SEEDED, "--database", "sqlite:///seeded.db"])
    assert ended.exit_code == 0, ended.output
    assert ended.stderr.count("Nothing is projected. The read models in broken.py cannot be used") == 1
    with EventStore.open("sqlite:///seeded.db", read_only=True) as store:
        assert store.head().position > 0


def test_following_an_ingester_projects_between_its_transactions(url: str) -> None:
    from app.commands.following import Following
    from eventstore.ingest.reporting import Progress

    with EventStore.open(url) as store:
        following = Following(store, None, SHIPPED)
        following.progressed(Progress("connecting"))
        assert checkpoints(url) == {}
        following.progressed(Progress("live"))
        assert set(checkpoints(url).values()) == {6}
        store.append([event("order-4", "Order Created", 30)])
        following.settle(lambda: False)
    assert set(checkpoints(url).values()) == {7}


def test_a_projector_that_cannot_write_never_stops_an_ingester(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    from app.commands.following import Following
    from eventstore.ingest.reporting import Progress

    with EventStore.open(url) as store:
        Projector(store, load(SHIPPED)).catch_up()
        store.append([event("order-4", "Order Created", 30)])
    with EventStore.open(url, read_only=True) as store:
        following = Following(store, None, SHIPPED)
        following.progressed(Progress("live"))
        following.progressed(Progress("live", events=1))
    assert capsys.readouterr().err.count("Read models fall behind") == 1
