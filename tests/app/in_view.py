"""What the time machine page shows of a story: what the page tells its browser part, and what that asks by it."""

from collections.abc import Iterator
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.app.test_bar import ask
from tests.app.test_pages import parts


def asked(path: str, **query: Any) -> Any:
    """The document that one of the story's routes answers."""
    status, _, found = ask(path, **query)
    assert status == 200, found
    return found


def states(found: dict[str, Any]) -> Iterator[dict[str, tuple[str, int]]]:
    """The state before a window and behind each of its steps: by path the text and the event that made it so."""
    now = {place: (text, found["setters"][str(setter)][0]) for place, text, setter in found["leaves"]}
    yield {found["paths"][place]: one for place, one in now.items()}
    for step in found["steps"]:
        for place, text in step[-1]:
            now.pop(place, None)
            if text is not None:
                now[place] = (text, step[0])
        yield {found["paths"][place]: one for place, one in now.items()}


def _asks(at: AppTest) -> tuple[int, dict[str, Any]]:
    """The step in view, and how the browser part asks for its story."""
    (told,) = [part for part in parts(at) if {"key", "projection", "known", "at", "e"} <= part.keys()]
    known = {} if told["known"] is None else {"known": told["known"]}
    return told["at"], {"k": told["key"], "p": told["projection"], **known}


def story(at: AppTest) -> list[int]:
    """The positions of the events of the page's story."""
    _, query = _asks(at)
    return [step[0] for step in asked("/steps", first=0, count=1_000, **query)["steps"]]


def state(at: AppTest) -> dict[str, str]:
    """The leaves of the state in view, as written."""
    step, query = _asks(at)
    *_, last = states(asked("/steps", first=step, count=1, **query))
    return {path: text for path, (text, _) in last.items()}


def changed(at: AppTest) -> list[str]:
    """The paths that the step in view changed."""
    step, query = _asks(at)
    found = asked("/steps", first=step, count=1, **query)
    return [found["paths"][place] for place, _ in found["steps"][0][-1]]
