"""The address is the only truth: it is read once into a frozen `Place`, and every link is a `Place` written out.

Nothing here keeps state. What a widget changes goes into the address in its callback (`go`), one history entry each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import streamlit as st

from app import formats
from eventstore import LEVELS

KEPT = ("t", "known", "k", "p")
"""What every link carries from page to page: the moment on both clocks, the chosen key and its read model."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the viewer is: the parameters of the address, as text; empty where it has none.

    `t` is a time (RFC 3339) and `known` a position: the moment on both clocks. `w` is a window `from~to`, `c` a
    category, `type` an event type, `stream` a stream or a prefix with `*`, `q` a part of an id, of log lines of the
    message; of those `level` is the least level and `trace` their flow. `after` and `until` are positions that page
    through events, `e` the position of the open event, `k` the chosen key. `reason` and `n` choose dead letters. `p` is
    a read model, `f` conditions on its facets, `by` the facet to count by, `sum` the one to sum, `t2` a second moment
    to compare with, `move` the change whose keys to show, `ever` asks who was ever so, `row` is where a page of keys
    begins. `path` is a field of the key's state whose history is open, `when` a condition on the state that is asked
    for. `service` is the service that the map narrows to.
    """

    t: str = ""
    known: str = ""
    w: str = ""
    c: str = ""
    type: str = ""
    stream: str = ""
    q: str = ""
    level: str = ""
    trace: str = ""
    after: str = ""
    until: str = ""
    e: str = ""
    k: str = ""
    reason: str = ""
    n: str = ""
    p: str = ""
    f: str = ""
    by: str = ""
    sum: str = ""
    t2: str = ""
    move: str = ""
    ever: str = ""
    row: str = ""
    path: str = ""
    when: str = ""
    service: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Place":
        """The place that the address names; parameters that no page knows are left out."""
        return cls(**{name: query[name] for name in cls.__dataclass_fields__ if name in query})

    def query(self) -> dict[str, str]:
        """The parameters, defaults left out."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    def kept(self, **more: str) -> "Place":
        """The place on another page: the moment and the key stay, the rest begins anew."""
        return Place(**{name: getattr(self, name) for name in KEPT} | more)

    def but(self, **changed: str) -> "Place":
        """The same place with some parameters changed."""
        return replace(self, **changed)

    def href(self, page: str = "") -> str:
        """The link to this place, relative, so that it also holds below a base path; no page: the one shown."""
        return f"{page}?{urlencode(self.query())}"

    @property
    def occurred(self) -> int | None:
        """The time of the moment; None where the link names none, or none that can be read."""
        return _time(self.t)

    @property
    def compared(self) -> int | None:
        """The time of the second moment; None where the link names none, or none that can be read."""
        return _time(self.t2)

    @property
    def known_position(self) -> int | None:
        """The position of the moment's commit, as typed; None: the latest."""
        return number(self.known)

    @property
    def window(self) -> tuple[int | None, int | None]:
        """The chosen window, half-open; None where that side is open."""
        since, _, before = self.w.partition("~")
        return _time(since), _time(before)

    @property
    def live(self) -> bool:
        """Whether no moment is chosen on either clock."""
        return self.occurred is None and self.known_position is None

    def unread(self) -> list[str]:
        """The parameters whose values cannot be read, to say so in one line."""
        times = [name for name in ("t", "t2") if getattr(self, name) and _time(getattr(self, name)) is None]
        sides = [side for side in self.w.split("~") if side] if self.w else []
        window = ["w"] if any(_time(side) is None for side in sides) else []
        level = ["level"] if self.level and self.level not in LEVELS else []
        numbers = ("known", "after", "until", "e", "n")
        positions = [name for name in numbers if getattr(self, name) and number(getattr(self, name)) is None]
        return times + window + level + positions


def number(text: str) -> int | None:
    """A position in a link; None where the text is no number that a position can be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _time(text: str) -> int | None:
    try:
        return formats.parse_time(text) if text else None
    except ValueError:
        return None


def window(since: int | None, before: int | None) -> str:
    """The window as a link carries it; empty where both sides are open."""
    sides = ["" if side is None else formats.iso_time(side) for side in (since, before)]
    return "~".join(sides) if any(sides) else ""


def here() -> Place:
    """Where the viewer is now."""
    return Place.read(st.query_params)


def go(place: Place) -> None:
    """Write the place into the address: one history entry. Only in a widget's callback."""
    st.query_params.from_dict(place.query())


def value(key: str) -> str:
    """What a widget holds, as text; for its callback."""
    held = st.session_state.get(key)
    return held if isinstance(held, str) else ""


def told(key: str, name: str) -> dict[str, object]:
    """What a browser part's trigger brought; for its callback."""
    held = st.session_state[key][name]
    return held if isinstance(held, dict) else {}


def show(key: str, text: str) -> str:
    """Give a widget the address's value before it is drawn, so that links and Back win over what it held; its key."""
    if st.session_state.get(key) != text:
        st.session_state[key] = text
    return key


def brushed(key: str) -> Callable[[], None]:
    """The callback of a chart on which a window can be brushed: the window goes into the address."""

    def read() -> None:
        boxes = st.session_state[key]["selection"]["box"]
        sides = boxes[0]["x"] if boxes else []
        if len(sides) == 2:
            since, before = sorted(formats.parse_time(side) for side in sides)
            go(here().but(w=window(since, before), after="", until=""))

    return read


def travelled(key: str) -> Callable[[], None]:
    """The callback of a curve of states: a click goes to that moment, a brush compares the two at its ends."""

    def read() -> None:
        selection = st.session_state[key]["selection"]
        boxes, points = selection["box"], selection["points"]
        times = sorted(
            formats.parse_time(side) for side in (boxes[0]["x"] if boxes else [points[0]["x"]] if points else [])
        )
        if times:
            first = formats.iso_time(times[0]) if len(times) == 2 else here().t2
            go(here().but(t=formats.iso_time(times[-1]), t2=first, move="", row=""))

    return read
