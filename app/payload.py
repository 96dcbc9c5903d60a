"""Payload text exactly as it was sent: laid out for reading, masked, as bytes. Pure; no number or name is rewritten."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from eventstore import HIDDEN, Change, Path, between, changes, written

__all__ = [
    "HIDDEN",
    "Change",
    "Leaf",
    "Mask",
    "as_text",
    "between",
    "changes",
    "hex_lines",
    "hiding",
    "laid_out",
    "leaves",
    "mask_of",
    "masked",
    "visible",
    "written",
]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that holds no others, by its path; `text` is as written."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class _Value:
    path: Path
    start: int
    end: int
    leaf: bool


class _Reader:
    """The tokens of one JSON text, read once from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_TOKEN.finditer(text))
        self.at = 0

    def take(self) -> re.Match[str]:
        if self.at >= len(self.tokens):
            raise ValueError("the text ends within a value")
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self) -> str:
        return self.tokens[self.at].group() if self.at < len(self.tokens) else ""

    def value(self, path: Path) -> Iterator[_Value]:
        """The value at the cursor, behind all the values that it holds."""
        first = self.take()
        closing = {"{": "}", "[": "]"}.get(first.group())
        leaf = closing is None or self.peek() == closing
        if closing is not None:
            yield from self._inner(path, closing)
        yield _Value(path, first.start(), self.tokens[self.at - 1].end(), leaf)

    def _inner(self, path: Path, closing: str) -> Iterator[_Value]:
        index = 0
        while self.peek() != closing:
            name: str | int = index
            if closing == "}":
                name = json.loads(self.take().group(), strict=False)
                self.take()
            yield from self.value((*path, name))
            index += 1
            if self.peek() == ",":
                self.take()
        self.take()


def _values(text: str) -> list[_Value]:
    return sorted(_Reader(text).value(()), key=lambda value: (value.start, -value.end))


def laid_out(text: str) -> str:
    """The JSON text with line breaks and indents of our own; every name, number and string as it was written."""
    parts: list[str] = []
    depth = 0
    previous = ""
    for match in _TOKEN.finditer(text):
        mark = match.group()
        if mark in "}]":
            depth -= 1
        if _breaks(previous, mark):
            parts.append("\n" + "  " * depth)
        parts.append(mark + (" " if mark == ":" else ""))
        depth += mark in "{["
        previous = mark
    return visible("".join(parts))


def _breaks(before: str, mark: str) -> bool:
    if mark in "}]":
        return before not in "{["
    return before in tuple("{[,")


def visible(text: str) -> str:
    """The text with control characters, and those that turn the direction of writing, as `\\u` escapes."""
    return _ESCAPED.sub(lambda found: found.group() if found.group() == "\n" else f"\\u{ord(found.group()):04x}", text)


def leaves(text: str) -> list[Leaf]:
    """Every value that holds no others, in the order of the text."""
    return [Leaf(value.path, text[value.start : value.end]) for value in _values(text) if value.leaf]


Mask = tuple[tuple[str, ...], ...]
"""Paths whose values viewers must not see, each split into its steps; `*` is any one step."""


def mask_of(paths: Sequence[str]) -> Mask:
    """The paths of the settings: `customer.email`, `items.*.name`. List places are steps too."""
    return tuple(tuple(path.removeprefix("$.").replace("[", ".").replace("]", "").split(".")) for path in paths)


def _hides(mask: Mask, path: Path) -> bool:
    steps = tuple(map(str, path))
    return any(_ends(pattern, steps) for pattern in mask)


def hiding(mask: Mask) -> Callable[[Path], bool]:
    """Whether a value at just that path is hidden, as a question."""
    return lambda path: _hides(mask, path)


def hides_path(mask: Mask, path: Sequence[str]) -> bool:
    """Whether the mask hides the value at the path, or one that it is in."""
    return any(_hides(mask, tuple(path[:length])) for length in range(1, len(path) + 1))


def _ends(pattern: tuple[str, ...], steps: tuple[str, ...]) -> bool:
    """Whether the path ends as the pattern says: envelopes and folds put payloads below other names."""
    tail = steps[len(steps) - len(pattern) :]
    return len(steps) >= len(pattern) and all(one in ("*", step) for one, step in zip(pattern, tail, strict=True))


def masked(text: str, mask: Mask) -> str:
    """The JSON text with the values at the mask's paths replaced; everything else as it was written."""
    if not mask:
        return text
    parts, end = [], 0
    for value in _values(text):
        if value.start >= end and _hides(mask, value.path):
            parts += [text[end : value.start], json.dumps(HIDDEN, ensure_ascii=False)]
            end = value.end
    return "".join((*parts, text[end:]))


def hex_lines(content: bytes, limit: int = 4_096) -> str:
    """The bytes as people compare them: offset, 16 bytes in hex, the same as ASCII; so many bytes at most."""
    lines = []
    for at in range(0, min(len(content), limit), 16):
        part = content[at : at + 16]
        ascii_ = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{at:08x}  {part.hex(' '):<47}  {ascii_}")
    rest = len(content) - limit
    return "\n".join([*lines, *([f"... {rest:,} more bytes"] if rest > 0 else [])])


def as_text(content: bytes) -> str | None:
    """The bytes as text where they are UTF-8, else None."""
    try:
        return visible(content.decode())
    except UnicodeDecodeError:
        return None
