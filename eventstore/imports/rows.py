"""One row of a file becomes an event, by the file's mapping."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from eventstore.core.canonical import Json, encode
from eventstore.core.event import Micros, NewEvent
from eventstore.core.identity import derived_id
from eventstore.envelopes.message import Decode, Document, Record, careful
from eventstore.envelopes.naming import id_of, joined, name_of
from eventstore.envelopes.paths import at, cut
from eventstore.errors import Unreadable
from eventstore.imports.cells import Thing, blank, things
from eventstore.imports.mapping import CSV, FileMapping
from eventstore.imports.time_forms import time_of


class Row(NamedTuple):
    """What a row says: the value in each column, its payload, and what else stands beside that."""

    values: Mapping[str, Any]
    data: Json
    metadata: Mapping[str, Json]

    def at(self, column: str) -> Any:
        """What stands in the column, or at the path; None: nothing."""
        return value_at(column, self.values)


def value_at(column: str, values: Mapping[str, Any]) -> Any:
    """What a row of such values holds in the column, or at the path; None: nothing."""
    return values[column] if column in values else at(column, values)


def csv_row(mapping: FileMapping, columns: Sequence[str], cells: Sequence[str]) -> Row:
    """A row of cells. Those that the mapping does not take are its payload, as written; blank ones say nothing.

    Raises Unreadable for a row of another width than the header.
    """
    if len(cells) != len(columns):
        detail = f"The row has {len(cells)} columns, the header {len(columns)}."
        raise Unreadable("wrong number of columns", detail)
    values = dict(zip(columns, cells, strict=True))
    taken = mapping.columns
    data = {name: cell for name, cell in values.items() if name not in taken and not blank(cell)}
    return Row(values, encode(data), {})


def json_row(mapping: FileMapping, document: Document) -> Row:
    """A row of JSON Lines: its payload is the whole text, or what stands at the path of `data`, as written.

    Raises Unreadable for a document that is no object.
    """
    if not isinstance(document.value, dict):
        raise Unreadable("not an object", "The row is JSON, but not an object with members.")
    part = cut(mapping.data, document.members) if mapping.data else None
    if part is None:
        return Row(document.value, document.text, {})
    taken = {path.partition(".")[0] for path in (*mapping.columns, "objects")}
    rest = {name: text for name, text in document.members.items() if name not in taken}
    return Row(document.value, part, rest)


def event_of(mapping: FileMapping, record: Record, row: Row, nth: int) -> NewEvent:
    """The event of a row. `nth` counts rows with these very bytes from 0: one that names no id is known by both.

    The same row of the same source always gives the same event. Raises Unreadable.
    """
    when = time_of(row.at(mapping.time), mapping.time_format)
    found = {column: things(row.at(column), kind) for column, kind in mapping.objects.items()}
    stream, category = _stream(mapping, found)
    objects = dict.fromkeys(thing for named in found.values() for thing in named)
    belongs = {"objects": encode([thing._asdict() for thing in objects])} if objects else {}
    return NewEvent(
        stream=stream,
        category=category,
        type=_type(mapping, row),
        data=row.data,
        metadata=joined({**row.metadata, **belongs}),
        id=_id(mapping, record, row, when.micros, nth),
        occurred_at=when.micros,
        occurred_source=when.source,
    )


def opened(
    mapping: FileMapping,
    columns: Sequence[str],
    record: Record,
    cells: Sequence[str] | None,
    nth: int,
    decode: Decode = careful,
) -> NewEvent:
    """The event of a record of the file, whose cells are given where it is CSV. Raises Unreadable."""
    if mapping.format == CSV:
        return event_of(mapping, record, csv_row(mapping, columns, cells or ()), nth)
    return event_of(mapping, record, json_row(mapping, decode(record.value or b"")), nth)


def _stream(mapping: FileMapping, found: Mapping[str, Sequence[Thing]]) -> tuple[str, str]:
    """The stream and its category: the first thing that stands alone in its column, else the file's."""
    for column in mapping.stream:
        if len(found[column]) == 1:
            return name_of(found[column][0].stream, "stream") or "", found[column][0].type
    return name_of(f"{mapping.category}-{mapping.source}", "stream") or "", mapping.category


def _type(mapping: FileMapping, row: Row) -> str:
    stated = row.at(mapping.type) if mapping.type else None
    if blank(stated):
        return mapping.default_type
    return name_of(stated.strip() if isinstance(stated, str) else stated, "type") or mapping.default_type


def _id(mapping: FileMapping, record: Record, row: Row, at: Micros, nth: int) -> str:
    if not mapping.id:
        content = sha256(record.value or b"").hexdigest()
        return derived_id(f"{mapping.source}#{content}", 0, nth, at // 1_000)
    stated = row.at(mapping.id)
    if blank(stated):
        raise Unreadable("no id", f"The row holds no id in {mapping.id}.")
    return id_of(stated.strip() if isinstance(stated, str) else stated, mapping.source, record)
