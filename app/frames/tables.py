"""What the browser parts are given: tables, and how things are coloured. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.theme import ICONS, Palette, Tone, colours, tone


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `width` is CSS, empty takes what is left; `link` marks the cell that holds the row's link."""

    title: str
    width: str = ""
    kind: str = ""
    align: str = ""
    link: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with what may stand beside it: a dot of colour, an icon in a tone, a mark, a note under it, a tint.

    `href` makes a link of this cell alone; its `title` then names it. `lead` draws the cell's place in a tree, a sign
    for each branch: `|` goes on below, `+` leaves here and goes on, `L` leaves here last, ` ` has ended; `^` joins the
    cell to the one above. `spoken` says it to those who do not see it. `bar` is drawn so much of the cell's width.
    """

    text: str
    title: str = ""
    dot: str = ""
    icon: str = ""
    tone: str = ""
    mark: str = ""
    note: str = ""
    tint: str = ""
    kind: str = ""
    dim: bool = False
    href: str = ""
    lead: str = ""
    spoken: str = ""
    bar: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `separator` is a line above it."""

    id: str
    cells: tuple[Cell, ...]
    href: str = ""
    separator: str = ""
    selected: bool = False
    dim: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What a table shows; `caption` is its name for those who do not see it. `dense`: low rows, for long lists."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    dense: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """How things are coloured on this page: the palette and a colour per category."""

    palette: Palette
    categories: Mapping[str, str]

    @classmethod
    def of(cls, palette: Palette, categories: Sequence[str]) -> "Look":
        """The look for these categories, in the order of their first appearance."""
        return cls(palette, colours(palette, categories))

    def hue(self, category: str) -> str:
        """The category's colour; grey for one that is not counted yet."""
        return self.categories.get(category, self.palette.muted)


def fact(label: str, value: str, **more: Any) -> dict[str, Any]:
    """A labelled value; `more`: note, mono, href, copy, title."""
    return {"label": label, "value": value, **more}


def badge(text: str, status: str, look: Look) -> dict[str, str]:
    """A word with the icon and colour of what it means."""
    return toned(text, tone(status), look)


def toned(text: str, meant: Tone, look: Look) -> dict[str, str]:
    """A word with the icon and colour of a tone."""
    return {"text": text, "icon": ICONS[meant], "tone": look.palette.tones[meant]}
