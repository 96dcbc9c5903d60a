"""What the columns of a file probably mean, by their names and by what stands in the first rows."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from eventstore.errors import NoTimes, Unreadable
from eventstore.imports.cells import IDS, TYPES, Thing, blank, is_list, things
from eventstore.imports.mapping import CSV, FileMapping
from eventstore.imports.time_forms import form_of, is_number

_TIMES = (
    "occurred at",
    "event time",
    "event timestamp",
    "timestamp",
    "datetime",
    "date time",
    "time",
    "ts",
    "created at",
    "created",
    "date",
    "at",
)
_TYPE_NAMES = ("event type", "activity", "type", "event name", "event", "action", "name", "operation")
_ID_NAMES = ("event id", "eid", "event uuid", "message id", "uuid", "id")
_ALONE = {"type", "name", "event", "operation", "id", "uuid"}  # behind another word they are of that: customer name
_ENDS = {"id", "ids", "uuid", "key", "no", "nr"}
_LISTS = {"objects", "omap", "relationships"}
_DATA_NAMES = ("data", "payload", "body")
_OCEL_TYPE, _CASE = "ocel:type:", "case:concept:name"

Sample = Mapping[str, Sequence[Any]]
"""The columns of the first rows: for each what stands in it, blanks left out."""


def sample(rows: Iterable[Mapping[str, Any]], names: Iterable[str] = ()) -> dict[str, list[Any]]:
    """The rows by column. Members of JSON objects stand under their paths; an object alone is no column."""
    found: dict[str, list[Any]] = {name: [] for name in names}
    for row in rows:
        for path, value in _leaves(row, ""):
            found.setdefault(path, []).extend([] if blank(value) else [value])
    return found


def guessed(columns: Sample, *, form: str, source: str, stated: Mapping[str, str]) -> FileMapping:
    """The mapping of a file of this form, from the columns of its first rows.

    `stated` holds what is known already of `time`, `time_format`, `type` and `id`. Raises NoTimes and AmbiguousTimes.
    """
    time, time_format = _time(columns, source, stated)
    kind = stated.get("type") or _named(columns, _TYPE_NAMES, {time}, _names_types)
    event_id = stated.get("id", "")
    objects = _objects(columns, {time, kind, event_id})
    return FileMapping(
        format=form,
        source=source,
        time=time,
        time_format=time_format,
        type=kind,
        id=event_id,
        stream=streams(columns, objects),
        objects=objects,
        data="" if form == CSV else next((name for name in _DATA_NAMES if f"{name}." in _tops(columns)), ""),
    )


def ids(columns: Sample, rows: int) -> list[str]:
    """The columns that are called an event's id, and of which each row has one of its own."""
    named = _by_name(columns, _ID_NAMES, _ALONE)
    return [column for column in named if rows and len({str(one) for one in columns[column]}) == rows]


def streams(columns: Sample, objects: Mapping[str, str]) -> tuple[str, ...]:
    """Columns of things: first where most stand alone; of these where a thing has several rows; then the finest."""
    named = {name: [things(value, kind) for value in columns.get(name, ())] for name, kind in objects.items()}
    return tuple(sorted((name for name, cells in named.items() if cells), key=lambda name: _rank(named[name])))


def singular(noun: str) -> str:
    """The noun for one of them, as English mostly has it."""
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


