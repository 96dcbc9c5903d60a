"""Lines become records: one a line in JSON Lines; in CSV a quoted cell may hold line ends."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from eventstore.errors import Unreadable

LONGEST = 1_000
"""Lines that one CSV record may have: a quote that is never closed must not swallow the file."""

DELIMITERS = (",", ";", "\t", "|")


class Cut(NamedTuple):
    """A record: its first line, counted from 1; the line behind it; its bytes without the last line end.

    `cells` are a CSV record's, or why it has none; None in JSON Lines.
    """

    line: int
    behind: int
    value: bytes
    cells: Sequence[str] | Unreadable | None


def json_records(lines: Iterable[bytes]) -> Iterator[Cut]:
    """A record for each line that is not blank."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield Cut(number, number + 1, line.rstrip(b"\r\n"), None)


def csv_records(lines: Iterable[bytes], delimiter: str) -> Iterator[Cut]:
    """The records, the header first. A line that begins no whole record is one that has no cells; the next is tried."""
    ahead = _Lines(lines)
    while (line := ahead.take()) is not None:
        if not line.strip():
            continue
        number, taken = ahead.number, [line]
        try:
            cells: Sequence[str] | Unreadable = _cells(taken, ahead, delimiter)
        except Unreadable as why:
            ahead.put_back(taken[1:])
            taken, cells = taken[:1], why
        yield Cut(number, number + len(taken), b"".join(taken).rstrip(b"\r\n"), cells)


def header(cells: Sequence[str]) -> list[str]:
    """The names of columns: each once, and none empty."""
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = cell.strip() or f"column {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return names


def delimiter_of(lines: Sequence[bytes]) -> str:
    """The delimiter by which most of the lines have the most cells, and as many as the first."""
    return max(DELIMITERS, key=lambda one: _fit(lines, one))


class _Lines:
    """Lines with their numbers, some of which may be put back."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines, self._back, self.number = iter(lines), deque[bytes](), 0

    def take(self) -> bytes | None:
        line = self._back.popleft() if self._back else next(self._lines, None)
        self.number += line is not None
        return line

    def put_back(self, lines: Sequence[bytes]) -> None:
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)


def _cells(taken: list[bytes], ahead: _Lines, delimiter: str) -> list[str]:
    """The cells of the record that begins with the line in `taken`, where the lines it needs are added."""

    def needed() -> Iterator[str]:
        while len(taken) < LONGEST and (line := ahead.take()) is not None:
            taken.append(line)
            yield _text(line)

    try:
        return next(csv.reader(chain([_text(taken[0])], needed()), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Unreadable("not CSV", f"{str(error).capitalize()}.") from None


def _text(line: bytes) -> str:
    if b"\0" in line:
        raise Unreadable("NUL character", "The row holds the character U+0000, which databases cut or refuse.")
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        detail = f"The byte 0x{line[error.start]:02x} at offset {error.start} is not UTF-8 ({error.reason})."
        raise Unreadable("not UTF-8", detail) from None


def _fit(lines: Sequence[bytes], delimiter: str) -> int:
    widths = [len(cut.cells) for cut in csv_records(lines, delimiter) if isinstance(cut.cells, list)]
    return sum(width for width in widths if width == widths[0] > 1)
