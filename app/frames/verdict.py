"""What is unusual about a key, as the strip below its name, and as a report to hand on. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from app import formats
from app.links import Place
from app.payload import visible
from app.unusual import CHECKS, Finding, Usual

TOLD = 4
"""So many findings are told."""


def usually(usual: Usual | None) -> str:
    """How long its status lasts with others; empty where that cannot be said."""
    if usual is None or usual.half is None:
        return ""
    most = "" if usual.most is None else f", 95 of 100 within {formats.duration(usual.most)}"
    return f" (half of all within {formats.duration(usual.half)}{most})"


def judged(heading: Mapping[str, Any], found: Sequence[Finding], place: Place) -> dict[str, Any]:
    """The key's heading with what is unusual, the ways there, and the report; or that nothing is."""
    if not found:
        checked = f"nothing unusual in {len(CHECKS)} checks"
        return {**heading, "note": f"{heading['note']} · {checked}", "hint": f"Looked at: {', '.join(CHECKS)}."}
    told = [visible(one.text) for one in found[:TOLD]]
    more = len(found) - len(told)
    text = "\n".join([*told, *([f"And {more} more."] if more else [])])
    links = [{"text": one.link, "href": _way(one, place)} for one in found[:TOLD] if one.link]
    return {**heading, "look": "verdict", "text": text, "links": links}


def _way(found: Finding, place: Place) -> str:
    """On this page only what the finding names changes."""
    return (place.kept(**found.to) if found.page else place.but(**found.to)).href(found.page)


def report(heading: Mapping[str, Any], found: Sequence[Finding], seen: str) -> str:
    """Markdown for whoever is to look at it: the key, its status, what is unusual, where it was `seen` from."""
    status = ", ".join(badge["text"] for badge in heading["badges"])
    said = [f"**{heading['title']}** {status}: {heading['note']}", *(f"- {one.text}" for one in found)]
    return "\n".join([*said, "", seen])
