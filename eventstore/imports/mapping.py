"""What the columns of a file mean, as a value and as TOML that people edit."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Any

from eventstore.errors import BadMapping

CSV, JSONL = "csv", "jsonl"

ROW = "Row"
"""The event type of a row, in a file without a column that names one."""


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How the rows of a file become events. A column is named by its header; in JSON Lines by its path, `customer.id`.

    `time_format` is one for `strptime`; empty: ISO 8601, or a number since 1970. `objects` gives each column that
    names things their type. The first column of `stream` that names exactly one thing says whose event a row is; one
    of which none does belongs to the file. `data` is the payload within a JSON row, empty: all of
    it. Ids are unique within their `source`.
    """

    format: str
    source: str
    time: str
    time_format: str = ""
    type: str = ""
    default_type: str = ROW
    id: str = ""
    stream: tuple[str, ...] = ()
    objects: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","
    data: str = ""

    @property
    def category(self) -> str:
        """The category of rows that belong to no one thing: the source without its ending."""
        return "_".join(re.findall(r"[^\W_]+", self.source.partition(".")[0].lower())) or "file"

    @property
    def columns(self) -> frozenset[str]:
        """The columns that the mapping names."""
        named = {self.time, self.type, self.id, self.data, *self.stream, *self.objects}
        return frozenset(named - {""})

    @property
    def fingerprint(self) -> str:
        """Short and the same for mappings that make the same events of a row, but for their source."""
        members = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "source"}
        return sha256(json.dumps(members, sort_keys=True).encode()).hexdigest()[:16]


def toml(mapping: FileMapping, samples: Mapping[str, str]) -> str:
    """The mapping as TOML, each column with a sample of what stands in it."""
    lines = [
        _line(one.name, getattr(mapping, one.name), samples)
        for one in fields(mapping)
        if one.name != "objects" and not (one.name == "delimiter" and mapping.format != CSV)
    ]
    lines += ["", "[objects]"]
    lines += [f"{_text(name)} = {_text(kind)}{_sample(name, samples)}" for name, kind in mapping.objects.items()]
    return "\n".join(lines) + "\n"


def from_toml(text: bytes, file: str) -> FileMapping:
    """The mapping in a TOML text that `toml` made and somebody may have edited. Raises BadMapping."""
    try:
        found = tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(file, f"it is no TOML ({error})") from error
    for name, value in found.items():
        _check(name, value, file)
    missing = [name for name in ("format", "source", "time") if not found.get(name)]
    if missing or found["format"] not in (CSV, JSONL):
        raise BadMapping(file, f"it does not say {' and '.join(missing)}" if missing else "format is csv or jsonl")
    return FileMapping(**{**found, "stream": tuple(found.get("stream", ()))})


def checked(mapping: FileMapping, columns: frozenset[str]) -> FileMapping:
    """The mapping, if a file with these columns can be read by it. Raises BadMapping."""
    missing = sorted(mapping.columns - columns)
    if mapping.format == CSV and missing:
        known = ", ".join(sorted(columns))
        raise BadMapping(mapping.source, f"the file has no column {missing[0]!r} (it has: {known})")
    strange = [name for name in mapping.stream if name not in mapping.objects]
    if strange:
        raise BadMapping(mapping.source, f"stream names {strange[0]!r}, which is no column of objects")
    empty = [name for name in ("source", "default_type") if not getattr(mapping, name)]
    empty += [f"the type of {name}" for name, kind in mapping.objects.items() if not kind]
    if empty:
        raise BadMapping(mapping.source, f"{empty[0]} is empty")
    if len(mapping.delimiter) != 1 or mapping.delimiter in '"\r\n':
        raise BadMapping(mapping.source, f"the delimiter is {mapping.delimiter!r}, not one character")
    return mapping


_KINDS: dict[str, tuple[type, str]] = {"stream": (list, "a list of texts"), "objects": (dict, "a table of texts")}


def _check(name: str, value: Any, file: str) -> None:
    known = [one.name for one in fields(FileMapping)]
    if name not in known:
        raise BadMapping(file, f"it sets {name}, which has no meaning (known: {', '.join(known)})")
    kind, meaning = _KINDS.get(name, (str, "a text"))
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not isinstance(value, kind) or not all(isinstance(one, str) for one in parts):
        raise BadMapping(file, f"{name} must be {meaning}")


def _line(name: str, value: str | tuple[str, ...], samples: Mapping[str, str]) -> str:
    if isinstance(value, tuple):
        return f"{name} = [{', '.join(map(_text, value))}]"
    return f"{name} = {_text(value)}{_sample(value, samples) if name in {'time', 'type', 'id', 'data'} else ''}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _sample(column: str, samples: Mapping[str, str]) -> str:
    return f"    # {_text(samples[column])}" if samples.get(column) else ""
