"""Surveying: a file is looked at before any of it is imported, and what its columns mean is settled."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from eventstore.core.canonical import MAX_BYTES
from eventstore.errors import Unreadable, UnusableFile
from eventstore.imports.cutting import Cut, csv_records, delimiter_of, header, json_records
from eventstore.imports.guessing import Sample, guessed, ids, sample, streams
from eventstore.imports.mapping import CSV, JSONL, FileMapping, checked, from_toml, toml
from eventstore.imports.rows import value_at
from eventstore.imports.time_forms import looks_like_value
from eventstore.ingest.decode import decode

__all__ = ["FileMapping", "Stated", "Survey", "from_toml", "records", "survey"]

SAMPLED = 1_000
"""The first rows, from which a mapping is guessed."""

_BLOCK = 1 << 20


class Stated(NamedTuple):
    """What a caller knows of the columns: `words` by the fields of `FileMapping`, types of things, and streams.

    A column of `objects` with an empty type names no things.
    """

    words: Mapping[str, str]
    objects: Mapping[str, str]
    stream: tuple[str, ...]


NOTHING = Stated({}, {}, ())


class Survey(NamedTuple):
    """A file as it was found: its digest, lines and bytes, its form and delimiter, its columns and their samples.

    `id` is the column that holds ids of events, empty: none does in all of the file.
    """

    name: str
    digest: str
    lines: int
    size: int
    form: str
    delimiter: str
    columns: tuple[str, ...]
    samples: Sample
    id: str

    def mapping(self, stated: Stated = NOTHING, edited: FileMapping | None = None) -> FileMapping:
        """What the columns mean: as `edited`, else as the first rows suggest; and over it what is stated.

        Raises NoTimes and AmbiguousTimes where that cannot be told, BadMapping where it does not fit the file.
        """
        words: dict[str, Any] = {name: value for name, value in stated.words.items() if value}
        mapping = replace(edited or self._guess(words), **words)
        if stated.objects:
            objects = {name: kind for name, kind in {**mapping.objects, **stated.objects}.items() if kind}
            mapping = replace(mapping, objects=objects, stream=streams(self.samples, objects))
        return checked(replace(mapping, stream=stated.stream or mapping.stream), frozenset(self.columns))

    def toml(self, mapping: FileMapping) -> str:
        """The mapping as TOML to edit, each column with the first that stands in it."""
        return toml(mapping, {name: str(values[0])[:60] for name, values in self.samples.items() if values})

    def _guess(self, words: Mapping[str, str]) -> FileMapping:
        known = {"id": self.id, **words}
        found = guessed(self.samples, form=self.form, source=self.name, stated=known)
        return replace(found, delimiter=self.delimiter)


def records(file: BinaryIO, form: str, delimiter: str) -> Iterator[Cut]:
    """The file's records from its begin, in CSV the header first."""
    file.seek(0)
    lines = _without_mark(file)
    return csv_records(lines, delimiter) if form == CSV else json_records(lines)


def survey(file: BinaryIO, name: str, delimiter: str = "") -> Survey:
    """Read the file once, and its first rows again; the delimiter is guessed where none is given.

    Raises UnusableFile for a file that holds no rows of text.
    """
    digest, lines, size, begin = _measured(file)
    if not begin.strip() or b"\0" in begin.partition(b"\n")[0]:
        problem = "it holds bytes that no text has" if begin.strip() else "it is empty"
        raise UnusableFile(name, problem, "Name a text file in UTF-8, of CSV or JSON Lines.")
    if begin.lstrip().startswith(b"["):
        raise UnusableFile(name, "it begins as one JSON array", "Write each object on a line: jq -c '.[]' does that.")
    form = JSONL if begin.lstrip().startswith(b"{") else CSV
    delimiter = delimiter or delimiter_of(begin.splitlines(keepends=True)[:100])
    rows = records(file, form, delimiter)
    columns = _header(name, next(rows)) if form == CSV else []
    values = [row for cut in islice(rows, SAMPLED) if (row := _values(columns, cut)) is not None]
    if not values:
        raise UnusableFile(name, "none of its first lines is a row", "CSV needs a header and rows, JSON Lines objects.")
    samples = sample(values, columns)
    event_id = _consistent(records(file, form, delimiter), columns, ids(samples, len(values)))
    return Survey(name, digest, lines, size, form, delimiter, tuple(samples), samples, event_id)


def _consistent(cuts: Iterator[Cut], columns: list[str], named: list[str]) -> str:
    """The first of the columns in which no value stands in two rows that differ, in all of the file; empty: none.

    The first thousand rows do not tell: the id of an order looks like one of an event until the order's second row.
    """
    rows: dict[str, dict[bytes, bytes]] = {name: {} for name in named}
    for cut in cuts if named else ():
        values, row = _values(columns, cut), _short(cut.value)
        for name in list(rows) if values else ():
            if rows[name].setdefault(_short(str(value_at(name, values or {})).encode()), row) != row:
                del rows[name]
    return next(iter(rows), "")


def _short(value: bytes) -> bytes:
    return sha256(value).digest()[:8]


def _measured(file: BinaryIO) -> tuple[str, int, int, bytes]:
    """The file's digest, lines and bytes, and how it begins."""
    file.seek(0)
    digest, lines, size, begin, last = sha256(), 0, 0, b"", b""
    while block := file.read(_BLOCK):
        begin = begin or block.removeprefix(BOM_UTF8)
        digest.update(block)
        lines, size, last = lines + block.count(b"\n"), size + len(block), block[-1:]
    return digest.hexdigest(), lines + (last not in (b"", b"\n")), size, begin


def _header(name: str, cut: Cut) -> list[str]:
    if isinstance(cut.cells, Unreadable) or cut.cells is None:
        raise UnusableFile(name, f"its first line is no header ({cut.cells})", "Name a file of CSV or JSON Lines.")
    if any(looks_like_value(cell) for cell in cut.cells):
        raise UnusableFile(name, "its first line holds values, no names", "Write the columns' names above it.")
    return header(cut.cells)


def _values(columns: list[str], cut: Cut) -> Mapping[str, Any] | None:
    """The values of a row, for guessing; None: it has none."""
    if cut.cells is not None:
        if isinstance(cut.cells, Unreadable) or len(cut.cells) != len(columns):
            return None
        return dict(zip(columns, cut.cells, strict=True))
    try:
        value = decode(cut.value, MAX_BYTES).value
    except Unreadable:
        return None
    return value if isinstance(value, dict) else None


def _without_mark(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, the first without the byte order mark that some programs write."""
    for number, line in enumerate(lines):
        yield line if number else line.removeprefix(BOM_UTF8)
