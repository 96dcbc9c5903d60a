"""The trace that the running code belongs to: one correlation id from the first request to the last event.

It travels as the W3C header `traceparent` over HTTP, and in the envelope over the bus.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

HEADER = "traceparent"

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class Trace(NamedTuple):
    """A flow by its correlation id (32 hex digits), and the message that is being handled, None: a request is."""

    correlation_id: str
    causation_id: str | None = None


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def running() -> Trace | None:
    """The trace of the running code; None where it belongs to none."""
    return _current.get()


def current() -> Trace:
    """The trace of the running code; a new one where it belongs to none."""
    return running() or begun("")


def begun(traceparent: str) -> Trace:
    """The trace that a request with this header continues; a new one where it has none."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return Trace(found[1] if found else secrets.token_hex(16))


def headers() -> dict[str, str]:
    """What a call to another service carries."""
    return {HEADER: f"00-{current().correlation_id}-{secrets.token_hex(8)}-01"}


@contextmanager
def following(trace: Trace) -> Iterator[None]:
    """Run the block as a part of that trace."""
    before = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(before)
