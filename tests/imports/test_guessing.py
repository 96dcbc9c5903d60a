"""What the columns of a file are taken to mean, and that no cell is lost by it."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventstore.core.event import OccurredSource
from eventstore.core.times import format_time
from eventstore.envelopes.message import Record
from eventstore.errors import AmbiguousTimes, BadMapping, NoTimes, UnusableFile
from eventstore.imports.cells import blank, listed, things
from eventstore.imports.cutting import Cut, csv_records, header
from eventstore.imports.guessing import guessed, ids, sample, singular
from eventstore.imports.mapping import CSV, FileMapping, from_toml, toml
from eventstore.imports.rows import opened
from eventstore.imports.time_forms import form_of, time_of
from eventstore.ingest.surveying import Stated, survey
from tests.imports.files import LOG, file, jsonl


def mapping_of(text: str, name: str = "log.csv", **words: str) -> FileMapping:
    return survey(file(text), name).mapping(Stated(words, {}, ()))


def test_an_object_centric_log_needs_no_word() -> None:
    found = mapping_of(LOG)
    assert (found.time, found.type, found.id) == ("ocel:timestamp", "ocel:activity", "ocel:eid")
    assert found.objects == {
        "ocel:type:customers": "customer",
        "ocel:type:items": "item",
        "ocel:type:orders": "order",
        "ocel:type:packages": "package",
    }
    assert found.stream == ("ocel:type:orders", "ocel:type:packages", "ocel:type:items")


def test_plain_tables_say_it_by_their_names() -> None:
    text = "eventId;customerId;order_id;Event Type;Created At;amount\n"
    text += "a;7;1;Order Placed;05.02.2024 09:00;1,50\nb;7;2;Order Placed;15.02.2024 09:00;2\n"
    found = mapping_of(text + "c;7;1;Order Paid;16.02.2024 09:00;2\n")
    assert (found.delimiter, found.time, found.time_format) == (";", "Created At", "%d.%m.%Y %H:%M")
    assert (found.type, found.id) == ("Event Type", "eventId")
    assert found.objects == {"customerId": "customer", "order_id": "order"}
    assert found.stream == ("order_id", "customerId")


def test_json_lines_are_mapped_by_paths() -> None:
    row: dict[str, Any] = {
        "meta": {"time": 1_707_123_600_000, "kind": "x"},
        "event": "Paid",
        "data": {"order": {"id": 1}},
    }
    found = mapping_of(jsonl([row, {**row, "event": "Sent"}]), "log.jsonl")
    assert (found.time, found.type, found.id, found.data) == ("meta.time", "event", "", "data")
    assert found.objects == {"data.order.id": "order"}


def test_lists_of_objects_say_their_types_and_other_lists_are_data() -> None:
    row = {
        "time": "2024-02-05",
        "type": "x",
        "tags": ["a"],
        "objects": [{"type": "order", "id": "1"}],
        "items": [{"n": 1}],
    }
    assert mapping_of(jsonl([row]), "log.jsonl").objects == {"objects": "object"}


def test_a_price_is_no_time_and_dates_with_two_readings_are_asked_about() -> None:
    with pytest.raises(NoTimes, match="Name the one that does with --time"):
        mapping_of("price,name\n12.50,a\n3,b\n")
    with pytest.raises(AmbiguousTimes, match="--time-format"):
        mapping_of("date,x\n03/04/2024,1\n05/06/2024,2\n")
    assert mapping_of("date,x\n03/04/2024,1\n05/06/2024,2\n", time_format="%d/%m/%Y").time_format == "%d/%m/%Y"


def test_the_id_of_a_thing_is_no_id_of_events() -> None:
    rows = [f"2024-02-05T09:00:00Z,o{n},{n}" for n in range(1_500)]
    assert mapping_of("\n".join(["time,order_id,id", *rows])).id == "id"
    again = mapping_of("\n".join(["time,order_id,id", *rows, "2024-02-06,o1,1"]))  # seen in all of the file only
    assert (again.id, again.stream) == ("", ("order_id",))
    assert mapping_of("\n".join(["time,order_id", "2024-02-05,1"])).id == ""


def test_the_name_of_a_thing_is_no_type_of_events() -> None:
    assert mapping_of("time,customer name,order_type\n2024-02-05,a,b\n").type == ""
    assert mapping_of("time,customer name,my activity\n2024-02-05,a,b\n").type == "my activity"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("PK\x03\x04\x00\x00", "no text has"),
        ('[{"a": 1}]', "jq -c"),
        ("2024-02-05,5\n2024-02-06,6\n", "holds values, no names"),
        ("time,a\n", "none of its first lines"),
        ('time,"a\n1,2\n', "no header"),
    ],
)
def test_a_file_without_rows_is_refused_with_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(UnusableFile, match=reason):
        survey(file(text), "x.csv")


@pytest.mark.parametrize(
    ("text", "read", "source"),
    [
        ("2024-02-05 09:00:00.123456Z", "2024-02-05T09:00:00.123456Z", OccurredSource.PRODUCER),
        ("2024-02-05 09:00:00", "2024-02-05T09:00:00.000000Z", OccurredSource.NO_ZONE),
        ("2024-02-05 09:00:00 UTC", "2024-02-05T09:00:00.000000Z", OccurredSource.PRODUCER),
        ("1707123600", "2024-02-05T09:00:00.000000Z", OccurredSource.PRODUCER),
        ("1707123600.5", "2024-02-05T09:00:00.500000Z", OccurredSource.PRODUCER),
        ("1707123600123", "2024-02-05T09:00:00.123000Z", OccurredSource.PRODUCER),
        ("1707123600123456", "2024-02-05T09:00:00.123456Z", OccurredSource.PRODUCER),
        ("25.02.2024 9:05", "2024-02-25T09:05:00.000000Z", OccurredSource.NO_ZONE),
        ("2/25/2024 9:05:01 PM", "2024-02-25T21:05:01.000000Z", OccurredSource.NO_ZONE),
        ("2024/02/25 09:05:01+0200", "2024-02-25T07:05:01.000000Z", OccurredSource.PRODUCER),
        ("Sun, 25 Feb 2024 09:05:01 GMT", "2024-02-25T09:05:01.000000Z", OccurredSource.PRODUCER),
        ("25/Feb/2024:09:05:01 +0000", "2024-02-25T09:05:01.000000Z", OccurredSource.PRODUCER),
        ("20240225T090501", "2024-02-25T09:05:01.000000Z", OccurredSource.NO_ZONE),
    ],
)
def test_the_forms_of_times_that_files_have(text: str, read: str, source: OccurredSource) -> None:
    form = form_of([text], "t")
    assert form is not None
    found = time_of(text, form)
    assert (format_time(found.micros), found.source) == (read, source)


@pytest.mark.parametrize("text", ["soon", "7", "12.5", "123456", "order-1", "[1]"])
def test_what_is_no_time(text: str) -> None:
    assert form_of([text], "t") is None


def test_singular_nouns() -> None:
    nouns = {
        "orders": "order",
        "boxes": "box",
        "parties": "party",
        "address": "address",
        "status": "status",
        "item": "item",
    }
    assert {noun: singular(noun) for noun in nouns} == nouns


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=5))
def test_lists_in_cells_come_back(items: list[str]) -> None:
    assert listed(repr(items)) == items


def test_lists_keep_the_digits_of_what_stands_bare() -> None:
    assert [thing.id for thing in things("[1.10, 007 , x y]", "n")] == ["1.10", "007", "x y"]
    assert [tuple(thing) for thing in things("order-7", "order")] == [("order", "7")]


names = st.sampled_from(
    [
        "time",
        "type",
        "id",
        "event_id",
        "order_id",
        "items",
        "ocel:type:orders",
        "note",
        "note",
        "",
        "name",
        "a.b",
        "tags",
    ]
)
cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=6) | st.sampled_from(
    ["1", "['a','b']", "x", " ", "", "2024-02-05"]
)


@given(st.lists(names, min_size=1, max_size=6), st.data())
def test_nothing_of_a_row_is_lost(named: list[str], draw: st.DataObject) -> None:
    """Each cell that says something is the payload's, or the event's time, type or id, or one of its objects."""
    width = len(named)
    table = draw.draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=4))
    out = StringIO(newline="")
    csv.writer(out).writerows([["at", *named], *(["2024-02-05T09:00:00Z", *row] for row in table)])
    first, *rows = csv_records(out.getvalue().encode().splitlines(keepends=True), ",")
    columns = header(cells_of(first))
    read = [dict(zip(columns, cells_of(row), strict=True)) for row in rows]
    assert [list(one.values())[1:] for one in read] == table
    samples = sample(read, columns)
    event_id = next(iter(ids(samples, len(read))), "")
    mapping = guessed(samples, form=CSV, source="f", stated={"time": "at", "id": event_id})
    for cut, values in zip(rows, read, strict=True):
        event = opened(mapping, columns, Record("f", "", 0, 1, None, 0, None, cut.value), list(values.values()), 0)
        said = kept(mapping, event)
        for column, cell in values.items():
            assert blank(cell) or said(column, cell), (column, cell, event)


def cells_of(cut: Cut) -> list[str]:
    assert isinstance(cut.cells, list)
    return cut.cells


def kept(mapping: FileMapping, event: Any) -> Any:
    from eventstore.core.canonical import decode

    data, objects = decode(event.data), decode(event.metadata).get("objects", [])

    def said(column: str, cell: str) -> bool:
        if column in mapping.objects:
            return all({"type": one.type, "id": one.id} in objects for one in things(cell, mapping.objects[column]))
        if column == mapping.time:
            return bool(event.occurred_at == time_of(cell, mapping.time_format).micros)
        stated = {mapping.type: event.type, mapping.id: event.id.removeprefix("f#")}
        return bool(stated[column] == cell.strip() if column in stated else data[column] == cell)

    return said


def test_a_mapping_comes_back_from_its_toml() -> None:
    found = survey(file(LOG), "lög \x7f.csv")
    mapping = found.mapping()
    text = found.toml(mapping)
    assert from_toml(text.encode(), "x.toml") == mapping
    assert 'time = "ocel:timestamp"    # "2024-02-05 09:00:00.000Z"' in text
    assert """"ocel:type:items" = "item"    # "['11','12']\"""" in text
    assert toml(mapping, {}).startswith('format = "csv"')


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (("time = ", "tyme = "), "tyme, which has no meaning"),
        (('time = "ocel:timestamp"', 'time = "when"'), "no column 'when'"),
        (('format = "csv"', 'format = "xml"'), "csv or jsonl"),
        (("stream = [", 'stream = ["weight", '), "'weight', which is no column of objects"),
        (('"ocel:type:items" = "item"', '"ocel:type:items" = 7'), "a table of texts"),
        (('"ocel:type:items" = "item"', '"ocel:type:items" = ""'), "is empty"),
        (("[objects]", "[objects"), "no TOML"),
        (('delimiter = ","', 'delimiter = ";;"'), "not one character"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(edit: tuple[str, str], problem: str) -> None:
    found = survey(file(LOG), "log.csv")
    text = found.toml(found.mapping())
    assert edit[0] in text
    with pytest.raises(BadMapping, match=problem):
        found.mapping(edited=from_toml(text.replace(*edit).encode(), "x.toml"))