def words(column: str) -> list[str]:
    """The words of a column's name behind its last colon, in lower case: `ocel:eventType` is event, type."""
    local = column.rpartition(":")[2] or column
    return re.findall(r"[^\W_]+", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", local).lower())


def _leaves(row: Mapping[str, Any], before: str) -> Iterable[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _tops(columns: Sample) -> set[str]:
    """The first members of paths, each with its dot."""
    return {f"{path.partition('.')[0]}." for path in columns if "." in path}


def _time(columns: Sample, source: str, stated: Mapping[str, str]) -> tuple[str, str]:
    """The column that says when, and the form in which it does; one of such a name needs fewer rows to show it."""
    said = stated.get("time")
    named = [said] if said else _by_name(columns, _TIMES)
    for column in named if said else [*named, *_dates(columns)]:
        texts = [str(value) for value in columns.get(column, ()) if not isinstance(value, list)]
        enough = 0.5 if column in named else 0.9
        form = stated.get("time_format") or (form_of(texts, column, enough) if texts else None)
        if form is not None:
            return column, form
    raise NoTimes(source, said or "", list(columns))


def _dates(columns: Sample) -> list[str]:
    """The columns whose values are texts, and no numbers: of any name, they may be times."""
    return [
        column
        for column, values in columns.items()
        if all(isinstance(value, str) and not is_number(value) for value in values)
    ]


def _named(columns: Sample, names: Sequence[str], but: set[str], fits: Callable[[Sequence[Any]], bool]) -> str:
    """The first column of such a name whose values fit; empty: there is none."""
    return next((one for one in _by_name(columns, names, _ALONE) if one not in but and fits(columns[one])), "")


def _by_name(columns: Sample, names: Sequence[str], alone: Collection[str] = ()) -> list[str]:
    """The columns whose names are, or else end with, one of these; in their order. Those of `alone` end no name."""
    said = {column: " ".join(words(column)) for column in columns if not _is_object_name(column)}
    whole = [column for name in names for column, text in said.items() if text == name]
    ends = [f" {name}" for name in names if name not in alone]
    return whole + [column for end in ends for column, text in said.items() if text.endswith(end)]


def _is_object_name(column: str) -> bool:
    return column.startswith(_OCEL_TYPE) or column == _CASE


def _names_types(values: Sequence[Any]) -> bool:
    """Whether the values may be types: texts, and few beside the rows."""
    texts = all(isinstance(value, str) and not is_number(value) and not is_list(value) for value in values)
    return bool(values) and texts and len(set(values)) <= max(20, len(values) // 2)


def _objects(columns: Sample, but: set[str]) -> dict[str, str]:
    """The columns that name things, each with their type."""
    found = {name: _type_in(name, values) for name, values in columns.items() if name not in but}
    return {name: kind for name, kind in found.items() if kind}


def _type_in(column: str, values: Sequence[Any]) -> str:
    """The type of the things that a column names; empty: it names none."""
    if _is_object_name(column):
        return _joined(words(column.removesuffix(":concept:name")))
    named = words(column)
    if not named or not values or not _name_things(values):
        return ""
    if len(named) > 1 and named[-1] in _ENDS and not any(isinstance(value, bool | float) for value in values):
        return _joined([word for word in named[:-1] if word not in _DATA_NAMES] or named[:-1])
    return _type_of_lists(named, values)


def _type_of_lists(named: Sequence[str], values: Sequence[Any]) -> str:
    if named[-1] in _LISTS and all(isinstance(value, list) for value in values):
        return "object"
    return _joined(named) if all(map(_lists_things, values)) else ""


def _lists_things(value: Any) -> bool:
    """Whether it is a list in a cell, or one of objects with a type and an id. Other lists of JSON are mostly data."""
    if isinstance(value, str):
        return is_list(value)
    members = [one.keys() for one in value] if _holds_objects(value) else []
    return bool(members) and all(names & set(TYPES) and names & set(IDS) for names in members)


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _name_things(values: Sequence[Any]) -> bool:
    try:
        return sum(len(things(value, "x")) for value in values) > 0
    except Unreadable:
        return False


def _joined(named: Sequence[str]) -> str:
    return "_".join([*named[:-1], singular(named[-1])]) if named else ""


def _rank(cells: Sequence[Sequence[Thing]]) -> tuple[float, bool, int]:
    alone = sum(len(named) == 1 for named in cells) / len(cells)
    differ = len({thing for named in cells for thing in named})
    gathers = sum(map(len, cells)) > differ
    return -alone, not gathers, -differ
