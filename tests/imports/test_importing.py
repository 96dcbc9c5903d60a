"""Rows of files become events: once each, byte for byte, whatever is bad, repeated, grown or killed."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import sleep

import pytest

from eventstore.core.event import RecordedEvent
from eventstore.core.origin import Origin
from eventstore.core.replay import replay
from eventstore.errors import MappedOtherwise, RowsRefused
from eventstore.ingest.dead_letters import page
from eventstore.ingest.importing import FileImport
from eventstore.ingest.surveying import Stated, survey
from eventstore.projections.automatic import automatic, stream_and_objects
from eventstore.store import EventStore
from tests.imports.files import LOG, file, imported, jsonl, ticks


def past(store: EventStore, key: str) -> list[RecordedEvent]:
    """The events of a key of the automatic projection."""
    return [event for event in store.read_all() if key in stream_and_objects(event)]


def told(store: EventStore) -> list[tuple[str, str, int, str, str, int]]:
    """What the store holds, in an order of its own."""
    return [(e.id, e.stream, e.version, e.data_text, e.metadata_text, e.occurred_at) for e in store.read_all()]


def test_each_row_belongs_to_all_that_it_names(store: EventStore) -> None:
    report = imported(store, LOG)
    assert (report.events, report.dead_letters, report.finished) == (9, 0, True)
    assert [e.type for e in past(store, "order-o-1")] == ["place order", "confirm order", "pay order"]
    assert [e.type for e in past(store, "item-11")] == ["place order", "pick item", "create package"]
    assert [e.type for e in past(store, "package-p-1")] == ["create package", "send package"]
    assert replay(automatic, past(store, "item-11")) == {"weight": "4.5", "status": "create package"}
    streams = [event.stream for event in store.read_all()]
    assert streams[:3] == ["order-o-1", "order-o-2", "item-11"]
    assert (streams[5], streams[8]) == ("package-p-1", "log-log.csv")


def test_each_event_has_its_line_as_its_origin(store: EventStore) -> None:
    report = imported(store, LOG)
    origin = store.origin(3)
    assert origin == Origin(
        kind="import",
        topic=report.topic,
        topic_id=origin.topic_id if origin else "",
        partition=0,
        offset=4,
        value=LOG.splitlines()[3].encode(),
    )
    assert report.topic.startswith("log.csv@")


def test_a_record_over_several_lines_and_a_byte_order_mark_come_in_whole(store: EventStore) -> None:
    text = '\ufefftime,note\n2024-02-05,"a\r\nb"\n\n2024-02-06,c\n'
    assert imported(store, text).events == 2
    assert [event.data for event in store.read_all()] == [{"note": "a\r\nb"}, {"note": "c"}]
    assert [origin.offset for _, origin, _ in store.origins(after=0, until=2)] == [2, 5]


def test_json_lines_are_kept_as_they_were_written(store: EventStore) -> None:
    text = '{"id":"a", "ts": 1707123600, "type":"Paid", "amount": 1.10, "customer": {"id": 7}}\n'
    text += '{"id":"b", "ts": 1707123601, "type":"Sent", "amount": 2e3, "customer": {"id": 7}}\n'
    assert imported(store, text, "log.jsonl").events == 2
    first, second = store.read_all()
    assert (first.stream, first.id, first.data_text) == ("customer-7", "log.jsonl#a", text.splitlines()[0])
    assert second.data_text == text.splitlines()[1]
    assert store.rows("SELECT count(*) FROM origins WHERE value_is_data = 1") == [(2,)]


def test_objects_of_json_lines_say_their_types_and_the_payload_may_stand_within(store: EventStore) -> None:
    things = [{"type": "order", "id": "1"}, {"type": "item", "id": 5}]
    imported(
        store, jsonl([{"time": "2024-02-05", "name": "x", "data": {"n": 1}, "objects": things, "who": "me"}]), "l.jsonl"
    )
    (event,) = store.read_all()
    assert (event.data, event.metadata) == (
        {"n": 1},
        {"who": "me", "objects": [{"type": "order", "id": "1"}, {"type": "item", "id": "5"}]},
    )
    assert set(stream_and_objects(event)) == {event.stream, "order-1", "item-5"}


def test_the_same_file_again_brings_nothing_under_any_name(store: EventStore) -> None:
    first = imported(store, LOG)
    for name in ("log.csv", "other.csv"):
        again = imported(store, LOG, name)
        assert (again.events, again.duplicates, again.before, again.topic) == (0, 0, 9, first.topic)
    assert store.head().position == 9


@pytest.mark.parametrize("stated", [Stated({}, {}, ()), Stated({"id": "n"}, {}, ())], ids=["without ids", "with ids"])
def test_a_file_that_has_grown_or_was_mended_brings_its_new_rows(store: EventStore, stated: Stated) -> None:
    lines = ["time,n,sensor_id", *(f"2024-02-05T09:00:{n:02}Z,{n},s" for n in range(6))]
    lines[3] = "never,2,s"
    report = imported(store, "\n".join(lines), stated=stated)
    assert (report.events, report.dead_letters) == (5, 1)
    lines[3] = "2024-02-05T09:00:02Z,2,s"
    lines += ["2024-02-05T09:00:06Z,6,s"]
    report = imported(store, "\n".join(lines), stated=stated)
    assert (report.events, report.duplicates, report.dead_letters) == (2, 5, 0)
    assert sorted(event.data.get("n") or event.id for event in store.read_all()) == sorted(
        {event.data.get("n") or event.id for event in store.read_all()}
    )


def test_equal_rows_are_events_of_their_own(store: EventStore) -> None:
    assert imported(store, ticks([1, 1, 1, 2])).events == 4
    report = imported(store, ticks([1, 1, 1, 2, 1]))
    assert (report.events, report.duplicates) == (1, 4)


def test_bad_rows_are_kept_with_their_line_and_reason(store: EventStore) -> None:
    rows = [
        b"time,sensor_id",
        b"2024-02-05,a",
        b",b",
        b"2024-02-05,c,d",
        b"2024-02-05,\xff",
        b'2024-02-05,"e"f',
        b"x,g",
    ]
    rows += [b"2024-02-06,\0", b'2024-02-06,"never closed', b"2024-02-07,h"]
    report = imported(store, b"\n".join(rows) + b"\n")
    assert (report.events, report.dead_letters) == (2, 7)
    found = {one.record.offset: (one.reason, one.record.value) for one in page(store, topic=report.topic)}
    reasons = ["no time", "wrong number of columns", "not UTF-8", "not CSV", "not a time", "NUL character", "not CSV"]
    assert found == {line: (reason, rows[line - 1]) for line, reason in enumerate(reasons, 3)}
    assert report.reasons == {"not CSV": 2, **{reason: 1 for reason in reasons if reason != "not CSV"}}


def test_bad_rows_of_json_lines(store: EventStore) -> None:
    good = '{"time": "2024-02-05", "id": "a"}\n'
    text = good + '{"time": "2024-02-05"}\n{"time": \n[1]\n{"time": 1.5, "time": 2, "id": 3}\n' + good.replace("a", "b")
    report = imported(store, text, "l.jsonl", Stated({"id": "id"}, {}, ()))
    assert report.events == 2
    assert report.reasons == {"no id": 1, "not JSON": 1, "not an object": 1, "duplicate key": 1}


def test_a_mapping_that_fits_no_row_stores_nothing(store: EventStore) -> None:
    opened = file(ticks(range(300)))
    found = survey(opened, "log.csv")
    wrong = found.mapping(Stated({"time": "time", "time_format": "%d.%m.%Y"}, {}, ()))
    with pytest.raises(RowsRefused, match=r"first 100 rows all fail for one reason \(not a time: "):
        FileImport(store, opened, found, wrong).run()
    assert page(store) == []
    assert FileImport(store, opened, found, found.mapping()).run().events == 300


def test_another_mapping_of_the_same_file_is_refused(store: EventStore) -> None:
    imported(store, LOG)
    article = Stated({}, {"ocel:type:items": "article"}, ())
    grown = LOG + "10.0,pick item,2024-02-07 09:20:00.000Z, ,\"['13']\", , ,1.0\n"
    for text, name in ((LOG, "log.csv"), (LOG, "other.csv"), (grown, "log.csv")):
        with pytest.raises(MappedOtherwise, match="Give the mapping of the first time"):
            imported(store, text, name, article)
    twice = grown.replace("10.0,", "9.0,")
    with pytest.raises(MappedOtherwise):  # the ids no longer differ: the guess alone would make other events
        imported(store, twice)
    assert store.head().position == 9
    report = imported(store, twice, stated=Stated({"id": "ocel:eid"}, {}, ()))
    assert (report.events, report.duplicates, report.reasons) == (0, 9, {"same id, other content": 1})


def test_another_file_of_the_same_name_is_told_and_has_a_source_of_its_own(store: EventStore) -> None:
    imported(store, LOG)
    other = LOG.replace("2024-02", "2025-02")
    with pytest.raises(RowsRefused, match="same id, other content"):
        imported(store, other)
    assert page(store) == []
    assert imported(store, other, stated=Stated({"source": "log-2025"}, {}, ())).events == 9


def test_an_import_that_was_told_to_stop_goes_on_where_it_stopped(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventstore.ingest.importing.BATCH", 7)
    opened = file(ticks(range(20)))
    found = survey(opened, "log.csv")
    first = FileImport(store, opened, found, found.mapping())
    report = first.run(stopped=lambda: first.report.events >= 14)
    assert (report.events, report.finished) == (14, False)
    report = FileImport(store, opened, found, found.mapping()).run()
    assert (report.events, report.before, report.finished) == (6, 14, True)


ROWS = 2_400
"""So many that no machine is through before the last kill: 60 batches, of which 11 are waited for."""

IMPORT = """
import sys
from pathlib import Path
from eventstore.ingest import importing
from eventstore.ingest.surveying import survey
from eventstore.store import EventStore
importing.BATCH = 40
with EventStore.open(sys.argv[1]) as store, Path(sys.argv[2]).open("rb") as file:
    found = survey(file, "log.csv")
    importing.FileImport(store, file, found, found.mapping()).run(lambda *_: print("batch", flush=True))
