"""`chronoscope import`: what it prints, how it ends, and how its guess is corrected."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.__main__ import chronoscope
from eventstore import EventStore
from tests.imports.files import LOG, jsonl, ticks

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in a folder with a file and no store."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    return lambda *words: CliRunner().invoke(chronoscope, [*words])


def facts(ended: Result) -> dict[str, object]:
    """The JSON object that the command printed."""
    found: dict[str, object] = json.loads(ended.stdout)
    return found


def test_a_file_and_nothing_else(run: Run) -> None:
    ended = run("import", "log.csv")
    assert (ended.exit_code, ended.stdout) == (0, "9 events, 0 duplicates, 0 dead letters.\n")
    assert "ocel:type:orders, else ocel:type:packages, else ocel:type:items" in ended.stderr
    assert "data: weight" in ended.stderr
    assert run("import", "log.csv").stdout == "0 events, 0 duplicates, 0 dead letters; 9 rows had come in before.\n"
    assert "pay order" in run("replay", "order-o-1").stdout
    assert run("verify").stdout.startswith("Whole")


def test_the_streams_are_level_when_it_ends(run: Run, tmp_path: Path) -> None:
    run("import", "log.csv")
    with EventStore.open(f"sqlite:///{tmp_path / 'chronoscope.db'}", read_only=True) as store:
        assert ("order-o-1", 3) in store.rows("SELECT stream, version FROM streams")
        assert store.rows("SELECT position FROM checkpoints WHERE reader = 'log'") == [(9,)]


def test_a_mapping_is_shown_edited_and_used(run: Run, tmp_path: Path) -> None:
    shown = run("import", "log.csv", "--show-mapping")
    assert not (tmp_path / "chronoscope.db").exists()
    edited = shown.stdout.replace('"ocel:type:items" = "item"', '"ocel:type:items" = "article"')
    (tmp_path / "log.toml").write_text(edited, encoding="utf-8")
    assert facts(run("import", "log.csv", "--map", "log.toml", "--json"))["events"] == 9
    assert "article-11" in run("events").stdout


def test_single_parts_of_the_guess_are_overridden(run: Run, tmp_path: Path) -> None:
    rows = [{"n": i, "when": 1_707_123_600 + i, "what": "x", "who": {"id": i % 2}, "box": f"b{i}"} for i in range(4)]
    (tmp_path / "rows.jsonl").write_text(jsonl(rows), encoding="utf-8")
    words = ["--time", "when", "--type", "what", "--id", "n", "--object", "box=crate", "--object", "who.id="]
    ended = run("import", "rows.jsonl", *words, "--json")
    assert facts(ended)["events"] == 4, ended.stderr
    assert [json.loads(line)["stream"] for line in run("events", "--json").stdout.splitlines()] == [
        f"crate-b{i}" for i in range(4)
    ]
    assert json.loads(run("event", "1", "--json").stdout)["id"] == "rows.jsonl#0"


def test_bad_rows_are_named_and_end_with_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG + "10.0,pick\n11.0,pick item,soon, , , , ,\x1b\n", encoding="utf-8")
    ended = run("import", "log.csv", "--json")
    assert ended.exit_code == 3
    assert facts(ended)["reasons"] == {"not a time": 1, "wrong number of columns": 1}
    assert "line 11: wrong number of columns: The row has 2 columns, the header 8." in ended.stderr
    assert "line 12: not a time" in ended.stderr
    assert "\x1b" not in ended.stderr
    replayed = run("dead-letters", "replay", "--all")
    assert replayed.exit_code == 3
    assert "mend it there and import the file again" in replayed.stdout


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        (b"", [], "it is empty. Name a text file"),
        (b"SQLite format 3\0", [], "it holds bytes that no text has"),
        (LOG.encode(), ["--time", "weight"], "the column 'weight' holds no times"),
        (LOG.encode(), ["--object", "colour=colour"], "the file has no column 'colour'"),
        (LOG.encode(), ["--time-format", "%d.%m.%Y"], "its first 9 rows all fail for one reason (not a time"),
    ],
)
def test_what_cannot_be_imported_gets_a_sentence(
    run: Run, tmp_path: Path, text: bytes, words: list[str], sentence: str
) -> None:
    (tmp_path / "bad.csv").write_bytes(text)
    ended = run("import", "bad.csv", *words)
    assert ended.exit_code == 1
    assert sentence in ended.stderr
    assert isinstance(ended.exception, SystemExit)


def test_a_signal_ends_it_after_the_running_batch_and_it_goes_on(tmp_path: Path) -> None:
    (tmp_path / "ticks.csv").write_text(ticks(range(40_000)), encoding="utf-8")
    words = [sys.executable, "-m", "app", "import", "ticks.csv", "--json"]
    folders = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(words, cwd=tmp_path, env=folders, stdout=subprocess.PIPE, text=True) as child:
        wait_for_events(tmp_path / "chronoscope.db")
        child.send_signal(signal.SIGTERM)
        first = json.loads(child.communicate(timeout=120)[0])
    assert child.returncode == 0
    assert not first["finished"]
    done = subprocess.run(words, cwd=tmp_path, env=folders, check=True, capture_output=True, text=True, timeout=120)
    second = json.loads(done.stdout)
    assert second["finished"]
    assert (first["events"] + second["events"], second["before"]) == (40_000, first["events"])


def wait_for_events(database: Path) -> None:
    from eventstore import EventStoreError

    for _ in range(600):
        try:
            with EventStore.open(f"sqlite:///{database}", read_only=True) as store:
                if store.head().position:
                    return
        except EventStoreError:
            pass
        signal.sigtimedwait([], 0.05)
    raise AssertionError("no event came in")
