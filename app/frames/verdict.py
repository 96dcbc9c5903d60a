"""What is unusual about a key, as the strip below its name, and as a report to hand on. Pure."""

from collections.abc import Mapping
from typing import Any

from app import formats
from app.links import Place
from app.payload import visible
from app.unusual import Finding, Judged, Usual

TOLD = 4
"""So many findings are told."""


def usually(usual: Usual | None) -> str:
    """How long its status lasts with others; empty where that cannot be said."""
    if usual is None or usual.half is None:
        return ""
    most = "" if usual.most is None else f", 95 of 100 within {formats.duration(usual.most)}"
    return f" (half of all within {formats.duration(usual.half)}{most})"


def strip(heading: Mapping[str, Any], judged: Judged, place: Place) -> dict[str, Any]:
    """The key's heading with what is unusual and the ways there; or that nothing is, and what was looked at."""
    if not judged.found:
        said = f"nothing unusual in {formats.plural(len(judged.looked), 'check')}"
        return {**heading, "note": f"{heading['note']} · {said}", "hint": looked_at(judged)}
    told = [visible(one.text) for one in judged.found[:TOLD]]
    more = len(judged.found) - len(told)
    text = "\n".join([*told, *([f"And {more} more."] if more else [])])
    links = [{"text": one.link, "href": _way(one, place)} for one in judged.found[:TOLD] if one.link]
    return {**heading, "look": "verdict", "text": text, "links": links, "hint": looked_at(judged)}


def looked_at(judged: Judged) -> str:
    """Which checks looked, and which could not."""
    unseen = f" Nothing to compare with: {', '.join(judged.unseen)}." if judged.unseen else ""
    return f"Looked at: {', '.join(judged.looked)}.{unseen}"


def _way(found: Finding, place: Place) -> str:
    """On the page shown only what the finding names changes; another one begins anew."""
    return (place.kept(**found.to) if found.page else place.but(**found.to)).href(found.page)


def report(heading: Mapping[str, Any], judged: Judged, seen: Place) -> dict[str, str]:
    """Markdown for whoever is to look at it: the key, its status, what is unusual; and the link to what was `seen`."""
    status = ", ".join(badge["text"] for badge in heading["badges"])
    found = [f"- {one.text}" for one in judged.found] or ["- Nothing unusual."]
    said = [f"**{heading['title']}** {status}: {heading['note']}", *found, f"- {looked_at(judged)}"]
    return {
        "text": visible("\n".join([*said, "", f"Seen at {seen.t}, known up to #{seen.known}:"])),
        "href": seen.href(),
    }
