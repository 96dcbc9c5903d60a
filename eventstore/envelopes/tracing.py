"""W3C trace context: the headers are kept with the event, and the trace may serve as its flow."""

import re
from collections.abc import Mapping

from eventstore.core import canonical
from eventstore.core.canonical import Json
from eventstore.envelopes.message import Headers
from eventstore.errors import Unreadable

HEADERS = ("traceparent", "tracestate", "baggage")

_TRACEPARENT = re.compile(r'"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"')


def traced(metadata: Mapping[str, Json], headers: Headers) -> dict[str, Json]:
    """The metadata with the trace headers laid beneath it. A header that is no text stays in the origin only."""
    return {**_found(headers), **metadata}


def _found(headers: Headers) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, value in headers:
        if value is not None and name.lower() in HEADERS:
            try:
                found.setdefault(name.lower(), canonical.encode(value.decode()))
            except (UnicodeDecodeError, Unreadable):
                continue
    return found


def trace_id(metadata: Mapping[str, Json]) -> str | None:
    """The 32 hex digits of a well-formed `traceparent`, else None."""
    said = metadata.get("traceparent")
    match = None if said is None else _TRACEPARENT.fullmatch(said)
    return None if match is None else match[1]
