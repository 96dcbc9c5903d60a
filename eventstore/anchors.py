"""The anchor file: one line for each seal, outside the database, only ever appended to and synced to disk.

A line is `<seal> <first> <last> <hash>`, the hash in hexadecimal.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from eventstore.errors import AnchorsUnusable

_LINE = re.compile(r"(\d+) (\d+) (\d+) ([0-9a-f]{64})", re.ASCII)
_TAIL = 4_096  # bytes from the end in which the last whole line is looked for


class Anchor(NamedTuple):
    """A seal as the anchor file tells it."""

    number: int
    first: int
    last: int
    hash: str


@dataclass(frozen=True, slots=True)
class Anchors:
    """What an anchor file says. `unreadable` are the numbers of lines, from 1, that are no anchors."""

    lines: tuple[Anchor, ...]
    unreadable: tuple[int, ...]


def read_anchors(file: Path) -> Anchors:
    """All anchors in the order of the file; none where there is no file.

    The beginning of a line that stands whole further down is the trace of a crash while it was written, and left out.
    Raises `AnchorsUnusable`.
    """
    texts = _read(file, 0).split("\n")
    whole = {text for text in texts if _LINE.fullmatch(text)}
    unreadable = [
        number
        for number, text in enumerate(texts, 1)
        if text and text not in whole and not _begins(text, whole) and number < len(texts)
    ]
    return Anchors(tuple(anchor for anchor in map(_anchor, texts) if anchor), tuple(unreadable))


def last_anchor(file: Path) -> Anchor | None:
    """The last whole line; None where there is none. Raises `AnchorsUnusable`."""
    for text in reversed(_read(file, _TAIL).split("\n")):
        anchor = _anchor(text)
        if anchor is not None:
            return anchor
    return None


def append_anchors(file: Path, anchors: Iterable[Anchor]) -> None:
    """Append a line for each and wait until the disk has them. Raises `AnchorsUnusable`."""
    lines = "".join(f"{number} {first} {last} {digest}\n" for number, first, last, digest in anchors)
    if not lines:
        return
    torn = _read(file, 1) not in ("", "\n")
    try:
        _append(file, "\n" + lines if torn else lines)
    except OSError as error:
        raise AnchorsUnusable(str(file), error.strerror or str(error)) from error


def _append(file: Path, text: str) -> None:
    new = not file.exists()
    with file.open("ab") as opened:
        opened.write(text.encode())
        opened.flush()
        os.fsync(opened.fileno())
    if new:
        _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    """A new file's name is on disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(file: Path, tail: int) -> str:
    """The file's text, or its last `tail` bytes; empty where there is no file."""
    try:
        with file.open("rb") as opened:
            if tail:
                opened.seek(max(0, opened.seek(0, os.SEEK_END) - tail))
            return opened.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise AnchorsUnusable(str(file), error.strerror or str(error)) from error


def _anchor(text: str) -> Anchor | None:
    found = _LINE.fullmatch(text)
    return Anchor(int(found[1]), int(found[2]), int(found[3]), found[4]) if found else None


def _begins(text: str, whole: Iterable[str]) -> bool:
    return any(line.startswith(text) for line in whole)
