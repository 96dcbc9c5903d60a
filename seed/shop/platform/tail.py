"""The tail of a log file: each line at least once and under the same number, through any crash of the reader.

How far it was read is kept beside the file. A file that was cut short or replaced meanwhile is noticed, also where
it has grown again: the bytes before the place are no longer those that were read.
"""

import os
from pathlib import Path
from typing import NamedTuple

import msgspec

CHUNK = 256 * 1_024
"""At most so many bytes are read at a time; a longer line comes in pieces."""
MARK = 64
"""So many bytes before the place are kept to know the file again."""


class Place(msgspec.Struct, frozen=True):
    """How far the file was read. `line` numbers the last line since the file began anew, which it did `cuts` times."""

    offset: int = 0
    line: int = 0
    cuts: int = 0
    mark: bytes = b""


class Batch(NamedTuple):
    """Lines, the number of the first, the place behind them, and how many bytes wait there.

    `lost_after` is the number of the last line read of a file that is no more; None: nothing was lost.
    """

    lines: list[bytes]
    first: int
    place: Place
    behind: int
    lost_after: int | None


class Tail:
    """Reads a file that another process writes to."""

    def __init__(self, file: Path) -> None:
        self._file, self._kept = file, file.with_suffix(".place")
        self._place = msgspec.json.decode(self._kept.read_bytes(), type=Place) if self._kept.exists() else Place()

    def read(self) -> Batch:
        """The next whole lines. The same come again until they are `done`."""
        if not self._file.exists():
            return Batch([], 1, self._place, 0, None)
        with self._file.open("rb") as opened:
            place = self._place if self._is_known(opened.fileno()) else Place(cuts=self._place.cuts + 1)
            found = os.pread(opened.fileno(), CHUNK, place.offset)
            behind = os.fstat(opened.fileno()).st_size - place.offset
        whole = found[: found.rfind(b"\n") + 1] or (found if len(found) == CHUNK else b"")
        lines = whole.removesuffix(b"\n").split(b"\n") if whole else []
        end = Place(place.offset + len(whole), place.line + len(lines), place.cuts, (place.mark + whole)[-MARK:])
        lost_after = self._place.line if place.cuts > self._place.cuts else None
        return Batch(lines, place.line + 1, end, behind - len(whole), lost_after)

    def done(self, batch: Batch) -> None:
        """These lines are where they should be: go on behind them, also after a crash."""
        if batch.place != self._place:
            new = self._kept.with_suffix(".new")
            new.write_bytes(msgspec.json.encode(batch.place))
            new.replace(self._kept)
            self._place = batch.place

    def _is_known(self, file: int) -> bool:
        mark = self._place.mark
        return os.pread(file, len(mark), self._place.offset - len(mark)) == mark