"""

# The control: batches of the same size, ids made on the way, and no line kept beside them
NAIVE = """
import sys
from pathlib import Path
from eventstore import EventStore, NewEvent
lines = Path(sys.argv[2]).read_text().splitlines()[1:]
with EventStore.open(sys.argv[1]) as store:
    for at in range(0, len(lines), 40):
        store.append([NewEvent(stream="log", category="log", type="Row", data={"line": n}) for n in lines[at:at + 40]])
        print("batch", flush=True)
"""


@pytest.mark.parametrize(("code", "doubled"), [(IMPORT, False), (NAIVE, True)], ids=["import", "naive control"])
def test_killed_at_any_instant_nothing_is_lost_or_doubled(
    database_url: str, tmp_path: Path, code: str, doubled: bool
) -> None:
    text = ticks([n % 600 for n in range(ROWS)])
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    with EventStore.open(database_url):
        pass
    random = Random(5)
    for batches in (3, 7, 1):
        kill_after(
            [sys.executable, "-c", code, database_url, str(tmp_path / "log.csv")], batches, random.random() / 100
        )
    subprocess.run([sys.executable, "-c", code, database_url, str(tmp_path / "log.csv")], check=True, timeout=120)
    with EventStore.open(database_url) as store, EventStore.open(f"sqlite:///{tmp_path / 'whole.db'}") as whole:
        imported(whole, text)
        assert (store.head().position > ROWS) == doubled
        assert (told(store) == told(whole)) != doubled


def kill_after(words: list[str], batches: int, seconds: float) -> None:
    """Kill the process some time after it has said so many batches."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        for _ in range(batches):
            assert said(child) == "batch\n"
        sleep(seconds)  # the random instant of the fault
        child.kill()


def said(child: "subprocess.Popen[str]") -> str:
    """The next line that the child prints."""
    lines: Iterator[str] = iter(child.stdout or ())
    return next(lines, "")
