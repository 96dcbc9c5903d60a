"""The browser parts as Python functions. What they are given is data: the page shows it by `textContent` only."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from streamlit.components.v2 import component
from streamlit.components.v2.types import ComponentRenderer

from app.frames.tables import Table

FOLDER = Path(__file__).parent


def _asset(name: str, kind: str) -> str:
    return (FOLDER / name / f"{name}.{kind}").read_text(encoding="utf-8")


@cache
def _registered(name: str, html: str, scripts: tuple[str, ...] = ()) -> ComponentRenderer:
    """Registered at first use and once: Streamlit replaces every instance of a part that is registered again.

    `scripts` are further files below this folder, one module with it: the page loads no others.
    """
    return component(name, html=html, css=_asset(name, "css"), js=script(name, scripts))


def script(name: str, scripts: tuple[str, ...] = ()) -> str:
    """A part's module: the scripts that it builds on, then its own."""
    return "".join(
        (FOLDER / f"{one}.js").read_text(encoding="utf-8") for one in ("anchor/anchor", *scripts, f"{name}/{name}")
    )


def rows(table: Table, *, key: str, keyboard: bool = False, height: int = 0) -> None:
    """A table; rows that have a link open it. With `keyboard`, j and k move in this one."""
    data = {**msgspec.to_builtins(table), "keyboard": keyboard, "height": height}
    _registered("rows", '<div class="rows"></div>')(key=key, data=data)


def facts(facts_: Mapping[str, Any], *, key: str) -> None:
    """A heading with badges and links, and labelled values below it."""
    _registered("facts", '<div class="facts"></div>')(key=key, data=dict(facts_))


def cards(cards_: Sequence[Mapping[str, Any]], *, key: str) -> None:
    """Key numbers side by side."""
    _registered("cards", '<div class="cards"></div>')(key=key, data={"cards": [dict(card) for card in cards_]})


def service_map(drawn: Mapping[str, Any], *, key: str) -> None:
    """The services as boxes, and the calls between them as lines; both are links."""
    _registered("map", '<div class="map" role="group"></div>')(key=key, data=dict(drawn))


def keys() -> None:
    """The keyboard shortcuts of the page and their sheet."""
    _registered("keys", _asset("keys", "html"))(key="keys", data={})


def pulse(seconds: float, *, key: str) -> None:
    """Draw the fragment that it stands in again after so many seconds, and again, while nobody types or presses."""
    _registered("pulse", "<span></span>")(key=key, data={"every": seconds * 1_000}, on_beat_change=lambda: None)


MOMENT = tuple(f"moment/{one}" for one in ("scale", "words", "counts", "paint", "hand", "play"))
"""The moment bar's scripts, in the order in which they build on each other."""

STORY = (
    "moment/scale",
    "moment/words",
    *(f"story/{one}" for one in ("windows", "cursor", "list", "shown", "strip", "past", "leaves", "ways")),
)
"""The story's scripts, likewise."""


def moment(bar: Mapping[str, Any], *, key: str, on_settled: Callable[[], None]) -> None:
    """The moment bar. When it has come to rest somewhere else it triggers `settled` with what changed."""
    drawn = _registered("moment", _asset("moment", "html"), MOMENT)
    drawn(key=key, data=dict(bar), on_settled_change=on_settled)


def story(told: Mapping[str, Any], *, key: str, on_settled: Callable[[], None]) -> None:
    """A key's story with the state at the step in view. When it rests at another it triggers `settled` with `e`."""
    drawn = _registered("story", _asset("story", "html"), STORY)
    drawn(key=key, data=dict(told), on_settled_change=on_settled)
